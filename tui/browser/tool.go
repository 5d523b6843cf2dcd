package browser

import (
	tea "charm.land/bubbletea/v2"
	"context"
	"path/filepath"
	"strings"

	"rexec/library"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// Tool does something with a recording that takes a while. path is where to, for
// those that write a file.
type Tool func(ctx context.Context, r library.Recording, path string) (Report, error)

// Report is what a tool did or found.
type Report struct {
	Text  string // what to tell in passing
	Title string // with Body: what must be read
	Body  string
	Made  string // the id of a recording that it made
}

// askPath is the dialog that asks where to.
const askPath = "browser.path"

// toolMsg is what became of a tool's work.
type toolMsg struct {
	report Report
	err    error
}

// use is a tool that waits for a path.
type use struct {
	tool keys.ID
	of   library.Recording
}

// working says what a tool does, while it does.
var working = map[keys.ID]string{
	keys.ExportCast: "Exporting", keys.ExportText: "Reading", keys.FindSecrets: "Looking through",
	keys.MaskSecrets: "Masking a copy of", keys.ShortenPauses: "Shortening a copy of", keys.CheckCast: "Checking",
}

// useTool begins the work of a tool on the recording under the cursor.
func (m Model) useTool(id keys.ID) (Model, page.Action) {
	e, ok := m.selected()
	if !ok || m.config.Tools[id] == nil {
		return m, page.Unchanged{}
	}
	r := e.recording
	ending := map[keys.ID]string{keys.ExportCast: ".cast", keys.ExportText: ".txt"}[id]
	if ending == "" {
		return m, m.work(use{id, r}, "")
	}
	return m, page.Ask{Dialog: widget.Prompt(askPath, "Export "+quoted(r), "", "Export",
		widget.Field{Label: "File", Value: filepath.Join("~", fileName(r.Name())+ending)}).WithData(use{id, r})}
}

// work lets a tool do its work.
func (m Model) work(u use, path string) page.Action {
	tool := m.config.Tools[u.tool]
	return page.Several{page.Info(working[u.tool] + " " + quoted(u.of) + "…"), do(func() tea.Msg {
		report, err := tool(m.ctx, u.of, expandHome(path))
		return toolMsg{report, err}
	})}
}

// worked tells what a tool did.
func (m Model) worked(msg toolMsg) (Model, page.Action) {
	switch {
	case msg.err != nil:
		return m, page.Fail(widget.Sentence(screen.Clean(msg.err.Error())))
	case msg.report.Body != "":
		return m, page.Ask{Dialog: widget.Notice("", msg.report.Title, msg.report.Body)}
	case msg.report.Made == "":
		return m, page.Done(msg.report.Text)
	}
	m.selectID = msg.report.Made
	m, load := m.load(false)
	return m, page.Several{page.Done(msg.report.Text), load}
}

func quoted(r library.Recording) string { return "“" + screen.Clean(r.Name()) + "”" }

// fileName makes a name for a file out of a title.
func fileName(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r < 0xc0
	})
	const most = 60 // bytes
	name := strings.Join(words, "-")
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "")
	}
	if name == "" {
		return "recording"
	}
	return name
}
