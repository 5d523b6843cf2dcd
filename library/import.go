package library

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rexec/recording/cast"
	"rexec/recording/convert"
	"rexec/recording/pack"
)

// Import copies the cast at path into the library, unpacked when it is packed. A ttyrec
// and a typescript of script, with its timing in a file .timing beside it, are converted.
// Of what is damaged in a cast nothing is changed; the recording's status and Problems say so. It keeps the time of the
// recording: the header's, else that of the file. The file may be of any size: it is
// read three times (copied, checked, searched for commands), and progress, which may
// be nil, is told how far that is.
//
// Errors: one that wraps cast.ErrNotCast, or *cast.SyntaxError for a header that is
// damaged beyond use; *ErrDuplicate; *ErrReadOnly. After any error, a cancelled ctx
// included, nothing of the file is left in the library.
func (l *Library) Import(ctx context.Context, path string, progress func(done, total int64)) (Recording, error) {
	return l.ImportAs(ctx, path, titleFromName(path), progress)
}

// ImportAs is Import, with a title for a recording that has none.
func (l *Library) ImportAs(ctx context.Context, path, title string, progress func(done, total int64)) (Recording, error) {
	tell := func(p ImportProgress) {
		if progress != nil && p.Total > 0 {
			progress(p.Done, p.Total)
		}
	}
	var r Recording
	failed := ctx.Err()
	for result, err := range l.importEach(ctx, []importFile{{path, title}}, tell) {
		if r.ID == "" { // once it is in, it is in
			r, failed = result.Recording, cmp.Or(err, result.Err)
		}
	}
	return r, failed
}

// ImportAll is ImportEach, with all results together.
func (l *Library) ImportAll(ctx context.Context, paths []string, progress func(ImportProgress)) ([]ImportResult, error) {
	var out []ImportResult
	for result, err := range l.ImportEach(ctx, paths, progress) {
		if err != nil {
			return out, err
		}
		out = append(out, result)
	}
	return out, nil
}

// readImport copies the file at path to incoming/ and reads what it is. The copy is
// the caller's to place or to remove, after an error, too.
func (l *Library) readImport(ctx context.Context, file importFile, progress func(done, total int64)) (in incoming, err error) {
	src, info, err := openImport(file.path)
	if err != nil {
		return in, err
	}
	defer src.Close()
	owner, err := l.own(ctx)
	if err != nil {
		return in, err
	}
	id, err := l.options.NewID()
	if err != nil {
		return in, fmt.Errorf("make an id: %w", err)
	}

	seen := meter(3*info.Size(), progress)
	in.part = filepath.Join(l.incomingDir(), partName(id, owner))
	sum, err := copyFile(ctx, in.part, &countingReader{ctx: ctx, r: src, seen: seen}, file.path)
	if err != nil {
		return in, err
	}
	// The answer that counts is given in the transaction; this one saves reading it.
	if dup, err := l.duplicate(ctx, l.db.read, sum); err != nil {
		return in, err
	} else if dup != nil && dup.Status != StatusMissing {
		return in, dup.asDuplicate()
	}
	c, err := l.inspect(ctx, in.part, seen)
	if err == nil {
		err = c.unusable // only a packed file comes so far without being a cast
	}
	if err != nil {
		return in, err
	}

	r := fromContent(c, "")
	r.Source = SourceImported
	if r.ID = c.rexecID(); r.ID == "" {
		r.ID = id
	}
	if r.Title == "" {
		r.Title = bounded(file.title, maxTitle)
	}
	if r.Created.IsZero() {
		r.Created = truncated(info.ModTime())
	}
	if !validTime(r.Created) {
		r.Created = truncated(l.options.Now())
	}
	in.recording, in.content = r, c
	return in, nil
}

// place makes a recording of a copy that is complete: row, sidecar and cast, in one
// transaction. A crash in the middle leaves files without a row, for Recover.
func (l *Library) place(ctx context.Context, r Recording, c *content, part string) (Recording, error) {
	var made []string
	err := l.update(ctx, func(tx *sql.Tx) error {
		dup, err := l.duplicate(ctx, tx, c.sha256)
		if err != nil {
			return err
		}
		if dup != nil && dup.Status != StatusMissing {
			return dup.asDuplicate()
		}
		if dup != nil {
			// The very content that this recording has lost.
			r = *dup
			r.Path = stem(r.Path) + castExt // it may have been compressed
			rel, err := l.rel(r.Path)
			if err == nil {
				_, err = tx.ExecContext(ctx, `UPDATE recordings SET missing = 0, path = ?, stored = size WHERE id = ?`, rel, r.ID)
			}
			if err == nil {
				r, err = l.byID(ctx, tx, r.ID)
			}
			if err != nil {
				return err
			}
			if err := l.auditRecording(ctx, tx, AuditImported, r); err != nil {
				return err
			}
			made = []string{r.Path}
			return rename(part, r.Path)
		}
		if r, err = l.givePlace(ctx, tx, r); err != nil {
			return err
		}
		if err := l.insert(ctx, tx, r, ""); err != nil {
			return err
		}
		if err := setContent(ctx, tx, r.ID, c, nil); err != nil {
			return err
		}
		if r, err = l.byID(ctx, tx, r.ID); err != nil {
			return err
		}
		if err := l.auditRecording(ctx, tx, AuditImported, r); err != nil {
			return err
		}
		made = []string{sidecarPath(r.Path), r.Path}
		if err := writeSidecar(r.Path, sidecarOf(r)); err != nil {
			return err
		}
		return rename(part, r.Path)
	})
	if err != nil {
		for _, path := range made {
			_ = remove(path)
		}
		return Recording{}, err
	}
	return r, nil
}

// duplicate returns the recording that holds this content, or nil.
func (l *Library) duplicate(ctx context.Context, q querier, sha256 string) (*Recording, error) {
	r, err := l.scanRecording(q.QueryRowContext(ctx, `SELECT `+recordingColumns+` FROM recordings r
		WHERE r.sha256 = ? ORDER BY r.missing, r.seq LIMIT 1`, sha256))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &r, err
}

func (r *Recording) asDuplicate() *ErrDuplicate {
	return &ErrDuplicate{ID: r.ID, Title: r.Title, Trashed: !r.Trashed.IsZero()}
}

// giveID sees to it that a recording that is new here has an id of its own: one that
// carries another's id, with other content, is derived from that.
func (l *Library) giveID(ctx context.Context, tx *sql.Tx, r Recording) (Recording, error) {
	if r.ID != "" {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM recordings WHERE id = ?`, r.ID).Scan(&n); err != nil || n == 0 {
			return r, err
		}
		r.DerivedFrom = r.ID
	}
	var err error
	if r.ID, err = l.options.NewID(); err != nil {
		return r, fmt.Errorf("make an id: %w", err)
	}
	return r, nil
}

// givePlace gives a recording that is new here an id and a path that are free: no
// file stands there, and none is about to be removed from there.
func (l *Library) givePlace(ctx context.Context, tx *sql.Tx, r Recording) (Recording, error) {
	for range 3 {
		var err error
		if r, err = l.giveID(ctx, tx, r); err != nil {
			return r, err
		}
		r.Path = l.castPath(r.ID, r.Created)
		due, err := l.removalDue(ctx, tx, r.Path)
		if err != nil {
			return r, err
		}
		_, plain := os.Lstat(r.Path)
		_, packed := os.Lstat(pack.Twin(r.Path))
		if errors.Is(plain, fs.ErrNotExist) && errors.Is(packed, fs.ErrNotExist) && !due {
			return r, nil
		}
		r.ID = ""
	}
	return r, fmt.Errorf("no free path in %s", filepath.Dir(r.Path))
}

// openImport opens a file that begins as a cast does. Anything but a regular file is
// refused before it is opened: opening a pipe would wait for its other end.
func openImport(path string) (_ *os.File, _ os.FileInfo, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, reason(err)
	}
	if info.IsDir() {
		return nil, nil, errors.New("it is a folder: name the files in it")
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, reason(err)
	}
	if err = recognise(f); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// recognise returns why what is in f cannot be imported, as far as its beginning tells.
func recognise(f *os.File) error {
	in := bufio.NewReaderSize(f, 64<<10)
	start, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	if pack.Packed(start) {
		return nil // what it is shows when it is unpacked
	}
	if format, err := convert.Detect(in); err == nil && format != convert.Cast {
		return nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = cast.NewReader(f, cast.Lenient)
	return err
}

// copyCast writes what r holds, the file at src, as a cast: unpacked, if it is packed,
// and converted, if it is a recording of another program.
func copyCast(ctx context.Context, w io.Writer, r io.Reader, src string) error {
	in := bufio.NewReaderSize(r, 64<<10)
	// An error of in comes again when it is read.
	if start, _ := in.Peek(4); pack.Packed(start) {
		return pack.Unpack(ctx, w, in)
	}
	var from convert.Reader
	format, err := convert.Detect(in)
	switch {
	case err == nil && format == convert.TTYRec:
		from, err = convert.NewTTYRecReader(in)
	case err == nil && format == convert.Script:
		files := convert.ScriptFiles[io.Reader]{Typescript: in}
		if timing, e := os.Open(src + ".timing"); e == nil {
			defer timing.Close()
			files.Timing = timing
		}
		from, err = convert.NewScriptReader(files)
	default:
		_, err = io.Copy(w, in)
		return err
	}
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	to, err := convert.NewCastWriter(out, from.Header(), convert.V2)
	if err != nil {
		return err
	}
	if _, err := convert.Copy(ctx, to, from); err != nil {
		return err
	}
	return out.Flush()
}

// copyFile writes r, which is the file at src, to a new file as a cast, down to the
// disk, and returns the SHA-256.
func copyFile(ctx context.Context, path string, r io.Reader, src string) (sum string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	if err = copyCast(ctx, io.MultiWriter(f, hash), r, src); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return hex.EncodeToString(hash.Sum(nil)), err
}

// meter turns "so many bytes more" into "so many of all".
func meter(total int64, progress func(done, total int64)) func(n int64) {
	if progress == nil {
		return nil
	}
	var done int64
	return func(n int64) {
		done += n
		progress(min(done, total), total)
	}
}

func partName(id, owner string) string { return id + "." + owner + ".part" }

// partOwner returns who is making a file in incoming/; empty for a foreign file.
func partOwner(name string) string {
	fields := strings.Split(name, ".")
	if len(fields) != 3 || fields[2] != "part" {
		return ""
	}
	return fields[1]
}

// titleFromName is a file's name without what says that it is a cast.
func titleFromName(path string) string {
	name := filepath.Base(path)
	for _, ext := range []string{pack.Ext, castExt, ".json", ".asciicast", ".ttyrec"} {
		if short := strings.TrimSuffix(name, ext); short != "" {
			name = short
		}
	}
	return name
}

// fromContent is a recording as its cast alone tells of it. Created is zero when it
// does not say.
func fromContent(c *content, path string) Recording {
	h := c.header
	r := Recording{
		Path: path, Status: c.status(), Source: SourceImported, Title: bounded(h.Title, maxTitle),
		Cols: h.Cols, Rows: h.Rows, Command: bounded(h.Command, maxField), Shell: bounded(h.Env["SHELL"], maxField),
	}
	if c.unusable != nil {
		r.Cols, r.Rows = cast.DefaultCols, cast.DefaultRows
	}
	if validTime(h.Timestamp) {
		r.Created = truncated(h.Timestamp)
	}
	if x := h.Rexec; x != nil {
		r.Source = SourceRecorded
		r.Host, r.Dir = bounded(x.Host, maxField), bounded(x.Dir, maxField)
		if x.Shell != "" {
			r.Shell = bounded(x.Shell, maxField)
		}
	}
	return r
}

// rexecID is the id that the cast carries, or empty.
func (c *content) rexecID() string {
	if x := c.header.Rexec; x != nil && isID(x.ID) {
		return x.ID
	}
	return ""
}

// guessCreated is when a cast was recorded that does not say so itself.
func (l *Library) guessCreated(id, path string) time.Time {
	if sec, nsec, ok := idTime(id); ok && validTime(time.Unix(sec, nsec)) {
		return truncated(time.Unix(sec, nsec))
	}
	if info, err := os.Stat(path); err == nil && validTime(info.ModTime()) {
		return truncated(info.ModTime())
	}
	return truncated(l.options.Now())
}
