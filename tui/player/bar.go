package player

import (
	"fmt"
	"slices"
	"strings"
	"time"

	uv "github.com/charmbracelet/ultraviolet"

	"rexec/recording/timeline"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
	"rexec/vt"
)

// bar is where the parts of the bottom line stand: state and time, the position
// bar, and what is to its right.
//
//	▶ 1:23/4:56  ████████▌─────┄┄┄┄──◆───•──────  3/17  1.5×  skip idle  ? help
type bar struct {
	y        int
	from, to int // columns of the position bar
	left     []label
	right    []label
}

type label struct {
	text  string
	style func(page.Env) screen.Style
}

// The shortest position bar worth drawing, and what all other parts give way for.
const minBar = 12

var (
	plainPart  = func(e page.Env) screen.Style { return e.Theme.Bar }
	mutedPart  = func(e page.Env) screen.Style { return e.Theme.BarMuted }
	accentPart = func(e page.Env) screen.Style { return e.Theme.BarAccent }
	keyPart    = func(e page.Env) screen.Style { return e.Theme.BarKey }
)

// bar lays the bottom line out. Parts at the right give way from the least
// important one on when the window is narrow.
func (m Model) bar(env page.Env) bar {
	b := bar{y: m.size.Rows - 1}
	pos := m.position(env)
	glyph, style, more := "‖", plainPart, ""
	if m.indexing && m.play.Duration == 0 {
		more = "…" // it may yet be longer
	}
	if m.clock.Playing() {
		if glyph, style = "▶", accentPart; m.clock.Speed() < 0 {
			glyph = "◀"
		}
	}
	if m.ended {
		glyph = "■"
	}
	b.left = []label{{" " + glyph + " ", style}, {widget.Clock(pos), keyPart}, {"/" + widget.Clock(m.total()) + more, mutedPart}}
	if m.ended {
		b.left = append(b.left, label{m.endText(), plainPart})
	}
	room := m.size.Cols - width(b.left) - minBar - 4
	for _, p := range m.rightParts(env) {
		if w := cells(p.text) + 2; w <= room {
			b.right = append(b.right, p)
			room -= w
		}
	}
	if text := m.sizeText(); text != "" && cells(text)+2 <= room {
		// Help stands last, and has come before this.
		b.right = slices.Insert(b.right, max(len(b.right)-1, 0), label{text, mutedPart})
		room -= cells(text) + 2
	}
	if text := m.chapterText(env); text != "" && cells(text)+2 <= room {
		b.right = append([]label{{text, plainPart}}, b.right...)
	}
	b.from = width(b.left) + 2
	b.to = m.size.Cols - 1
	if len(b.right) > 0 {
		b.to -= width(b.right) + 2*len(b.right)
	}
	return b
}

// endText says how the recording ended, and what to do.
func (m Model) endText() string {
	if m.facts.hasExit && m.facts.exit != 0 {
		return fmt.Sprintf("  ended, exit %d — space replays", m.facts.exit)
	}
	return "  ended — space replays"
}

// rightParts returns what stands right of the bar, the most important first.
func (m Model) rightParts(env page.Env) []label {
	var parts []label
	if text := m.searchText(env); text != "" {
		parts = append(parts, label{text, accentPart})
	}
	speed := plainPart
	if m.pace() == 1 {
		speed = mutedPart
	}
	parts = append(parts, label{speedText(m.pace()), speed})
	if m.skip {
		parts = append(parts, label{"skip idle", accentPart})
	}
	if m.indexing && m.facts.size > 0 && env.Now.Sub(m.begun) >= indexEvery {
		parts = append(parts, label{fmt.Sprintf("reading %d%%", 100*m.facts.bytes/m.facts.size), mutedPart})
	}
	if m.going && env.Now.Sub(m.since) >= indexEvery {
		parts = append(parts, label{"seeking…", mutedPart})
	}
	return append(parts, label{env.Keys.Label(keys.Player, keys.ShowHelp) + " help", mutedPart})
}

// sizeText says that the recording is larger than the window.
func (m Model) sizeText() string {
	if m.frame.Snapshot == nil {
		return ""
	}
	window := m.window()
	cols, rows := m.frame.Snapshot.Size()
	if cols <= window[0] && rows <= window[1] {
		return ""
	}
	return fmt.Sprintf("%d×%d shown in %d×%d", cols, rows, window[0], window[1])
}

// chapterText names the marker that was just passed, or else the command of this
// moment, in a field of one width so that the bar keeps its length.
func (m Model) chapterText(env page.Env) string {
	n := len(m.text.commands)
	room := min(m.size.Cols/4, 40)
	if n == 0 && !m.labelled() || room < 16 {
		return ""
	}
	text, pos := "", m.position(env)
	if n > 0 {
		text = fmt.Sprintf("0/%d", n)
	}
	if i := m.chapterAt(pos); i >= 0 {
		text = fmt.Sprintf("%d/%d %s", i+1, n, short(m.text.commands[i].Text))
	}
	if label := m.labelAt(pos); label != "" {
		text = "◆ " + label
	}
	return field(text, room)
}

// labelStay is how long a marker's label is shown once it is passed.
const labelStay = 3 * time.Second

// labelAt returns the label of the marker that a position is at, or has just passed.
func (m Model) labelAt(pos time.Duration) string {
	for _, k := range slices.Backward(m.facts.markers) {
		if k.Time <= pos && k.Label != "" {
			if pos-k.Time > labelStay {
				break
			}
			return short(k.Label)
		}
	}
	return ""
}

// labelled tells whether a marker has a label.
func (m Model) labelled() bool {
	return slices.ContainsFunc(m.facts.markers, func(k timeline.Marker) bool { return k.Label != "" })
}

// field cuts or fills a text to a number of columns. Wide characters make it
// narrower, not wider.
func field(text string, cols int) string {
	w := 0
	for i, r := range text {
		n := max(vt.RuneWidth(r), 0)
		if w+n > cols-1 && i+len(string(r)) < len(text) || w+n > cols {
			return text[:i] + "…" + strings.Repeat(" ", max(cols-1-w, 0))
		}
		w += n
	}
	return text + strings.Repeat(" ", cols-w)
}

// searchText says how the search stands: "3/17", "searching 40%", "no match".
func (m Model) searchText(env page.Env) string {
	s := m.search
	if !s.active() {
		return ""
	}
	n := len(s.hits)
	count := fmt.Sprint(n)
	if n >= maxHits {
		count += "+"
	}
	text := ""
	switch {
	case n == 0 && s.done:
		return "no match"
	case s.current >= 0:
		text = fmt.Sprintf("%d/%s", s.current+1, count)
	case n > 0:
		text = count
	}
	if !s.done && env.Now.Sub(s.begun) >= indexEvery {
		if text != "" {
			text += " "
		}
		text += "searching"
		if m.total() > 0 && (m.facts.indexed || m.play.Duration > 0) {
			text += fmt.Sprintf(" %d%%", min(100*s.at/m.total(), 100))
		}
	}
	return text
}

// cells counts the columns of a part.
func cells(text string) (n int) {
	for _, r := range text {
		n += max(vt.RuneWidth(r), 0)
	}
	return n
}

func width(parts []label) (w int) {
	for _, p := range parts {
		w += cells(p.text)
	}
	return w
}

// holds tells whether a cell belongs to the position bar.
func (b bar) holds(x, y int) bool { return y == b.y && x >= b.from && x < b.to }

// time returns the position that a column stands for.
func (b bar) time(x int, total time.Duration) time.Duration {
	n := b.to - b.from
	if n <= 1 {
		return 0
	}
	x = min(max(x-b.from, 0), n-1)
	return time.Duration(float64(total) * float64(x) / float64(n-1))
}

// part returns how much of total pos is, from 0 to 1.
func part(pos, total time.Duration) float64 {
	if total <= 0 {
		return 0
	}
	return min(max(float64(pos)/float64(total), 0), 1)
}

// column returns the column that a position stands in.
func (b bar) column(pos, total time.Duration) int {
	return b.from + int(float64(b.to-b.from-1)*part(pos, total))
}

func (m Model) drawBar(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	s.Fill(r, th.Bar)
	if m.typing {
		m.drawSearchLine(env, s, r)
		return
	}
	b := m.bar(env)
	x := r.Min.X
	for _, p := range b.left {
		x += s.Text(x, r.Min.Y, r.Max.X-x, p.text, p.style(env))
	}
	x = r.Min.X + b.to
	for _, p := range b.right {
		x += 2
		x += s.Text(x, r.Min.Y, r.Max.X-x, p.text, p.style(env))
	}
	if b.to-b.from >= 4 {
		m.drawPosition(env, s, b, r)
	}
}

var eighths = [...]string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}

// drawPosition draws the position bar: what is played, to an eighth of a cell; idle
// spans; markers; hits. Each has its own glyph beside its colour.
func (m Model) drawPosition(env page.Env, s *screen.Screen, b bar, r screen.Rect) {
	th, total := env.Theme, m.total()
	n := b.to - b.from
	filled := int(8 * float64(n) * part(m.position(env), total))
	put := func(col int, glyph string, st screen.Style) {
		if col >= b.from && col < b.to {
			s.Text(r.Min.X+col, r.Min.Y, 1, glyph, st)
		}
	}
	idle := idleCells(m.facts.idle.Spans(), total, n)
	for i := range n {
		switch eighth := min(filled-8*i, 8); {
		case eighth >= 8 && idle[i]:
			put(b.from+i, "▓", th.Played)
		case eighth >= 8:
			put(b.from+i, "█", th.Played)
		case eighth > 0:
			put(b.from+i, eighths[eighth], th.Played)
		case idle[i]:
			put(b.from+i, "┄", th.Idle)
		default:
			put(b.from+i, "─", th.Unplayed)
		}
	}
	// Where it is played already, a tick is cut out of the bar, so that many of
	// them do not hide how far it is.
	tick := func(at time.Duration, glyph string, st screen.Style) {
		col := b.column(at, total)
		if 8*(col-b.from+1) <= filled {
			st = th.Played
			st.Attrs ^= uv.AttrReverse
		}
		put(col, glyph, st)
	}
	m.drawChapters(env, b, total, tick)
	for _, k := range m.facts.markers {
		tick(k.Time, "◆", th.Marker)
	}
	last := -1
	for _, h := range m.search.hits {
		if col := b.column(h.Time, total); col != last {
			last = col
			tick(h.Time, "•", th.Hit)
		}
	}
	if i := m.search.current; i >= 0 && i < len(m.search.hits) {
		tick(m.search.hits[i].Time, "●", th.Hit)
	}
}

// drawChapters puts a tick where each command begins, unless they are so many that
// nothing else could be seen.
func (m Model) drawChapters(env page.Env, b bar, total time.Duration, tick func(time.Duration, string, screen.Style)) {
	var first []int
	last := -1
	for i, c := range m.text.commands {
		if col := b.column(c.Start, total); col != last {
			first, last = append(first, i), col
		}
	}
	if len(first) > (b.to-b.from)/3 {
		return
	}
	for _, i := range first {
		tick(m.text.commands[i].Start, "┴", env.Theme.BarMuted)
	}
}

// idleCells tells which of n cells are idle for at least half of their time.
func idleCells(spans []timeline.Span, total time.Duration, n int) []bool {
	covered := make([]float64, n)
	for _, span := range spans {
		from, to := float64(n)*part(span.Start, total), float64(n)*part(span.End, total)
		for i := int(from); i < n && float64(i) < to; i++ {
			covered[i] += min(to, float64(i+1)) - max(from, float64(i))
		}
	}
	idle := make([]bool, n)
	for i, c := range covered {
		idle[i] = c >= 0.5
	}
	return idle
}

// drawSearchLine draws the line that a search is typed into.
func (m Model) drawSearchLine(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	prompt := "/"
	if query(m.input.Value()).Regexp && r.Dx() >= 60 {
		prompt = "regexp " // the slash is what was typed
	}
	s.Text(r.Min.X+1, r.Min.Y, len(prompt), prompt, th.BarAccent)
	left := len(prompt) + 1
	hints := env.Keys.Hints(keys.Search, nil)
	room := 0
	if r.Dx() >= 60 {
		room = 40
		widget.HintSpans(s, r.Max.X-room+2, r.Min.Y, room-3, hints, th.BarKey, th.BarKeyName)
	}
	m.input.Draw(s, th, r.Min.X+left, r.Min.Y, r.Dx()-1-left-room, true)
}
