package export

import (
	"encoding/json"
	"io"
	"time"

	"rexec/vt"
)

// Screen is a screen as JSON. Names and meaning of the fields are kept: programs
// read them.
type Screen struct {
	Time      float64 `json:"time"`       // seconds: where in the recording it was asked for
	Size      Size    `json:"size"`       // in cells
	Cursor    Cursor  `json:"cursor"`     //
	Title     string  `json:"title"`      // the window title, as the program sent it
	AltScreen bool    `json:"alt_screen"` // a full-screen program is on it
	Rows      []Row   `json:"rows"`       // as many as Size.Rows, from the top
}

// Size is the size of a screen in cells.
type Size struct {
	Cols int `json:"cols"`
	Rows int `json:"rows"`
}

// Cursor is where the cursor stands, counted from 0 at the top left, and how it
// looks.
type Cursor struct {
	Col     int    `json:"col"`
	Row     int    `json:"row"`
	Visible bool   `json:"visible"`
	Shape   string `json:"shape"` // "block", "underline", "bar"
	Blink   bool   `json:"blink"`
}

// Row is one row of a screen.
type Row struct {
	Wrapped bool  `json:"wrapped"` // its text goes on in the next row
	Runs    []Run `json:"runs"`    // from column 0 on, without gaps; blank cells behind the last are left out
}

// Run is neighbouring cells that look alike and have characters of the same
// width. A character may be several code points.
type Run struct {
	Text           string   `json:"text"`
	Width          int      `json:"width"`                     // columns of all of it
	CharWidth      int      `json:"char_width"`                // columns of each character: 1 or 2
	FG             string   `json:"fg"`                        // "default", "0"…"255", "#rrggbb"; before reverse
	BG             string   `json:"bg"`                        // the same
	Attributes     []string `json:"attributes,omitempty"`      // "bold", "dim", "italic", "blink", "reverse", "conceal", "strike", "overline"
	Underline      string   `json:"underline,omitempty"`       // "single", "double", "curly", "dotted", "dashed"
	UnderlineColor string   `json:"underline_color,omitempty"` // as FG, when it is not the text's
	Link           string   `json:"link,omitempty"`            // URI, as the program sent it
}

var attributeNames = []struct {
	attr vt.Attr
	name string
}{
	{vt.Bold, "bold"}, {vt.Dim, "dim"}, {vt.Italic, "italic"}, {vt.Blink, "blink"},
	{vt.Reverse, "reverse"}, {vt.Conceal, "conceal"}, {vt.Strike, "strike"}, {vt.Overline, "overline"},
}

var underlineNames = map[vt.Underline]string{
	vt.UnderlineSingle: "single", vt.UnderlineDouble: "double", vt.UnderlineCurly: "curly",
	vt.UnderlineDotted: "dotted", vt.UnderlineDashed: "dashed",
}

var shapeNames = map[vt.CursorShape]string{
	vt.CursorBlock: "block", vt.CursorUnderline: "underline", vt.CursorBar: "bar",
}

// NewScreen describes a snapshot that was taken at the position at. Colours that
// the program redefined are given as what it made of them.
func NewScreen(s *vt.Snapshot, at time.Duration) Screen {
	cols, rows := s.Size()
	c := s.Cursor()
	screen := Screen{
		Time:      at.Seconds(),
		Size:      Size{Cols: cols, Rows: rows},
		Cursor:    Cursor{Col: c.X, Row: c.Y, Visible: c.Visible, Shape: shapeNames[c.Shape], Blink: c.Blink},
		Title:     s.Title(),
		AltScreen: s.Modes().AltScreen,
		Rows:      make([]Row, rows),
	}
	for y := range rows {
		line := s.Line(y)
		row := Row{Wrapped: line.Wrapped(), Runs: []Run{}}
		for _, p := range pieces(line) {
			row.Runs = append(row.Runs, newRun(s, p))
		}
		screen.Rows[y] = row
	}
	return screen
}

func newRun(s *vt.Snapshot, p piece) Run {
	run := Run{
		Text: p.text, Width: p.width, CharWidth: p.charWidth,
		FG: s.Color(p.style.FG, true).String(), BG: s.Color(p.style.BG, false).String(),
		Underline: underlineNames[p.style.Underline], Link: p.style.Link.URI,
	}
	for _, a := range attributeNames {
		if p.style.Attrs&a.attr != 0 {
			run.Attributes = append(run.Attributes, a.name)
		}
	}
	if u := p.style.UnderlineColor; !u.IsDefault() {
		run.UnderlineColor = s.Color(u, true).String()
	}
	return run
}

// WriteScreenJSON writes a screen as one JSON object, see Screen.
func WriteScreenJSON(w io.Writer, s *vt.Snapshot, at time.Duration) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(NewScreen(s, at))
}

// WriteScreenText writes the characters on a screen, a line for each row, without
// blanks at their ends.
func WriteScreenText(w io.Writer, s *vt.Snapshot) error {
	_, err := io.WriteString(w, s.Text()+"\n")
	return err
}

// piece is a part of a line with one style and one width of characters.
type piece struct {
	text             string
	width, charWidth int
	style            vt.Style
}

// pieces cuts a line. Blank cells at its end are left out when nothing of them
// shows.
func pieces(l vt.Line) []piece {
	cells := l.Cells()
	end := len(cells)
	for end > 0 && plainBlank(cells[end-1]) {
		end--
	}
	var list []piece
	for x := 0; x < end; x++ {
		c := cells[x]
		w := c.Width()
		if w == 0 { // the second half of a wide character
			continue
		}
		last := len(list) - 1
		if last < 0 || list[last].charWidth != w || !c.SameStyle(cells[x-list[last].charWidth]) {
			list = append(list, piece{charWidth: w, style: l.Style(x)})
			last++
		}
		list[last].text += l.Text(x)
		list[last].width += w
	}
	return list
}

func plainBlank(c vt.Cell) bool {
	r, one := c.Rune()
	return one && r == ' ' && c.BG().IsDefault() && c.Attrs()&(vt.Reverse|vt.Strike|vt.Overline) == 0 && c.Underline() == vt.UnderlineNone
}
