package library

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/recording/timeline"
	"rexec/vt"
)

// truths are searches that find something in the corpus.
var truths = []string{
	"the", "install", "total", "root", "world", `"hello world"`, "asci*", "*sciine*", "vim", "exit",
	"cmd:exit", `/\d+\.\d+\.\d+/`, "out:test", "python*", `"already up"`, "唱歌", "歌给我", "cpu*", "-the vim", "hel",
}

// TestHitsAreOnTheScreen opens every hit of twenty searches through real recordings
// at its time and looks for its line on that frame. A line that scrolled away within
// one event stood on no frame; that one must be right above.
func TestHitsAreOnTheScreen(t *testing.T) {
	l := corpusLibrary(t)
	open := map[string]*timeline.Timeline{}
	hits, above := 0, 0
	for _, q := range truths {
		before := hits
		for h, err := range l.Search(t.Context(), SearchOptions{Query: q}) {
			if err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			hits++
			tl := open[h.Recording.ID]
			if tl == nil {
				tl = must[*timeline.Timeline](t)(timeline.Open(t.Context(), timeline.File(h.Recording.Path), timeline.Options{}))
				defer tl.Close()
				open[h.Recording.ID] = tl
			}
			line, _, _ := strings.Cut(h.Line, "\n")
			line = strings.ReplaceAll(line, " ", "")
			frame := must[timeline.Frame](t)(tl.At(t.Context(), h.Time))
			if strings.Contains(screenLines(frame.Snapshot), line) {
				continue
			}
			above++
			if !scrolledBy(t, h.Recording.Path, h.Time, line) {
				t.Errorf("%s: at %v of %s, this neither stands on the screen nor scrolled off: %s", q, h.Time, h.Recording.Title, marked(h))
			}
		}
		if hits == before {
			t.Errorf("%s: nothing was found", q)
		}
	}
	t.Logf("%d hits opened, %d of lines that scrolled away at once", hits, above)
}

// corpusLibrary is a library with the recordings of the corpus; without the big ones
// when little time is to be spent.
func corpusLibrary(t *testing.T) *Library {
	casts := must[[]string](t)(filepath.Glob(filepath.Join(testreq.Corpus(t, "casts"), "*")))
	l := openLibrary(t, t.TempDir(), Options{})
	n := 0
	for _, path := range casts {
		if info, err := os.Stat(path); err != nil || testing.Short() && info.Size() > 300<<10 {
			continue
		}
		if _, err := l.Import(t.Context(), path, nil); err == nil { // some are no casts, on purpose
			n++
		}
	}
	if left := must[int](t)(l.Pending(t.Context())); left > 0 || n < 30 {
		t.Fatalf("%d recordings were imported, %d are not indexed", n, left)
	}
	return l
}

// screenLines is the text of a screen, without blanks, with rows that were wrapped as
// one line: the blanks at the end of such a row are part of the line, or not.
func screenLines(s *vt.Snapshot) string {
	var b strings.Builder
	_, rows := s.Size()
	for y := range rows {
		appendRow(&b, s.Line(y))
	}
	return b.String()
}

func appendRow(b *strings.Builder, row vt.Line) {
	b.WriteString(strings.ReplaceAll(row.String(), " ", ""))
	if !row.Wrapped() {
		b.WriteByte('\n')
	}
}

// scrolledBy says that the events at a time moved a line off the screen.
func scrolledBy(t *testing.T, path string, at time.Duration, line string) bool {
	f := must[*os.File](t)(os.Open(path))
	defer f.Close()
	r := must[*cast.Reader](t)(cast.NewReader(f, cast.Lenient))
	h := r.Header()
	term := vt.New(h.Cols, h.Rows, vt.WithScrollback(100_000))
	was := 0
	for {
		e, err := r.Next()
		if err != nil || e.Time > at {
			break
		}
		if e.Time < at-time.Microsecond {
			was = term.SnapshotWithHistory().Scrollback()
		}
		switch e.Code {
		case cast.Output:
			_, _ = term.Write([]byte(e.Data))
		case cast.Resize:
			if cols, rows, err := cast.ParseSize(e.Data); err == nil {
				term.Resize(cols, rows)
			}
		}
	}
	s := term.SnapshotWithHistory()
	_, rows := s.Size()
	var b strings.Builder
	for i := max(0, was-rows); i < s.Scrollback(); i++ {
		appendRow(&b, s.ScrollbackLine(i))
	}
	b.WriteString(screenLines(s)) // where a line that began above may end
	return strings.Contains(b.String(), line)
}
