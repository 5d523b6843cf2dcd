package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"rexec/recording/pack"
)

// ErrExists says that a file is in the way of an export, and is not what would be
// written.
type ErrExists struct{ Path string }

func (e *ErrExists) Error() string { return e.Path + " exists and is another file" }

// Export writes the content of a recording as it was recorded or imported, to the byte,
// be it compressed or not. Of one that is being recorded it writes what there is.
// progress may be nil. Errors: an error that wraps ErrNotFound, that of the file, of w,
// or of ctx.
func (l *Library) Export(ctx context.Context, id string, w io.Writer, progress func(done, total int64)) error {
	r, err := l.byID(ctx, l.db.read, id)
	if err != nil {
		return err
	}
	if err := copyContent(ctx, w, r, meter(r.Size, progress)); err != nil {
		return fmt.Errorf("export recording %s: %w", id, err)
	}
	return l.exported(ctx, r)
}

// ExportFile is Export into the file at path, which appears when it is whole. A file
// that is there already is replaced with force only; else the error is *ErrExists,
// unless it has just this content: then nothing is done, and wrote is false.
func (l *Library) ExportFile(ctx context.Context, id, path string, force bool, progress func(done, total int64)) (wrote bool, err error) {
	r, err := l.byID(ctx, l.db.read, id)
	if err != nil {
		return false, err
	}
	if same, err := sameContent(ctx, path, r); err != nil || same {
		return false, err
	}
	if _, err := os.Lstat(path); err == nil && !force {
		return false, &ErrExists{Path: path}
	}
	err = replaceFile(path, func(f io.Writer) error {
		return copyContent(ctx, f, r, meter(r.Size, progress))
	})
	if err != nil {
		return false, fmt.Errorf("export recording %s: %w", id, err)
	}
	return true, l.exported(ctx, r)
}

// exported notes that a recording was copied out of the library. One that can only be
// read has no log to note it in.
func (l *Library) exported(ctx context.Context, r Recording) error {
	if l.ReadOnly() != nil {
		return nil
	}
	return l.Audit(ctx, auditOf(AuditExported, r))
}

// copyContent copies the content of a recording, and sees to it that it is what the
// library knows.
func copyContent(ctx context.Context, w io.Writer, r Recording, seen func(n int64)) error {
	f, err := pack.Open(r.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, hash), &countingReader{ctx: ctx, r: f, seen: seen}); err != nil {
		return err
	}
	if r.Status != StatusRecording && r.SHA256 != "" && hex.EncodeToString(hash.Sum(nil)) != r.SHA256 {
		return fmt.Errorf("%s is not what was recorded: its content changed since; rexec doctor looks into it", r.Path)
	}
	return nil
}

// sameContent says that the file at path has a recording's content.
func sameContent(ctx context.Context, path string, r Recording) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != r.Size || r.SHA256 == "" {
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, nil // what cannot be read is not known to be the same
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, &countingReader{ctx: ctx, r: f}); err != nil {
		return false, ctx.Err()
	}
	return hex.EncodeToString(hash.Sum(nil)) == r.SHA256, nil
}

// replaceFile makes the file at path what write writes: whole, or not at all.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), tempPattern) // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// maxSlug bounds the part of a file's name that comes from a title, in bytes.
const maxSlug = 60

// ExportName is a file name for a recording that a person can read and every system
// takes: date and time of the recording, and its name in small letters and digits:
// 2026-03-14-150405-deploy-to-production.cast.
func ExportName(r Recording) string {
	name := r.Created.Format("2006-01-02-150405")
	if s := slug(r.Name()); s != "" {
		name += "-" + s
	}
	return name + castExt
}

// slug keeps the letters and digits of a text, of all scripts, in lower case, with a
// dash for whatever stands between them.
func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		if !unicode.In(r, unicode.L, unicode.N, unicode.M) || r == unicode.ReplacementChar {
			dash = b.Len() > 0
			continue
		}
		size := len(string(r))
		if dash {
			size++
		}
		if b.Len()+size > maxSlug {
			break
		}
		if dash {
			b.WriteByte('-')
			dash = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isGone says that a file is not there.
func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
