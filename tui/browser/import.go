package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// importEvery is how often the progress of an import is looked at.
const importEvery = 100 * time.Millisecond

// importing is an import under way, which its commands share. Update never looks
// into it.
type importing struct {
	mu       sync.Mutex
	progress library.ImportProgress
	results  []library.ImportResult
	err      error
	ended    chan struct{}
	stop     context.CancelFunc
	over     bool
}

// importMsg is how far an import is.
type importMsg struct {
	progress library.ImportProgress
	results  []library.ImportResult
	done     bool
	err      error
}

// bringIn imports what a name stands for: a file, a folder, a pattern.
func (m Model) bringIn(name string) (Model, page.Action) {
	if name == "" || m.imports != nil {
		return m, nil
	}
	im := &importing{ended: make(chan struct{})}
	m.imports, m.imported = im, library.ImportProgress{}
	ctx, store := m.ctx, m.config.Store
	work := do(func() tea.Msg { im.run(ctx, store, expandHome(name)); return nil })
	return m, page.Several{work, m.watchImport()}
}

// run carries the import out, to its end.
func (im *importing) run(ctx context.Context, s Store, name string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	im.mu.Lock()
	im.stop = cancel
	if im.over {
		cancel()
	}
	im.mu.Unlock()
	defer close(im.ended)
	files, err := library.ImportFiles(ctx, []string{name})
	var results []library.ImportResult
	if err == nil {
		results, err = s.ImportAll(ctx, files, func(p library.ImportProgress) {
			im.mu.Lock()
			defer im.mu.Unlock()
			im.progress = p
		})
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	im.results, im.err = results, err
}

// watchImport waits for progress.
func (m Model) watchImport() page.Action {
	im, ctx := m.imports, m.ctx
	return do(func() tea.Msg {
		wait := time.NewTimer(importEvery)
		defer wait.Stop()
		done := false
		select {
		case <-im.ended:
			done = true
		case <-wait.C:
		case <-ctx.Done():
			return nil
		}
		im.mu.Lock()
		defer im.mu.Unlock()
		return importMsg{im.progress, im.results, done, im.err}
	})
}

// cancelImport ends an import; what has come by then stays.
func (m Model) cancelImport() page.Action {
	im := m.imports
	return do(func() tea.Msg {
		im.mu.Lock()
		defer im.mu.Unlock()
		im.over = true
		if im.stop != nil {
			im.stop()
		}
		return nil
	})
}

// importMoved takes progress, and at the end says what became of it.
func (m Model) importMoved(env page.Env, msg importMsg) (Model, page.Action) {
	m.imported = msg.progress
	if !msg.done {
		return m, m.watchImport()
	}
	m.imports = nil
	m, load := m.reload(env)
	return m, page.Several{imported(msg), load}
}

// imported tells what an import has done.
func imported(msg importMsg) page.Action {
	var done, twice, failed int
	var why string
	for _, r := range msg.results {
		var known *library.ErrDuplicate
		switch {
		case r.Err == nil:
			done++
		case errors.As(r.Err, &known):
			twice++
		default:
			failed++
			why = widget.Sentence(screen.Clean(r.Err.Error()))
		}
	}
	var parts []string
	if done > 0 || twice == 0 && failed == 0 {
		parts = append(parts, "Imported "+widget.Count(done, "recording")+".")
	}
	if twice > 0 {
		parts = append(parts, fmt.Sprintf("%d known already.", twice))
	}
	switch {
	case failed == 1:
		parts = append(parts, "Not imported: "+why)
	case failed > 1:
		parts = append(parts, fmt.Sprintf("%d files could not be imported, such as: %s", failed, why))
	}
	text := strings.Join(parts, " ")
	switch {
	case errors.Is(msg.err, context.Canceled):
		return page.Info("The import was ended. " + text)
	case msg.err != nil && done+twice+failed == 0:
		return page.Fail(say.Error(msg.err))
	case msg.err != nil:
		return page.Fail(text + " " + say.Error(msg.err))
	case failed > 0:
		return page.Toast{Kind: widget.ToastWarn, Text: text}
	}
	return page.Done(text)
}

// importState says how far an import is, for the header.
func (m Model) importState() string {
	p := m.imported
	if p.Files == 0 {
		return "importing…"
	}
	text := fmt.Sprintf("importing %d of %d", p.File, p.Files)
	if p.Total > 0 && p.Files == 1 {
		text = fmt.Sprintf("importing %d %%", min(p.Done*100/p.Total, 100))
	}
	return text + ", i ends it"
}

// expandHome writes ~ out, as a shell does.
func expandHome(name string) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		if home, err := os.UserHomeDir(); err == nil {
			return home + rest
		}
	}
	return name
}
