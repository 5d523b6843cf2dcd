package screen

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"rexec/vt"
)

// terminalOf returns what a terminal shows after output.
func terminalOf(cols, rows int, output string) *vt.Snapshot {
	t := vt.New(cols, rows)
	t.Write([]byte(output))
	return t.Snapshot()
}

func TestTerminalStaysInItsRectangle(t *testing.T) {
	snap := terminalOf(6, 3, "ab世界\r\n界界界\r\nxyz")
	for _, c := range []struct {
		name string
		r    Rect
		view View
		want string
	}{
		{"all of it", R(2, 1, 6, 3), View{}, "..........\n..ab世界..\n..界界界..\n..xyz   .."},
		{"a larger rectangle is blank around it", R(1, 1, 8, 3), View{}, "..........\n.ab世界  .\n.界界界  .\n.xyz     ."},
		{"a wide character cut by the right edge", R(2, 1, 5, 3), View{}, "..........\n..ab世 ...\n..界界 ...\n..xyz  ..."},
		{"a wide character cut by the left edge", R(2, 1, 4, 3), View{X: 3}, "..........\n.. 界 ....\n.. 界 ....\n..    ...."},
		{"from a row on", R(0, 2, 6, 2), View{Y: 1}, "..........\n..........\n界界界....\nxyz   ...."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(10, 4)
			for y := range 4 {
				s.Text(0, y, 10, "..........", Style{})
			}
			s.Terminal(snap, c.r, c.view)
			if got := padded(s); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// padded is the screen's text with trailing blanks.
func padded(s *Screen) string {
	var rows []string
	for _, l := range s.buf.Lines {
		row := ""
		for _, c := range l {
			row += c.Content
		}
		rows = append(rows, row)
	}
	return strings.Join(rows, "\n")
}

func TestDrawingOverHalfAWideCharacterRemovesTheOther(t *testing.T) {
	for _, c := range []struct {
		name string
		r    Rect
		want string
	}{
		{"its second half", R(3, 0, 2, 1), "世 ##"},
		{"its first half", R(0, 0, 3, 1), "### 界"},
		{"from inside to inside", R(1, 0, 4, 1), " #### "},
	} {
		s := New(6, 1)
		s.Text(0, 0, 6, "世界界", Style{})
		s.Terminal(terminalOf(6, 1, "######"), c.r, View{})
		if got := padded(s); strings.TrimRight(got, " ") != strings.TrimRight(c.want, " ") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		checkRoundTrip(t, s)
	}
}

func TestTextMakesControlsVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                "plain",
		"a\x1b[31mb":           "a␛[31mb",
		"two\nlines\tand\x7f":  "two␊lines␉and␡",
		"c1 \u009b31m":         "c1 �31m",
		"bidi \u202eevil":      "bidi �evil",
		"bad \xff\xfe bytes":   "bad �� bytes",
		"e\u0301 stays":        "e\u0301 stays",
		"\u0301 alone":         "� alone",
		"zero\u200bwidth":      "zero�width",
		"\u2028 is a line end": "� is a line end",
		"世界 and 🎉":             "世界 and 🎉",
	} {
		s := New(40, 1)
		s.Text(0, 0, 40, in, Style{})
		if got := s.String(); got != want {
			t.Errorf("%q is drawn as %q, want %q", in, got, want)
		}
		checkRoundTrip(t, s)
	}
}

// Fonts for terminals keep the symbols of prompts among the private characters.
func TestPrivateSymbolsAreDrawn(t *testing.T) {
	for _, text := range []string{"\ue0b0 main \ue0a0", "\uf418x", "\U000f0219 y", "\U00100001z"} {
		for _, graphemes := range []bool{false, true} {
			s := New(12, 2)
			s.SetGraphemes(graphemes)
			s.Terminal(terminalOf(12, 1, text), R(0, 0, 12, 1), View{})
			s.Text(0, 1, 12, text, Style{})
			if got := s.String(); got != text+"\n"+text {
				t.Errorf("%q is drawn as %q", text, got)
			}
			checkRoundTrip(t, s)
		}
	}
}

func TestTextIsClippedByWidth(t *testing.T) {
	for _, c := range []struct {
		text string
		cols int
		want string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"rather too long", 8, "rather …"},
		{"世界世界", 8, "世界世界"},
		{"世界世界", 7, "世界世…"},
		{"世界世界", 6, "世界…"},
		{"x", 0, ""},
		{"xy", 1, "…"},
	} {
		s := New(20, 1)
		n := s.Text(0, 0, c.cols, c.text, Style{})
		if got := s.String(); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.cols, got, c.want)
		}
		if w := s.Width(c.want); n != w {
			t.Errorf("%q in %d columns took %d, want %d", c.text, c.cols, n, w)
		}
	}
}

func TestWrap(t *testing.T) {
	s := New(1, 1)
	for _, c := range []struct {
		text string
		cols int
		want string
	}{
		{"", 10, ""},
		{"one two three", 20, "one two three"},
		{"one two three", 8, "one two|three"},
		{"one two three", 7, "one two|three"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"a\n\nb", 4, "a||b"},
		{"世界 世界世界", 6, "世界|世界世|界"},
	} {
		if got := strings.Join(s.Wrap(c.text, c.cols), "|"); got != c.want {
			t.Errorf("%q in %d columns: %q, want %q", c.text, c.cols, got, c.want)
		}
	}
}

func TestLinksOnlyToTheOutsideWorld(t *testing.T) {
	for uri, want := range map[string]string{
		"https://example.org/a?b=c": "https://example.org/a?b=c",
		"HTTP://example.org":        "HTTP://example.org",
		"mailto:a@example.org":      "mailto:a@example.org",
		"https://example.org/a;b":   "https://example.org/a%3Bb",
		"file:///etc/passwd":        "",
		"javascript:alert(1)":       "",
		"ssh://host":                "",
		"relative/path":             "",
	} {
		snap := terminalOf(10, 1, "\x1b]8;id=x;"+uri+"\x1b\\link\x1b]8;;\x1b\\")
		s := New(10, 1)
		s.Terminal(snap, s.Bounds(), View{})
		if got := s.buf.CellAt(0, 0).Link.URL; got != want {
			t.Errorf("%q becomes %q, want %q", uri, got, want)
		}
		s.Terminal(snap, s.Bounds(), View{Still: true})
		if got := s.buf.CellAt(0, 0).Link; got != (uv.Link{}) {
			t.Errorf("a still has the link %q", got)
		}
	}
}

func TestStyles(t *testing.T) {
	for _, c := range []struct{ name, output, want string }{
		{"attributes", "\x1b[1;3;9mx", "\x1b[0;1;3;9mx\x1b[m"},
		{"palette", "\x1b[31;102mx", "\x1b[0;31;102mx\x1b[m"},
		{"256 colours", "\x1b[38;5;200;48;5;17mx", "\x1b[0;38;5;200;48;5;17mx\x1b[m"},
		{"true colour", "\x1b[38;2;1;2;3mx", "\x1b[0;38;2;1;2;3mx\x1b[m"},
		{"curly underline in a colour", "\x1b[4:3;58;2;255;0;1mx", "\x1b[0;4:3;58;2;255;0;1mx\x1b[m"},
		{"reverse video", "\x1b[7mx", "\x1b[0;7mx\x1b[m"},
		{"a changed palette", "\x1b]4;1;rgb:12/34/56\x1b\\\x1b[31mx", "\x1b[0;38;2;18;52;86mx\x1b[m"},
		{"back to plain", "\x1b[1mx\x1b[my", "\x1b[0;1mx\x1b[my"},
	} {
		s := New(4, 1)
		s.Terminal(terminalOf(4, 1, c.output), s.Bounds(), View{})
		if got := s.Render(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestReverseScreen(t *testing.T) {
	s := New(3, 1)
	s.Terminal(terminalOf(3, 1, "\x1b[?5ha\x1b[7mb"), s.Bounds(), View{})
	if s.Style(0, 0).Attrs&uv.AttrReverse == 0 || s.Style(1, 0).Attrs&uv.AttrReverse != 0 || s.Style(2, 0).Attrs&uv.AttrReverse == 0 {
		t.Errorf("DECSCNM: %q", s.Render())
	}
}

func TestCursor(t *testing.T) {
	snap := terminalOf(10, 4, "\x1b[6 qab\r\nc")
	s := New(20, 10)
	r := s.Terminal(snap, R(5, 2, 10, 4), View{})
	s.TerminalCursor(snap, r, View{})
	c := s.Cursor()
	if c == nil || c.X != 6 || c.Y != 3 || c.Shape != tea.CursorBar || c.Blink {
		t.Errorf("the cursor is %+v, want a steady bar at 6, 3", c)
	}
	s.Clear()
	s.TerminalCursor(terminalOf(10, 4, "\x1b[?25l"), r, View{})
	if s.Cursor() != nil {
		t.Error("a hidden cursor is shown")
	}
	s.TerminalCursor(snap, r, View{Y: 2})
	if s.Cursor() != nil {
		t.Error("a cursor outside of the view is shown")
	}
}

// checkRoundTrip checks the package's invariant: what Render writes, Bubble Tea
// reads back as the same text in the same columns. It may make one cell of
// several where that is as wide as they are.
func checkRoundTrip(t *testing.T, s *Screen) {
	t.Helper()
	b := s.Bounds()
	back := uv.NewScreenBuffer(b.Dx(), b.Dy())
	back.Method = s.glyphs.method
	uv.NewStyledString(s.Render()).Draw(back, back.Bounds())
	for y := range b.Dy() {
		for x := 0; x < b.Dx(); {
			cell := back.Lines[y][x]
			want := ""
			for _, c := range s.buf.Lines[y][x:min(x+max(cell.Width, 1), b.Dx())] {
				want += c.Content
			}
			if want != cell.Content {
				t.Fatalf("row %d column %d is read back as %q, want %q\nrow: %q", y, x, cell.Content, want, s.buf.Lines[y].String())
			}
			x += max(cell.Width, 1)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range []string{
		"plain", "世界", "e\u0301\u0302", "👨‍👩‍👧‍👦 family", "🇫🇷🇩🇪 flags", "❤️ and ❤", "각 jamo", "क्ष conjunct", "👍🏽", "\u200dx",
		"\x1b[?2027h👨‍👩‍👧 🇫🇷 ❤️", "a\u0600b", "ﷺ", "\u115f\u1160", "ก็ \u0e33", "\x1b[31m世\x1b[2G|", "\ufeffbom", "☎\ufe0f1\ufe0f\u20e3",
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, output string, graphemes bool) {
		s := New(12, 3)
		s.SetGraphemes(graphemes)
		s.Terminal(terminalOf(10, 2, output), R(1, 0, 10, 2), View{})
		s.Text(0, 2, 12, output, Style{})
		checkRoundTrip(t, s)
		if strings.ContainsFunc(strings.ReplaceAll(ansi.Strip(s.Render()), "\n", ""), isControl) {
			t.Errorf("control characters on the screen: %q", s.Render())
		}
	})
}
