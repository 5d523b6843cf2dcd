package pack

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// Result is what Compress made.
type Result struct {
	Size, Stored int64  // bytes of the content, and of the packed file
	SHA256       string // of the content, lower case hex
}

// ErrChanged says that a file became another while it was compressed.
var ErrChanged = errors.New("the file changed while it was compressed")

// Compress makes the packed file dst of the file src, which is left as it is. When it
// returns, dst is on the disk and was read again: its content is src's, to the byte.
// dst must not exist. progress, which may be nil, is told how many bytes of how many
// are done, with the reading again counted. After an error, a cancelled ctx included,
// there is no dst.
func Compress(ctx context.Context, src, dst string, progress func(done, total int64)) (_ Result, err error) {
	in, err := os.Open(src)
	if err != nil {
		return Result{}, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return Result{}, err
	}
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Result{}, err
	}
	defer func() {
		if err != nil {
			out.Close()
			os.Remove(dst)
		}
	}()
	m := &meter{ctx: ctx, total: 2 * info.Size(), progress: progress}
	r, err := write(out, m.reader(in))
	if err == nil {
		err = out.Sync()
	}
	if err == nil {
		err = out.Close()
	}
	if err == nil {
		err = verify(dst, r, m)
	}
	if err == nil && r.Size != info.Size() {
		err = ErrChanged
	}
	if err != nil {
		return Result{}, fmt.Errorf("compress %s: %w", src, err)
	}
	return r, nil
}

// write writes what is in r as a packed file.
func write(w io.Writer, r io.Reader) (Result, error) {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true),
		zstd.WithWindowSize(FrameSize), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithZeroFrames(true))
	if err != nil {
		return Result{}, err
	}
	defer e.Close()
	hash := sha256.New()
	buf, packed := make([]byte, FrameSize), []byte(nil)
	t := &table{packed: []int64{0}, content: []int64{0}}
	var res Result
	for end := false; !end; {
		n, err := io.ReadFull(r, buf)
		switch {
		case err == io.EOF && t.frames() > 0:
			n, end = 0, true
			continue
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			end = true // an empty file has one empty frame, so that it begins as others do
		case err != nil:
			return res, err
		}
		hash.Write(buf[:n])
		packed = e.EncodeAll(buf[:n], packed[:0])
		if _, err := w.Write(packed); err != nil {
			return res, err
		}
		t.add(int64(len(packed)), int64(n))
		if t.frames() > MaxFrames {
			return res, &TooLargeError{Max: MaxFrames * FrameSize}
		}
	}
	end := t.encode()
	if _, err := w.Write(end); err != nil {
		return res, err
	}
	return Result{
		Size: t.size(), Stored: t.packed[t.frames()] + int64(len(end)), SHA256: hex.EncodeToString(hash.Sum(nil)),
	}, nil
}

// verify reads a packed file again.
func verify(path string, want Result, m *meter) error {
	f, err := Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, m.reader(f))
	if err != nil {
		return err
	}
	if n != want.Size || hex.EncodeToString(hash.Sum(nil)) != want.SHA256 {
		return fmt.Errorf("%w: what was written is not what can be read", ErrDamaged)
	}
	return nil
}

// TooLargeError says that the content of a file is more than Max bytes.
type TooLargeError struct{ Max int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("unpacked it is larger than %d GB: unpack it with zstd -d first", e.Max>>30)
}

// Unpack writes the content of any zstd file, seekable or not. It makes no more of it
// than MaxUnpacked: then the error is *TooLargeError. Other errors: that of ctx, of r
// and w, and one that wraps ErrDamaged.
func Unpack(ctx context.Context, w io.Writer, r io.Reader) error {
	return unpack(ctx, w, r, MaxUnpacked)
}

func unpack(ctx context.Context, w io.Writer, r io.Reader, limit int64) error {
	from := &failing{r: (&meter{ctx: ctx}).reader(r)}
	d, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return from.explain(err)
	}
	defer d.Close()
	out := bufio.NewWriterSize(w, 256<<10)
	to := &failing{w: out}
	n, err := io.Copy(to, io.LimitReader(d, limit+1))
	switch {
	case to.err != nil:
		return to.err
	case err != nil:
		return from.explain(err)
	case n > limit:
		return &TooLargeError{Max: limit}
	}
	return out.Flush()
}

// failing remembers the error of a reader or a writer, to tell it from what is wrong
// with what was read.
type failing struct {
	r   io.Reader
	w   io.Writer
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

func (f *failing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err != nil {
		f.err = err
	}
	return n, err
}

// explain is the reader's own error, or says that what it gave cannot be unpacked.
func (f *failing) explain(err error) error {
	switch {
	case f.err != nil:
		return f.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: its end is missing", ErrDamaged)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// meter tells how far a work on several readers is, and ends it with ctx.
type meter struct {
	ctx         context.Context
	done, total int64
	progress    func(done, total int64)
}

func (m *meter) reader(r io.Reader) io.Reader { return &metered{m, r} }

type metered struct {
	*meter
	r io.Reader
}

func (m *metered) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	m.done += int64(n)
	if m.progress != nil && n > 0 {
		m.progress(min(m.done, m.total), m.total)
	}
	return n, err
}
