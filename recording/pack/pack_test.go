package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"rexec/internal/testreq"
)

// text makes n bytes that look like a cast.
func text(n int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "[%d.%06d,\"o\",\"line %d of %x\\r\\n\"]\n", i, random.IntN(1e6), i, random.Uint64())
	}
	return b.Bytes()[:n]
}

func writeFile(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.cast")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// packed compresses data and returns the path of what was made.
func packed(t testing.TB, data []byte) string {
	t.Helper()
	src := writeFile(t, data)
	res, err := Compress(t.Context(), src, src+Ext, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	info, err := os.Stat(src + Ext)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Result{int64(len(data)), info.Size(), hex.EncodeToString(sum[:])}); res != want {
		t.Errorf("Compress of %d bytes: %+v, want %+v", len(data), res, want)
	}
	return src + Ext
}

func openFile(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

var sizes = []int{0, 1, 100, FrameSize - 1, FrameSize, FrameSize + 1, 3*FrameSize + 17}

func TestWhatIsPackedIsReadAgain(t *testing.T) {
	for _, size := range sizes {
		data := text(size)
		f := openFile(t, packed(t, data))
		if f.Size() != int64(size) {
			t.Errorf("%d bytes: size is %d", size, f.Size())
		}
		if err := iotest.TestReader(f, data); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestPlainFilesAreReadAsTheyAre(t *testing.T) {
	for _, size := range []int{0, 3, 100_000} {
		data := text(size)
		f := openFile(t, writeFile(t, data))
		if f.Size() != int64(size) {
			t.Errorf("%d bytes: size is %d", size, f.Size())
		}
		if err := iotest.TestReader(f, data); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// What the zstd program makes of its own accord has no seek table.
func TestForeignFilesAreUnpackedAside(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	data := text(3 * FrameSize)
	var b bytes.Buffer
	e, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	e.Write(data)
	e.Close()
	f, err := Open(writeFile(t, b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(f, data); err != nil {
		t.Error(err)
	}
	if f.Size() != int64(len(data)) {
		t.Errorf("size is %d", f.Size())
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%s is left in the folder for temporary files", left[0].Name())
	}

	_, err = Open(writeFile(t, b.Bytes()[:b.Len()/2]))
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "its end is missing") {
		t.Errorf("half a file: %v", err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%s is left after an error", left[0].Name())
	}
}

func TestUnpackHasABound(t *testing.T) {
	path := packed(t, make([]byte, 10*FrameSize))
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	err = unpack(t.Context(), io.Discard, in, 4*FrameSize)
	if !errors.As(err, new(*TooLargeError)) {
		t.Errorf("error %v", err)
	}
}

func TestUnpackTellsWhoseErrorItIs(t *testing.T) {
	path := packed(t, text(FrameSize))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mine := errors.New("mine")
	for name, c := range map[string]struct {
		r io.Reader
		w io.Writer
	}{
		"reader": {io.MultiReader(bytes.NewReader(data[:1000]), iotest.ErrReader(mine)), io.Discard},
		"writer": {bytes.NewReader(data), errWriter{mine}},
	} {
		if err := Unpack(t.Context(), c.w, c.r); !errors.Is(err, mine) || errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type errWriter struct{ err error }

func (w errWriter) Write([]byte) (int, error) { return 0, w.err }

// The zstd program makes the content of what Compress writes, and Unpack does.
func TestOtherProgramsReadIt(t *testing.T) {
	program := testreq.Program(t, "zstd", "install the package zstd")
	for _, size := range sizes {
		data := text(size)
		path := packed(t, data)
		got, err := exec.Command(program, "-dc", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, data) {
			t.Errorf("%d bytes: zstd makes %d other bytes of it", size, len(got))
		}
		if out, err := exec.Command(program, "-t", path).CombinedOutput(); err != nil {
			t.Errorf("%d bytes: zstd -t: %v: %s", size, err, out)
		}
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Unpack(t.Context(), &b, in); err != nil || !bytes.Equal(b.Bytes(), data) {
			t.Errorf("%d bytes: Unpack makes %d bytes of it: %v", size, b.Len(), err)
		}
		in.Close()
	}
}

func TestReadAtFromManyGoroutines(t *testing.T) {
	data := text(20 * FrameSize) // more than the cache holds
	path := packed(t, data)
	var cache Cache
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			f, err := OpenCached(path, &cache)
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			random := rand.New(rand.NewPCG(7, uint64(g)))
			for range 40 {
				off := random.IntN(len(data))
				p := make([]byte, min(random.IntN(FrameSize), len(data)-off))
				if n, err := f.ReadAt(p, int64(off)); n != len(p) || err != nil || !bytes.Equal(p, data[off:off+n]) {
					t.Errorf("%d bytes at %d: %d, %v", len(p), off, n, err)
				}
			}
		})
	}
	wg.Wait()
	if n := cache.frames.bytes; n > cacheSize {
		t.Errorf("the cache holds %d bytes", n)
	}
}

func TestCacheSeesThatAFileChanged(t *testing.T) {
	var cache Cache
	path := packed(t, text(1000))
	read := func() string {
		f, err := OpenCached(path, &cache)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := read(); got != string(text(1000)) {
		t.Errorf("read %q", got)
	}
	if err := os.Rename(packed(t, text(2000)), path); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != string(text(2000)) {
		t.Errorf("after the change, read %d bytes", len(got))
	}
}

// Who looks at x.cast may find that it has become x.cast.zst, and the reverse.
func TestOpenFindsTheTwin(t *testing.T) {
	data := text(5000)
	path := packed(t, data)
	plain := Twin(path)
	for _, gone := range []string{plain, path} {
		saved, err := os.ReadFile(gone)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(gone)
		f, err := Open(gone)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, data) {
			t.Errorf("without %s: %d bytes, %v", filepath.Base(gone), len(got), err)
		}
		f.Close()
		os.WriteFile(gone, saved, 0o600)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.cast")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.cast:") {
		t.Errorf("neither is there: %v", err)
	}
}

func TestCompressLeavesNothingHalfDone(t *testing.T) {
	src := writeFile(t, text(5*FrameSize))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Compress(ctx, src, src+Ext, func(done, total int64) {
		if done > total/4 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := os.Stat(src + Ext); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a cancelled Compress leaves a file: %v", err)
	}

	if err := os.WriteFile(src+Ext, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Compress(t.Context(), src, src+Ext, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a file: %v", err)
	}
	if b, _ := os.ReadFile(src + Ext); string(b) != "mine" {
		t.Errorf("a file was written over: %q", b)
	}
}

func TestProgressEnds(t *testing.T) {
	src := writeFile(t, text(2*FrameSize+5))
	var last, all int64
	_, err := Compress(t.Context(), src, src+Ext, func(done, total int64) {
		if done < last {
			t.Errorf("progress goes from %d to %d", last, done)
		}
		last, all = done, total
	})
	if err != nil || last != all || all == 0 {
		t.Errorf("ends at %d of %d: %v", last, all, err)
	}
}

// A file that was tampered with, or that lies, gives an error and nothing else.
func TestHostileFiles(t *testing.T) {
	data := text(2*FrameSize + 100)
	good, err := os.ReadFile(packed(t, data))
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	tableAt := len(good) - footerSize - 3*8
	change := func(f func(b []byte)) []byte {
		b := bytes.Clone(good)
		f(b)
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"too many frames", change(func(b []byte) { le.PutUint32(b[len(b)-9:], 1<<31) }), "have no room"},
		{"one frame fewer", change(func(b []byte) { le.PutUint32(b[len(b)-9:], 2) }), "does not begin where it should"},
		{"an unknown descriptor", change(func(b []byte) { b[len(b)-5] = 4 }), "not known"},
		{"checksums that are not there", change(func(b []byte) { b[len(b)-5] = hasChecksums }), "does not begin where it should"},
		{"a huge frame", change(func(b []byte) { le.PutUint32(b[tableAt+4:], 1<<31) }), "are the most"},
		{"a huge packed frame", change(func(b []byte) { le.PutUint32(b[tableAt:], 1<<31) }), "are the most"},
		{"a longer packed frame", change(func(b []byte) { le.PutUint32(b[tableAt:], le.Uint32(b[tableAt:])+1) }), "of frames, and there are"},
		{"more content than there is", change(func(b []byte) { le.PutUint32(b[tableAt+4:], FrameSize+1) }), "and not"},
		{"less content than there is", change(func(b []byte) { le.PutUint32(b[tableAt+4:], FrameSize-1) }), "damaged"},
		{"a bit flipped", change(func(b []byte) { b[5000] ^= 4 }), "damaged"},
	} {
		f, err := Open(writeFile(t, c.file))
		if err == nil {
			_, err = io.ReadAll(f)
			f.Close()
		}
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want one with %q", c.name, err, c.want)
		}
	}
}

// A frame is never unpacked to more than the table says, whatever it says itself.
func TestABombStaysSmall(t *testing.T) {
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	bomb := e.EncodeAll(make([]byte, 40<<20), nil)
	tab := &table{}
	tab.add(int64(len(bomb)), 1000)
	f := openFile(t, writeFile(t, append(bomb, tab.encode()...)))
	allocated := testing.AllocsPerRun(1, func() {
		if _, err := f.ReadAt(make([]byte, 10), 0); !errors.Is(err, ErrDamaged) {
			t.Errorf("error %v", err)
		}
	})
	if f.frames.bytes > 0 || allocated > 1000 {
		t.Errorf("%d bytes were kept, %v allocations made", f.frames.bytes, allocated)
	}
}

func FuzzOpen(f *testing.F) {
	for _, size := range []int{0, 10, 3000} {
		var b bytes.Buffer
		if _, err := write(&b, bytes.NewReader(text(size))); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		f.Add(b.Bytes()[:b.Len()/2])
	}
	f.Add([]byte(`{"version":2,"width":80,"height":24}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, file []byte) {
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Open(path)
		if err != nil {
			return
		}
		defer p.Close()
		all, err := io.ReadAll(io.LimitReader(p, 64<<20))
		if err != nil {
			return
		}
		if p.Size() < 64<<20 && int64(len(all)) != p.Size() {
			t.Errorf("read %d bytes of %d", len(all), p.Size())
		}
		if len(all) > 2 {
			half := make([]byte, len(all)/2)
			if _, err := p.ReadAt(half, int64(len(all)-len(half))); err != nil || !bytes.Equal(half, all[len(all)-len(half):]) {
				t.Errorf("the second half reads otherwise by itself: %v", err)
			}
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	src := benchFile(b)
	info, _ := os.Stat(src)
	b.SetBytes(info.Size())
	dst := filepath.Join(b.TempDir(), "out.zst")
	for b.Loop() {
		r, err := Compress(b.Context(), src, dst, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Size)/float64(r.Stored), "ratio")
		os.Remove(dst)
	}
}

func BenchmarkRead(b *testing.B) {
	src := benchFile(b)
	dst := filepath.Join(b.TempDir(), "out.zst")
	if _, err := Compress(b.Context(), src, dst, nil); err != nil {
		b.Fatal(err)
	}
	info, _ := os.Stat(src)
	b.SetBytes(info.Size())
	for b.Loop() {
		f, err := Open(dst)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, f); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

// benchFile is the file that REXEC_LONG_CAST names, else 20 MB of text.
func benchFile(b *testing.B) string {
	if path := os.Getenv("REXEC_LONG_CAST"); path != "" {
		return path
	}
	return writeFile(b, text(20<<20))
}
