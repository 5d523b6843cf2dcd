package vt

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// inputs are every conformance input and some of our own that the corpus lacks.
func inputs(t testing.TB) []conformanceCase {
	cases := append(loadCases(t, "xtermjs"), loadCases(t, "libvterm")...)
	for name, in := range ownInputs {
		cases = append(cases, conformanceCase{name: name, input: []byte(in), cols: 20, rows: 6})
	}
	return cases
}

// ownInputs hold what the corpora do not: clusters, links, underlines, palettes,
// strings cut short, and sequences inside one another.
var ownInputs = map[string]string{
	"clusters":      "\x1b[?2027h👨‍👩‍👧 🏳️‍🌈 🇫🇷🇩🇪 ❤️ नमस्ते 각\x1b[?2027l👨‍👩‍👧 ñ̃",
	"wide edges":    "\x1b[1;20H世界\x1b[2;20Hx世\x1b[2;1H\x1b[3;3H漢漢\x1b[3;4Hx\x1b[3;4H\x1b[P",
	"links":         "\x1b]8;id=a;https://example.org\x1b\\link\x1b]8;;\a plain \x1b[4:3;58:2::255:0:0mcurly\x1b[58;5;9m\x1b[59m",
	"palette":       "\x1b]4;1;#ff8800;2;rgb:00/ff/00\a\x1b]10;#abc\x1b\\\x1b]11;?\a\x1b[31mred\x1b]104;1\a",
	"titles":        "\x1b]2;one ✔\a\x1b[22t\x1b]2;two\x1b\\\x1b[23t",
	"stacks":        "\x1b[1;31m\x1b[#{\x1b[0;4mx\x1b[#}y\x1b[>1u\x1b[=5;2u\x1b[<1u\x1b[?1;7s\x1b[?7l\x1b[?1;7r",
	"marks":         "\x1b]133;A\a$ \x1b]133;B\als\x1b]133;C\a\r\nout\r\n\x1b]133;D;0\a\x1b]7;file://h/tmp\a",
	"alternate":     "primary\x1b[?1049h\x1b[31malt\x1b7\x1b[3;3H\x1b8x\x1b[?1049lback",
	"under vim":     "$ vim\r\n\x1b[35mkept\x1b[4;7H\x1b[?1049h\x1b[2J\x1b[31m~\x1b[3;3Hediting",
	"margins":       "\x1b[?69h\x1b[3;8s\x1b[2;4r\x1b[?6h\x1b[Habcdefghijkl\x1b[2Lm\x1b[1@n\x1b[S\x1b[T\x1b[?6l\x1b[Hz",
	"rectangles":    strings.Repeat("abcdefghij0123456789", 5) + "\x1b[1;1;2;4;1;3;5;1$v\x1b[88;2;2;3;3$x\x1b[1;1;3;3;1;7$r\x1b[2;2;4;4$z",
	"selective":     "\x1b[1\"qkeep\x1b[0\"qlose\x1b[?2K\x1b[H\x1b[?J",
	"invalid UTF-8": "a\xf0\x9fb\xe2\x82\x1b[1mc\xff\xfe\xc0\xafd\xed\xa0\x80e\xe4\xb8",
	"cut strings":   "\x1b]2;cut\x18x\x1bPjunk\x1b[31my\x1b_apc\x1b\\z\x1bXsos\x1b\\\x1b^pm\x1b\\\x1b]52;c;aGk=\a\x1bP$qm\x1b\\\x1bP+q544e\x1b\\",
	"controls":      "ab\x1b[2\x08Cc\x1b[3\r\nDd\x1b[38;2;1;2\x7f;3me\x1b[;H\x1b[?;h\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33;34m",
	"8-bit":         "\x1b%@\x9b31mred \xe9\x9d2;t\xeftle\x9c\x90$qm\x9c\x84x\x9b1\x9b2\x84\x1b%G\xc3\xa9\xc2\x9b",
	"drawing":       "\x1b(0lqk\x1b(B\x1b)0\x0ex\x0fx\x1bN\x1b*0q",
	"8-bit on":      "\x1b%@\xe9\x9b1m",
	"half a CSI":    "text\x1b[38;5",
	"half an OSC":   "text\x1b]8;;https://exam",
	"half a rune":   "text\xf0\x9f\x98",
	"soft reset":    "\x1b[?6;7;25l\x1b[4h\x1b[2;3r\x1b[1m\x1b[!px",
	"reset":         "\x1b[31mx\x1b[?1049h\x1bcy",
}

// screens shows two screens side by side for a failure message.
func screens(got, want *Snapshot) string {
	g, w := strings.Split(got.Text(), "\n"), strings.Split(want.Text(), "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "got cursor %+v, want %+v\n", got.Cursor(), want.Cursor())
	for y := range max(len(g), len(w)) {
		var l, r string
		if y < len(g) {
			l = g[y]
		}
		if y < len(w) {
			r = w[y]
		}
		mark := " "
		if l != r {
			mark = "≠"
		}
		fmt.Fprintf(&b, "%2d %s %-40q %q\n", y, mark, l, r)
	}
	return b.String()
}

func TestChunkingDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range inputs(t) {
		whole := New(c.cols, c.rows)
		whole.Write(c.input)
		want := whole.SnapshotWithHistory()
		bytewise, pieces := New(c.cols, c.rows), New(c.cols, c.rows)
		for i := range c.input {
			bytewise.Write(c.input[i : i+1])
		}
		for p := c.input; len(p) > 0; {
			n := 1 + random.IntN(min(7, len(p)))
			pieces.Write(p[:n])
			p = p[n:]
		}
		for how, term := range map[string]*Terminal{"bytewise": bytewise, "in pieces": pieces} {
			if got := term.SnapshotWithHistory(); !got.Equal(want) {
				t.Errorf("%s, %s:\n%s", c.name, how, screens(got, want))
			}
		}
	}
}

// TestRestoreGoesOnExactly cuts every input at every byte, restores a terminal
// from a snapshot taken there, and lets it go on.
func TestRestoreGoesOnExactly(t *testing.T) {
	for _, c := range inputs(t) {
		straight := New(c.cols, c.rows, WithScrollback(50))
		done := 0
		c.feed(straight, 0, len(c.input), &done)
		want := straight.SnapshotWithHistory()

		running, done := New(c.cols, c.rows, WithScrollback(50)), 0
		for i := range c.input {
			c.feed(running, i, i+1, &done)
			at := running.SnapshotWithHistory()
			restored := Restore(at, WithScrollback(50))
			if got := restored.SnapshotWithHistory(); !got.Equal(at) {
				t.Fatalf("%s: restored after byte %d it differs at once:\n%s", c.name, i, screens(got, at))
			}
			doneThen := done
			c.feed(restored, i+1, len(c.input), &doneThen)
			if got := restored.SnapshotWithHistory(); !got.Equal(want) {
				t.Fatalf("%s: restored after byte %d of %q:\n%s", c.name, i, c.input, screens(got, want))
			}
		}
	}
}

// TestSnapshotsDoNotChange takes a snapshot at every byte and looks at all of
// them again at the end.
func TestSnapshotsDoNotChange(t *testing.T) {
	type frozen struct {
		snapshot *Snapshot
		cells    []Cell
	}
	for _, c := range inputs(t) {
		term := New(c.cols, c.rows)
		var taken []frozen
		done := 0
		for i := range c.input {
			c.feed(term, i, i+1, &done)
			s := term.Snapshot()
			taken = append(taken, frozen{s, allCells(s)})
		}
		for i, f := range taken {
			if !equalSlices(allCells(f.snapshot), f.cells) {
				t.Fatalf("%s: the snapshot after byte %d changed to\n%s", c.name, i, f.snapshot.Text())
			}
		}
	}
}

func allCells(s *Snapshot) []Cell {
	var cells []Cell
	_, rows := s.Size()
	for y := range rows {
		cells = append(cells, s.Line(y).Cells()...)
	}
	return cells
}

// TestRedrawShowsTheSame writes each screen as escape sequences into a terminal
// that shows something else.
func TestRedrawShowsTheSame(t *testing.T) {
	for _, c := range inputs(t) {
		term := New(c.cols, c.rows)
		done := 0
		c.feed(term, 0, len(c.input), &done)
		want := term.Snapshot()
		cols, rows := want.Size()
		other := New(cols, rows)
		other.Write([]byte("\x1b[?1049h\x1b[41;1mjunk\x1b[2;3r\x1b[?6h\x1b(0\x1b[4h"))
		other.Write(want.AppendRedraw(nil))
		got := other.Snapshot()
		if !got.SameScreen(want) || got.Modes() != want.Modes() {
			t.Errorf("%s: redrawn as %q\n%s\nmodes %+v\nwant  %+v", c.name, want.AppendRedraw(nil), screens(got, want), got.Modes(), want.Modes())
		}
		for y := range rows - 1 {
			if g, w := got.Line(y).Wrapped(), want.Line(y).Wrapped(); g != w {
				t.Errorf("%s: row %d wraps: %v, want %v", c.name, y, g, w)
			}
		}
		// What is typed next must land alike too.
		if term.Idle() {
			next := []byte("xyz\r\n\tq世\x1b[Aw")
			term.Write(next)
			other.Write(next)
			if got, want := other.Snapshot(), term.Snapshot(); !got.SameScreen(want) {
				t.Errorf("%s: after the redraw more text lands elsewhere:\n%s", c.name, screens(got, want))
			}
			// And the program under a full-screen one comes back.
			term.Write([]byte("\x1b[?1049l"))
			other.Write([]byte("\x1b[?1049l"))
			if got, want := other.Snapshot(), term.Snapshot(); !got.SameScreen(want) {
				t.Errorf("%s: after the redraw another primary screen comes back:\n%s", c.name, screens(got, want))
			}
		}
	}
}

func TestReplies(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"DA1", "\x1b[c", "\x1b[?64;1;6;15;21;22;28c"},
		{"DA1 with a parameter", "\x1b[1c", ""},
		{"DECID", "\x1bZ", "\x1b[?64;1;6;15;21;22;28c"},
		{"DSR health", "\x1b[5n", "\x1b[0n"},
		{"CPR", "\x1b[3;7H\x1b[6n", "\x1b[3;7R"},
		{"CPR in origin mode", "\x1b[2;4r\x1b[?6h\x1b[2;2H\x1b[6n", "\x1b[2;2R"},
		{"DECXCPR", "\x1b[?6n", "\x1b[?1;1;1R"},
		{"DECRQM set", "\x1b[?7$p", "\x1b[?7;1$y"},
		{"DECRQM reset", "\x1b[?2026$p", "\x1b[?2026;2$y"},
		{"DECRQM unknown", "\x1b[?12345$p", "\x1b[?12345;0$y"},
		{"DECRQM ANSI", "\x1b[4h\x1b[4$p", "\x1b[4;1$y"},
		{"DECRQSS pen", "\x1b[1;3;38;5;200m\x1bP$qm\x1b\\", "\x1bP1$r0;1;3;38;5;200m\x1b\\"},
		{"DECRQSS margins", "\x1b[2;5r\x1bP$qr\x1b\\", "\x1bP1$r2;5r\x1b\\"},
		{"DECRQSS unknown", "\x1bP$q\"!\x1b\\", "\x1bP0$r\x1b\\"},
		{"XTVERSION", "\x1b[>q", "\x1bP>|rexec\x1b\\"},
		{"XTGETTCAP", "\x1bP+q544e\x1b\\", "\x1bP1+r544E=787465726D2D323536636F6C6F72\x1b\\"},
		{"XTGETTCAP unknown", "\x1bP+q5858\x1b\\", "\x1bP0+r\x1b\\"},
		{"background", "\x1b]11;?\a", "\x1b]11;rgb:0000/0000/0000\a"},
		{"background that was set", "\x1b]11;#102030\a\x1b]11;?\x1b\\", "\x1b]11;rgb:1010/2020/3030\x1b\\"},
		{"palette", "\x1b]4;1;?\a", "\x1b]4;1;rgb:cdcd/0000/0000\a"},
		{"kitty flags", "\x1b[>5u\x1b[?u", "\x1b[?5u"},
		{"size", "\x1b[18t", "\x1b[8;6;20t"},
		{"the title is never reported", "\x1b]2;$(evil)\a\x1b[21t\x1b[20t", ""},
		{"colour scheme", "\x1b[?996n", "\x1b[?997;1n"},
	} {
		var got strings.Builder
		term := New(20, 6, WithReplies(func(p []byte) { got.Write(p) }))
		term.Write([]byte(c.in))
		if got.String() != c.want {
			t.Errorf("%s: %q is answered with %q, want %q", c.name, c.in, got.String(), c.want)
		}
	}
}

func TestEvents(t *testing.T) {
	var got []string
	term := New(20, 6, WithEvents(func(e Event) { got = append(got, fmt.Sprintf("%T%+v", e, e)) }))
	term.Write([]byte("\a\x1b]0;a\x1b[31m\a\x1b]2;ti\x01tle\a\x1b]7;file://h/tmp\a\x1b]133;D;3;aid=1\a" +
		"\x1b]9;hello\a\x1b]9;4;1;50\a\x1b]777;notify;t;b\a\x1b]52;c;aGk=\a\x1b]52;c;?\a\x1b[?2004h\x1b[?2004h"))
	want := []string{
		"vt.BellEvent{}", "vt.BellEvent{}", "vt.TitleEvent{Title:title}", "vt.DirectoryEvent{URL:file://h/tmp}",
		"vt.PromptEvent{Mark:4 HasStatus:true Status:3 Params:3;aid=1}",
		"vt.NotificationEvent{Title: Body:hello}", "vt.NotificationEvent{Title:t Body:b}",
		"vt.ClipboardEvent{Selection:c Query:false Data:aGk=}", "vt.ClipboardEvent{Selection:c Query:true Data:?}",
		"vt.ModesEvent{}",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestResizeKeepsTextAndCursor(t *testing.T) {
	term := New(20, 4, WithScrollback(100))
	term.Write([]byte("one\r\n" + strings.Repeat("0123456789", 5) + "\r\n世界世界世界\r\n$ ls"))
	paragraphs := func() string {
		s := term.SnapshotWithHistory()
		var b strings.Builder
		add := func(l Line) {
			if l.Wrapped() {
				for x := range l.Cells() {
					if c := l.Cells()[x]; !c.IsBlank() {
						b.WriteString(l.Text(x))
					}
				}
				return
			}
			b.WriteString(l.String() + "\n")
		}
		for i := range s.Scrollback() {
			add(s.ScrollbackLine(i))
		}
		_, rows := s.Size()
		for y := range rows {
			add(s.Line(y))
		}
		return strings.TrimRight(b.String(), "\n")
	}
	want := paragraphs()
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		cols, rows := 2+random.IntN(60), 1+random.IntN(12)
		term.Resize(cols, rows)
		if got := paragraphs(); got != want {
			t.Fatalf("at %d×%d:\n%s\nwant\n%s", cols, rows, got, want)
		}
		s := term.Snapshot()
		c := s.Cursor()
		before, ok := "", false
		if c.X > 0 && !term.pendingWrap {
			before, ok = s.Line(c.Y).Text(c.X-1), true
		} else if term.pendingWrap {
			before, ok = s.Line(c.Y).Text(c.X), true
		}
		if ok && before != "s" {
			t.Fatalf("at %d×%d the cursor is behind %q, want \"s\":\n%s", cols, rows, before, screens(s, s))
		}
	}
}

func TestScrollbackIsBounded(t *testing.T) {
	term := New(10, 3, WithScrollback(5))
	for i := range 100 {
		fmt.Fprintf(term, "line %d\r\n", i)
	}
	s := term.SnapshotWithHistory()
	if s.Scrollback() != 5 || s.ScrollbackLine(4).String() != "line 97" || s.ScrollbackLine(0).String() != "line 93" {
		t.Errorf("%d lines, first %q, last %q", s.Scrollback(), s.ScrollbackLine(0), s.ScrollbackLine(4))
	}
}

func TestScrolledLinesAreTold(t *testing.T) {
	var got []string
	term := New(10, 3, WithScrolled(func(l Line) { got = append(got, l.String()) }))
	for i := range 6 {
		fmt.Fprintf(term, "line %d\r\n", i)
	}
	term.Write([]byte("\x1b[?1049h\n\n\n\n\x1b[?1049l\x1b[2;3r\n\n"))
	if want := "line 0,line 1,line 2,line 3"; strings.Join(got, ",") != want {
		t.Errorf("scrolled off: %q, want %q", got, want)
	}
}

func TestEightBitControls(t *testing.T) {
	term := New(10, 3)
	term.Write([]byte("\x1b%@a\x84b\x9b1;5Hc\xe9\x9d2;\xe9\x9cd\x1b%Gé\xc2\x9b"))
	s := term.Snapshot()
	if got := s.Text(); got != "a   cédé\n b\n" || s.Title() != "é" {
		t.Errorf("screen %q, title %q", got, s.Title())
	}
}

// TestTablesAreBounded prints more different clusters and underline colours than
// the tables hold.
func TestTablesAreBounded(t *testing.T) {
	term := New(40, 4)
	for i := range 3 * maxClusters {
		fmt.Fprintf(term, "\x1b[58:2::%d:%d:%dm%c\u0301", i>>16&255, i>>8&255, i&255, 0x4e00+i%20000)
		if i%1000 == 0 {
			fmt.Fprintf(term, "%c%c", 'a'+i%26, 0x300+i/1000%0x60)
		}
	}
	if n := len(term.in.clusters); n > maxClusters {
		t.Errorf("%d clusters", n)
	}
	if n := len(term.in.exts); n > maxExts {
		t.Errorf("%d extensions", n)
	}
	s := term.Snapshot()
	if text := s.Line(0).Text(0); !strings.HasSuffix(text, "\u0301") {
		t.Errorf("after the tables were full a cluster shows as %q", text)
	}
	last := 3*maxClusters - 1
	want := RGBColor(uint8(last>>16), uint8(last>>8), uint8(last))
	if x, _ := term.previous(); s.Line(s.Cursor().Y).Style(x).UnderlineColor != want {
		t.Errorf("the last underline colour is %v, want %v", s.Line(s.Cursor().Y).Style(x).UnderlineColor, want)
	}
}

func TestLinksAreBounded(t *testing.T) {
	term := New(40, 4)
	pad := strings.Repeat("x", 2000)
	for i := range 10000 {
		fmt.Fprintf(term, "\x1b]8;;https://example.org/%d/%s\x1b\\a\x1b]8;;\x1b\\", i, pad)
	}
	if term.in.linkBytes > maxLinkBytes {
		t.Errorf("links take %d bytes", term.in.linkBytes)
	}
	s := term.Snapshot()
	x, _ := term.previous()
	if got := s.Line(s.Cursor().Y).Style(x).Link.URI; !strings.HasPrefix(got, "https://example.org/9999/") {
		t.Errorf("the last cell links to %.40q", got)
	}
}

func TestDiffNamesChangedRows(t *testing.T) {
	term := New(20, 5)
	term.Write([]byte("a\r\nb\r\nc"))
	before := term.Snapshot()
	term.Write([]byte("\x1b[2;1Hx\x1b[5;1H\x1b[31mred"))
	if got := fmt.Sprint(term.Snapshot().Diff(before)); got != "[1 4]" {
		t.Errorf("changed rows %v, want [1 4]", got)
	}
}

func TestClusters(t *testing.T) {
	for _, c := range []struct {
		in    string
		cells []string // text of each column
	}{
		{"👨‍👩‍👧x", []string{"👨‍👩‍👧", "", "x"}},
		{"🇫🇷🇩🇪", []string{"🇫🇷", "", "🇩🇪", ""}},
		{"❤️x", []string{"❤️", "", "x"}},
		{"❤x", []string{"❤", "x"}},
		{"👍🏽x", []string{"👍🏽", "", "x"}},
		{"e\u0301x", []string{"e\u0301", "x"}},
		{"각x", []string{"각", "", "x"}},
		{"क्षx", []string{"क्ष", "x"}},
	} {
		term := New(10, 1)
		term.Write([]byte("\x1b[?2027h" + c.in))
		l := term.Snapshot().Line(0)
		for x, want := range c.cells {
			if got := l.Text(x); got != want {
				t.Errorf("%q column %d: %q, want %q (row %q)", c.in, x, got, want, l)
			}
		}
	}
}
