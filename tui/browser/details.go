package browser

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"rexec/library"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/screen"
	"rexec/tui/widget"
	"rexec/vt"
)

// drawPreview draws what is known of the selected row: a still, details, commands.
func (m Model) drawPreview(env page.Env, s *screen.Screen, r screen.Rect) {
	e, ok := m.selected()
	if !ok || r.Dx() < 10 || r.Dy() < 4 {
		return
	}
	if e.tab > 0 {
		m.previewTerminal(env, s, r, terminal(env, e.tab))
		return
	}
	rec := e.recording
	v := m.preview.known[viewKey(e)]
	y := drawStill(env, s, r, v, rec.Rows)
	if e.isMoment() && y < r.Max.Y {
		y = drawMomentDetails(env, s, screen.R(r.Min.X, y, r.Dx(), r.Max.Y-y), *e.hit)
	}
	y = drawDetails(env, s, screen.R(r.Min.X, y, r.Dx(), r.Max.Y-y), rec)
	if v.err != nil {
		for _, line := range s.Wrap("! "+whyNoView(v.err), r.Dx()) {
			if y < r.Max.Y {
				s.Text(r.Min.X, y, r.Dx(), line, env.Theme.Warn)
				y++
			}
		}
	}
	drawCommands(env, s, screen.R(r.Min.X, y+1, r.Dx(), r.Max.Y-y-1), v.commands)
}

// whyNoView says why there is no picture of a recording.
func whyNoView(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "The file of this recording is gone."
	case errors.Is(err, fs.ErrPermission):
		return "The file of this recording may not be read by you."
	}
	return say.Error(err)
}

func (m Model) previewTerminal(env page.Env, s *screen.Screen, r screen.Rect, t page.Terminal) {
	rows := 0
	if t.Screen != nil {
		_, rows = t.Screen.Size()
	}
	y := drawStill(env, s, r, view{still: t.Screen, row: -1}, rows)
	s.Text(r.Min.X, y, r.Dx(), t.Title, env.Theme.Bold)
	text, st := "running, not recorded", env.Theme.Muted
	switch {
	case t.Recording:
		text, st = "● recording "+widget.Clock(t.Elapsed)+"  "+widget.Bytes(t.Bytes), env.Theme.Recording
	case !t.Running:
		text = t.Exit
	}
	if y+1 < r.Max.Y {
		s.Text(r.Min.X, y+1, r.Dx(), text, st)
	}
}

// drawStill draws a snapshot with a line below it, in at most the upper half of r,
// and returns the row after it.
func drawStill(env page.Env, s *screen.Screen, r screen.Rect, v view, rows int) int {
	// The place is kept while the picture is being made.
	height := min(rows, max(r.Dy()/2, 3))
	if height <= 0 || r.Dy() < 8 {
		return r.Min.Y
	}
	place := screen.R(r.Min.X, r.Min.Y, r.Dx(), height)
	if snap := v.still; snap != nil {
		cols, rows := snap.Size()
		from := screen.View{Y: stillTop(snap, rows, height), Still: true}
		if v.row >= 0 && (v.row < from.Y || v.row >= from.Y+height) {
			from.Y = max(min(v.row-height/2, rows-height), 0)
		}
		for _, p := range v.places {
			if p.Row == v.row && p.Col+p.Len > place.Dx() {
				from.X = max(min(p.Col-place.Dx()/2, cols-place.Dx()), 0)
			}
		}
		s.Terminal(snap, place, from)
		for _, p := range v.places {
			for row, col, n := p.Row, p.Col, p.Len; n > 0; row, col = row+1, 0 {
				part := min(n, cols-col)
				n -= part
				s.Restyle(screen.R(0, 0, part, 1).Add(screen.R(place.Min.X+col-from.X, place.Min.Y+row-from.Y, 0, 0).Min).Intersect(place), env.Theme.Match)
			}
		}
	}
	s.Text(r.Min.X, place.Max.Y, r.Dx(), strings.Repeat("─", r.Dx()), env.Theme.Border)
	return place.Max.Y + 1
}

// stillTop is the first row of a picture that is shown in height rows: of a shell
// the part around its cursor, of a full-screen program the top.
func stillTop(snap *vt.Snapshot, rows, height int) int {
	if snap.Modes().AltScreen {
		return 0
	}
	return max(min(snap.Cursor().Y-height+2, rows-height), 0)
}

func drawDetails(env page.Env, s *screen.Screen, r screen.Rect, rec library.Recording) int {
	th := env.Theme
	y := r.Min.Y
	line := func(text string, st screen.Style) {
		if text != "" && y < r.Max.Y {
			s.Text(r.Min.X, y, r.Dx(), text, st)
			y++
		}
	}
	line(rec.Name(), th.Bold)
	facts := []string{widget.Clock(rec.Duration), widget.Bytes(rec.Size)}
	if d := dims(rec); d != "" {
		facts = append(facts, d)
	}
	facts = append(facts, rec.Created.In(env.Now.Location()).Format("2 Jan 2006 15:04"))
	line(strings.Join(facts, "  "), th.Muted)
	where := []string{}
	if rec.Shell != "" {
		where = append(where, filepath.Base(rec.Shell))
	}
	if rec.Host != "" {
		where = append(where, rec.Host)
	}
	if rec.Source == library.SourceImported {
		where = append(where, "imported")
	}
	if rec.ExitStatus != nil && *rec.ExitStatus != 0 {
		where = append(where, fmt.Sprintf("exit %d", *rec.ExitStatus))
	}
	line(strings.Join(where, " · "), th.Muted)
	if glyph, word := state(env, rec); word != "" {
		if rec.Problems > 0 {
			word += ", " + widget.Count(rec.Problems, "damaged place")
		}
		line(glyph+" "+word, th.Warn)
	}
	if rec.Description != "" && y < r.Max.Y {
		y++
		lines := s.Wrap(rec.Description, r.Dx())
		for _, l := range lines[:min(len(lines), 4)] {
			line(l, th.Text)
		}
	}
	return y
}

// drawCommands lists what was run, and when.
func drawCommands(env page.Env, s *screen.Screen, r screen.Rect, commands []library.Command) {
	if len(commands) == 0 || r.Dy() < 2 {
		return
	}
	th := env.Theme
	s.Text(r.Min.X, r.Min.Y, r.Dx(), widget.Count(len(commands), "command"), th.Faint)
	room := r.Dy() - 1
	shown := commands[:min(len(commands), room)]
	if len(commands) > room {
		shown = commands[:room-1]
	}
	for i, c := range shown {
		y := r.Min.Y + 1 + i
		s.TextRight(r.Min.X+7, y, 7, widget.Clock(c.Start), th.Faint)
		glyph, st := " ", th.Muted
		if c.Exit != nil && *c.Exit != 0 {
			glyph, st = "✗", th.Error
		}
		s.Text(r.Min.X+8, y, 1, glyph, st)
		s.Text(r.Min.X+10, y, r.Dx()-10, c.Text, th.Text)
	}
	if rest := len(commands) - len(shown); rest > 0 {
		s.Text(r.Min.X+10, r.Max.Y-1, r.Dx()-10, fmt.Sprintf("… and %d more", rest), th.Faint)
	}
}
