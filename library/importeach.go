package library

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// importFile is a file that is to be imported.
type importFile struct {
	path, title string // title: of a recording that has none
}

// ImportEach imports files one after the other and yields what became of each, in
// order; progress may be nil. A file that cannot be imported does not hold up the
// others: see its result. The error is that of ctx, or that nothing can be written
// (*ErrReadOnly), and comes last: then the results are those of the files before.
//
// While a file is brought in, the next one is read; and the texts of several are
// written together, so that they are found a little later than their results come,
// at the latest when all have come. When the results are no longer taken, the files
// that have none are not imported.
func (l *Library) ImportEach(ctx context.Context, paths []string, progress func(ImportProgress)) iter.Seq2[ImportResult, error] {
	files := make([]importFile, len(paths))
	for i, path := range paths {
		files[i] = importFile{path, titleFromName(path)}
	}
	return l.importEach(ctx, files, progress)
}

func (l *Library) importEach(ctx context.Context, files []importFile, progress func(ImportProgress)) iter.Seq2[ImportResult, error] {
	return func(yield func(ImportResult, error) bool) {
		if err := l.writable(); err != nil {
			yield(ImportResult{}, err)
			return
		}
		reading, stop := context.WithCancel(ctx)
		steps := make(chan importStep, partsAhead)
		go func() {
			defer close(steps)
			l.readImports(reading, files, steps)
		}()
		in := importer{l: l}
		taken := true
		for step := range steps {
			switch {
			case !taken || ctx.Err() != nil:
				l.drop(step.in)
			case step.progress != nil:
				if progress != nil {
					progress(*step.progress)
				}
			case step.ended:
				result, ok := in.place(ctx, files[step.file].path, step)
				if taken = ok && yield(result, nil); !taken {
					stop()
				}
			default:
				in.index(ctx, step.text)
			}
		}
		stop()
		in.end(ctx)
		if taken && ctx.Err() != nil {
			yield(ImportResult{}, ctx.Err())
		}
	}
}

// importStep is one of the things that happen to a file: how far it is read; that it
// is read, or why not; and then some of its text.
type importStep struct {
	file     int
	progress *ImportProgress
	ended    bool
	in       incoming
	err      error
	text     textPart
}

// incoming is a file that was read and is not in its place yet.
type incoming struct {
	part      string // the copy; empty: there is none
	recording Recording
	content   *content
}

// readImports reads files until ctx ends. Every step is taken.
func (l *Library) readImports(ctx context.Context, files []importFile, steps chan<- importStep) {
	for i, file := range files {
		if ctx.Err() != nil {
			return
		}
		at := ImportProgress{Path: file.path, File: i + 1, Files: len(files)}
		steps <- importStep{file: i, progress: &at}
		in, err := l.readImport(ctx, file, func(done, total int64) {
			p := at
			p.Done, p.Total = done, total
			select {
			case steps <- importStep{file: i, progress: &p}:
			default: // the next one will tell
			}
		})
		if err != nil {
			l.drop(in)
			in = incoming{}
		}
		steps <- importStep{file: i, ended: true, in: in, err: err}
		if err != nil || in.content.summary == 0 {
			continue
		}
		_ = cutText(Summary{Commands: in.content.commands, Lines: in.content.lines}, textPart{}, func(p textPart) error {
			steps <- importStep{file: i, text: p}
			return ctx.Err()
		})
	}
}

// drop removes what is left of a file that is not brought in.
func (l *Library) drop(in incoming) {
	if in.part != "" {
		_ = remove(in.part)
	}
	if in.content != nil {
		_ = l.dropTimeline(in.content.sha256)
	}
}

// importer brings in what was read. What cannot be indexed stays pending.
type importer struct {
	l       *Library
	text    *indexWriter // nil: nothing is indexed
	indexes bool         // it has l.indexing
	now     Recording    // that came last; the zero value if it did not come in
}

// place brings in a file; ok is false when ctx has ended instead.
func (i *importer) place(ctx context.Context, path string, step importStep) (_ ImportResult, ok bool) {
	r, err := step.in.recording, step.err
	i.now = Recording{}
	if err == nil {
		if r, err = i.l.place(ctx, r, step.in.content, step.in.part); err == nil {
			i.now = r
		} else if errors.As(err, new(*ErrDuplicate)) {
			_ = remove(step.in.part)
		} else {
			i.l.drop(step.in)
		}
	}
	if err != nil {
		r, err = Recording{}, fmt.Errorf("import %s: %w", path, err)
	}
	return ImportResult{Path: path, Recording: r, Err: err}, err == nil || ctx.Err() == nil
}

// index takes some text of the recording that came last.
func (i *importer) index(ctx context.Context, text textPart) {
	if text.first {
		i.begin(ctx)
	}
	if i.text == nil || i.now.ID == "" {
		return
	}
	text.recording = i.now
	if i.text.add(ctx, text) != nil {
		i.text = nil
	}
}

// begin waits for no other goroutine that indexes.
func (i *importer) begin(ctx context.Context) {
	if i.indexes {
		return
	}
	if i.indexes = i.l.tryIndexing(); i.indexes {
		i.text, _ = i.l.newIndexWriter(ctx)
	}
}

// end writes what waits.
func (i *importer) end(ctx context.Context) {
	if !i.indexes {
		return
	}
	defer i.l.endIndexing()
	if i.text != nil {
		_ = i.text.flush(ctx)
	}
}
