package tui

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/recording/cast"
	"rexec/recording/edit"
	"rexec/recording/pack"
	"rexec/recording/secret"
	"rexec/recording/transcript"
	"rexec/tui/browser"
	"rexec/tui/keys"
	"rexec/tui/widget"
)

// tools are what the palette can do with a recording of the library.
func tools(l *library.Library) map[keys.ID]browser.Tool {
	t := toolbox{l}
	return map[keys.ID]browser.Tool{
		keys.ExportCast: t.exportCast, keys.ExportText: t.exportText, keys.FindSecrets: t.findSecrets,
		keys.MaskSecrets: t.maskSecrets, keys.ShortenPauses: t.shortenPauses, keys.CheckCast: t.checkCast,
	}
}

type toolbox struct{ library *library.Library }

// exportCast writes the recording as it is to a file.
func (t toolbox) exportCast(ctx context.Context, r library.Recording, path string) (browser.Report, error) {
	wrote, err := t.library.ExportFile(ctx, r.ID, path, false, nil)
	if err == nil && !wrote {
		return browser.Report{Text: visible.String(path) + " has this very content already."}, nil
	}
	return browser.Report{Text: "Exported to " + visible.String(path) + "."}, err
}

// exportText writes the recording as text to a file: as Markdown or JSON where the
// file's name says so.
func (t toolbox) exportText(ctx context.Context, r library.Recording, path string) (browser.Report, error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return browser.Report{}, err
	}
	err = read(r, func(f io.Reader) error { return writeText(ctx, out, f, r, filepath.Ext(path)) })
	if failed := out.Close(); err == nil {
		err = failed
	}
	if err == nil {
		err = t.library.Audit(ctx, library.AuditEvent{Action: library.AuditExported, Recording: r.ID, Duration: r.Duration, Size: r.Size, Detail: "text"})
	}
	if err != nil {
		os.Remove(path)
	}
	return browser.Report{Text: "Exported to " + visible.String(path) + "."}, err
}

func writeText(ctx context.Context, w io.Writer, f io.Reader, r library.Recording, ext string) error {
	in, err := cast.NewReader(f, cast.Lenient)
	if err != nil {
		return err
	}
	text, err := transcript.ReadWith(ctx, in, transcript.Options{Output: true})
	if err != nil {
		return err
	}
	switch ext {
	case ".md":
		return text.WriteMarkdown(w, transcript.AllCommands, r.Name())
	case ".json":
		return text.WriteJSON(w, transcript.AllLines)
	}
	return text.WriteText(w, transcript.AllLines)
}

// maxListed is how many findings a dialog lists.
const maxListed = 10

// findSecrets lists the credentials that the recording shows.
func (t toolbox) findSecrets(ctx context.Context, r library.Recording, _ string) (report browser.Report, err error) {
	err = read(r, func(f io.Reader) error {
		in, err := cast.NewReader(f, cast.Lenient)
		if err != nil {
			return err
		}
		leaks, err := secret.Search(ctx, in)
		if err != nil {
			return err
		}
		if len(leaks) == 0 {
			report.Text = "No passwords or tokens were recognised in it."
			return nil
		}
		var lines []string
		for _, l := range leaks[:min(len(leaks), maxListed)] {
			lines = append(lines, fmt.Sprintf("%s  %s: %s", cast.FormatTime(l.Time), l.Kind, visible.String(l.Excerpt)))
		}
		if more := len(leaks) - len(lines); more > 0 {
			lines = append(lines, fmt.Sprintf("and %d more; rexec secrets %.13s lists them", more, r.ID))
		}
		report.Title = widget.Count(len(leaks), "secret") + " in it"
		report.Body = strings.Join(lines, "\n") + "\n\nThe palette (ctrl+p) makes a copy in which they are masked."
		return nil
	})
	return report, err
}

// maskSecrets makes a recording that shows none of them.
func (t toolbox) maskSecrets(ctx context.Context, r library.Recording, _ string) (browser.Report, error) {
	o := edit.Options{Redact: []edit.Pattern{{Auto: true}}}
	copied, res, err := t.copy(ctx, r, "masked", o)
	if err != nil {
		return browser.Report{}, err
	}
	what := widget.Count(res.Masked, "character") + " masked"
	if res.Masked == 0 {
		what = "nothing on its screens had to be masked"
	}
	return browser.Report{Text: fmt.Sprintf("Made “%s”: %s.", visible.String(copied.Name()), what), Made: copied.ID}, nil
}

// longPause is what is left of a longer one.
const longPause = 2 * time.Second

// shortenPauses makes a recording without long pauses.
func (t toolbox) shortenPauses(ctx context.Context, r library.Recording, _ string) (browser.Report, error) {
	copied, res, err := t.copy(ctx, r, "shortened", edit.Options{Idle: longPause})
	if err != nil {
		return browser.Report{}, err
	}
	return browser.Report{Text: fmt.Sprintf("Made “%s”: %s instead of %s.", visible.String(copied.Name()),
		cast.FormatTime(res.Duration), cast.FormatTime(r.Duration)), Made: copied.ID}, nil
}

// copy makes an edited copy of a recording, as a new one of the library.
func (t toolbox) copy(ctx context.Context, r library.Recording, how string, o edit.Options) (library.Recording, *edit.Result, error) {
	dir, err := os.MkdirTemp("", "rexec-edit-")
	if err != nil {
		return library.Recording{}, nil, err
	}
	defer os.RemoveAll(dir)
	in, err := edit.Inspect(ctx, edit.File(r.Path))
	if err != nil {
		return library.Recording{}, nil, err
	}
	in.ID = r.ID
	title := r.Name() + " (" + how + ")"
	o.Title = &title
	path := filepath.Join(dir, "copy.cast")
	res, err := edit.ToFile(ctx, path, false, []*edit.Input{in}, o)
	if err != nil {
		return library.Recording{}, nil, err
	}
	copied, err := t.library.Import(ctx, path, nil)
	return copied, res, err
}

// checkCast tells what players will make of the recording.
func (t toolbox) checkCast(ctx context.Context, r library.Recording, _ string) (report browser.Report, err error) {
	err = read(r, func(f io.Reader) error {
		var lines []string
		s, err := cast.Validate(ctx, f, func(d cast.Deviation) {
			if len(lines) < maxListed {
				lines = append(lines, fmt.Sprintf("line %d, column %d: %s (%s)", d.Line, d.Column, visible.String(d.Reason), d.Effect))
			}
		})
		if err != nil {
			return err
		}
		if s.Clean() {
			report.Text = fmt.Sprintf("It is a clean asciicast of version %d: %s.", s.Header.Version, widget.Count(s.Events, "event"))
			return nil
		}
		n := 0
		for _, of := range s.Deviations {
			n += of
		}
		if n > len(lines) {
			lines = append(lines, fmt.Sprintf("and %d more; rexec validate %.13s lists them", n-len(lines), r.ID))
		}
		report.Title, report.Body = widget.Count(n, "deviation")+" from the format", strings.Join(lines, "\n")
		return nil
	})
	return report, err
}

// read opens the content of a recording for f.
func read(r library.Recording, f func(io.Reader) error) error {
	in, err := pack.Open(r.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	return f(in)
}
