package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// IndexName is the file that ExportAll writes beside the casts.
const IndexName = "index.json"

// maxIndex bounds an index that is read, in bytes.
const maxIndex = 512 << 20

// ExportOptions say how ExportAll works.
type ExportOptions struct {
	Force    bool // replace files that are in the way
	Progress func(ExportProgress)
}

// ExportProgress is where ExportAll stands.
type ExportProgress struct {
	Recording   Recording // that is being written
	Done, Total int64     // bytes of all of them
}

// ExportResult is what became of one recording. Err is *ErrExists when a file that is
// none of ours has its name.
type ExportResult struct {
	Recording Recording
	File      string // its name in the folder
	Wrote     bool   // false: it was there already, or Err
	Err       error
}

// Indexed is a recording as the index of ExportAll tells of it. Names and meaning of
// the fields are kept: programs read them.
type Indexed struct {
	ID          string    `json:"id"`
	File        string    `json:"file"`
	SHA256      string    `json:"sha256"`
	Size        int64     `json:"size"` // bytes
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Tags        []string  `json:"tags"`
	Visibility  string    `json:"visibility"`
	Source      string    `json:"source"`
	CreatedAt   time.Time `json:"created_at"`
	Duration    float64   `json:"duration"` // seconds
	Cols        int       `json:"cols"`
	Rows        int       `json:"rows"`
	Commands    int       `json:"commands"`
	Command     string    `json:"command"`
	Shell       string    `json:"shell"`
	Host        string    `json:"host"`
	Dir         string    `json:"dir"`
	ExitStatus  *int      `json:"exit_status"` // null: not known
}

// ExportIndex is what stands in the index.
type ExportIndex struct {
	Version    int       `json:"version"` // 1
	Recordings []Indexed `json:"recordings"`
}

// ExportAll writes the content of all recordings that are whole, trash excepted, into a
// folder, which it makes when it is not there, under names that a person can read, and
// an index of them. What an earlier ExportAll has written there and is still the same
// is not written again, and keeps its name. A recording that resists does not hold up
// the others: see its result.
//
// When ctx ends, or the library or the index fails, the error says so, and the index
// tells what is there by then.
func (l *Library) ExportAll(ctx context.Context, dir string, o ExportOptions) ([]ExportResult, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	e, err := newExporter(l, dir, o)
	if err != nil {
		return nil, err
	}
	err = e.run(ctx)
	if e2 := e.writeIndex(); err == nil {
		err = e2
	}
	return e.results, err
}

type exporter struct {
	l       *Library
	dir     string
	o       ExportOptions
	old     map[string]Indexed // by id: what an earlier export wrote
	order   []string           // ids of old
	names   map[string]string  // names in lower case → ids
	index   map[string]Indexed // by id: what is there now
	fresh   []string           // ids of index that are not in old
	results []ExportResult
	p       ExportProgress
}

func newExporter(l *Library, dir string, o ExportOptions) (*exporter, error) {
	if err := clearTemps(dir, l.options.Now()); err != nil {
		return nil, err
	}
	e := &exporter{l: l, dir: dir, o: o, old: map[string]Indexed{}, names: map[string]string{}, index: map[string]Indexed{}}
	path := filepath.Join(dir, IndexName)
	f, err := os.Open(path)
	if isGone(err) {
		return e, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var index ExportIndex
	err = json.NewDecoder(io.LimitReader(f, maxIndex)).Decode(&index)
	if err != nil || index.Version != 1 {
		if o.Force {
			return e, nil
		}
		return nil, fmt.Errorf("%s is not the index of an earlier export: name another folder", path)
	}
	for _, x := range index.Recordings {
		// A name that leads out of the folder is not one that was written here.
		if x.File != filepath.Base(x.File) || strings.ContainsAny(x.File, `/\`) || e.old[x.ID].ID != "" {
			continue
		}
		e.old[x.ID] = x
		e.order = append(e.order, x.ID)
		e.names[strings.ToLower(x.File)] = x.ID
	}
	return e, nil
}

// clearTemps removes what an export left in a folder that was killed. Who is still at
// work there has written a moment ago.
func clearTemps(dir string, now time.Time) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && isTemp(entry.Name()) && info.Mode().IsRegular() && now.Sub(info.ModTime()) > time.Hour {
			_ = remove(filepath.Join(dir, entry.Name()))
		}
	}
	return nil
}

func (e *exporter) run(ctx context.Context) error {
	list, err := e.l.listWhole(ctx)
	if err != nil {
		return err
	}
	for _, r := range list {
		e.p.Total += r.Size
	}
	for _, r := range list {
		done := e.p.Done
		result := e.one(ctx, r, func(n, _ int64) {
			e.p.Done = done + n
			e.tell(r)
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e.results = append(e.results, result)
		e.p.Done = done + r.Size
		e.tell(r)
	}
	return nil
}

func (e *exporter) tell(r Recording) {
	if e.o.Progress != nil {
		e.p.Recording = r
		e.o.Progress(e.p)
	}
}

// listWhole returns all recordings that nobody writes, the oldest first, so that of two
// of the same name the older one has it.
func (l *Library) listWhole(ctx context.Context) ([]Recording, error) {
	var all []Recording
	o := ListOptions{Limit: 500}
	for {
		page, err := l.List(ctx, o)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if r.Status != StatusRecording {
				all = append(all, r)
			}
		}
		if len(page) < o.Limit {
			break
		}
		o.After = page[len(page)-1].Cursor()
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, nil
}

// one exports a recording.
func (e *exporter) one(ctx context.Context, r Recording, progress func(done, total int64)) ExportResult {
	result := ExportResult{Recording: r}
	if r.Status == StatusMissing {
		result.Err = errors.New("its file is gone; rexec doctor looks into it")
		return result
	}
	result.File, result.Err = e.name(ctx, r)
	if result.Err != nil {
		return result
	}
	result.Wrote, result.Err = e.l.ExportFile(ctx, r.ID, filepath.Join(e.dir, result.File), e.o.Force, progress)
	if result.Err != nil {
		return result
	}
	e.names[strings.ToLower(result.File)] = r.ID
	if e.old[r.ID].ID == "" {
		e.fresh = append(e.fresh, r.ID)
	}
	e.index[r.ID] = indexedAs(r, result.File)
	return result
}

// name is the name that a recording has in the folder, or gets.
func (e *exporter) name(ctx context.Context, r Recording) (string, error) {
	if x := e.old[r.ID]; x.ID != "" {
		return x.File, nil
	}
	plain := ExportName(r)
	long := strings.TrimSuffix(plain, castExt) + "-" + r.ID + castExt
	for _, name := range []string{plain, long} {
		if id, taken := e.names[strings.ToLower(name)]; taken && id != r.ID {
			continue
		}
		path := filepath.Join(e.dir, name)
		if _, err := os.Lstat(path); isGone(err) || e.o.Force {
			return name, nil
		}
		// An export that was killed wrote no index.
		if same, err := sameContent(ctx, path, r); err != nil || same {
			return name, err
		}
	}
	return long, &ErrExists{Path: filepath.Join(e.dir, long)}
}

func indexedAs(r Recording, file string) Indexed {
	return Indexed{
		ID: r.ID, File: file, SHA256: r.SHA256, Size: r.Size, Title: r.Title, Description: r.Description,
		Tags: append([]string{}, r.Tags...), Visibility: string(r.Visibility), Source: string(r.Source), CreatedAt: r.Created,
		Duration: r.Duration.Seconds(), Cols: r.Cols, Rows: r.Rows, Commands: r.Commands, Command: r.Command,
		Shell: r.Shell, Host: r.Host, Dir: r.Dir, ExitStatus: r.ExitStatus,
	}
}

// writeIndex writes what is in the folder: what was exported now, and of what was
// before, all whose files are still there.
func (e *exporter) writeIndex() error {
	out := ExportIndex{Version: 1, Recordings: []Indexed{}}
	for _, id := range e.order {
		x, now := e.index[id]
		if !now {
			x = e.old[id]
			if _, err := os.Stat(filepath.Join(e.dir, x.File)); err != nil {
				continue
			}
		}
		out.Recordings = append(out.Recordings, x)
	}
	for _, id := range e.fresh {
		out.Recordings = append(out.Recordings, e.index[id])
	}
	path := filepath.Join(e.dir, IndexName)
	err := replaceFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
