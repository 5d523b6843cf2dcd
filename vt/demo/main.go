// Command demo prints a test card for terminals: clusters, underlines, colours,
// boxes and links, 80 columns by 22 rows. Look at it in a terminal of your own,
// then at what this emulator makes of the same bytes:
//
//	go run ./vt/demo              the card itself
//	go run ./vt/demo -emulated    the card as package vt sees it, written back
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"rexec/vt"
)

const (
	cols = 80
	rows = 22
)

func main() {
	emulated := flag.Bool("emulated", false, "send the card through the emulator first")
	flag.Parse()
	out := []byte(strings.Join(card(), "\r\n"))
	if *emulated {
		t := vt.New(cols, rows)
		t.Write(out)
		out = t.Snapshot().AppendRedraw(nil)
	}
	os.Stdout.Write(append(out, "\x1b[0m\r\n"...))
}

// card returns the rows of the test card.
func card() []string {
	return []string{
		"\x1b[1mtest card\x1b[0m " + strings.Repeat("·", 60) + " 80×22",
		"",
		"16 colours   " + swatches(0, 16, 2),
		"cube         " + swatches(16, 16+64, 1),
		"greys        " + swatches(232, 256, 2),
		"24 bits      " + gradient(64),
		"",
		"attributes   " + attributes(),
		"underlines   " + underlines(),
		"on a colour  \x1b[44;97m white on blue \x1b[7m reversed \x1b[27;1m bold \x1b[22;2m dim \x1b[0;48;2;60;0;90m 24-bit ground \x1b[0m",
		"",
		"boxes        ┌──────┬──────┐  ╔══════╦══════╗  \x1b(0lqqqqqqwqqqqqqk\x1b(B  ▁▂▃▄▅▆▇█",
		"             │ thin │ half │  ║ both ║ ways ║  \x1b(0x\x1b(B DEC  \x1b(0x\x1b(B set  \x1b(0x\x1b(B  ▏▎▍▌▋▊▉█",
		"             └──────┴──────┘  ╚══════╩══════╝  \x1b(0mqqqqqqvqqqqqqj\x1b(B  ░▒▓█⣿⠿⠇⠃",
		"",
		"wide         世界 日本語 한국어 ﾊﾝｶｸ Ｆｕｌｌ｜🚀😀✅｜",
		"marks        é ñ̃ ạ̈ Ž̧｜א֑｜ก็｜",
		"clusters     \x1b[?2027h👨‍👩‍👧 👍🏽 🏳️‍🌈 🇫🇷🇯🇵 ❤️ नमस्ते 각\x1b[?2027l｜",
		"code points  👨‍👩‍👧 👍🏽 🇫🇷 ❤️｜",
		"links        \x1b]8;;https://example.org/\x1b\\https://example.org/\x1b]8;;\x1b\\ and \x1b]8;id=1;https://example.org/two\x1b\\\x1b[4;36mnamed\x1b[0m\x1b]8;;\x1b\\",
		"tabs         a\tb\tc\td\te    \x1b[3Xerased\x1b[2D\x1b[1Pd\x1b[2@",
		"wrapped: " + strings.Repeat("0123456789", 7) + "世",
	}
}

func swatches(from, to, width int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "\x1b[48;5;%dm%*s", i, width, "")
	}
	return b.String() + "\x1b[0m"
}

func gradient(n int) string {
	var b strings.Builder
	for i := range n {
		v := i * 255 / (n - 1)
		fmt.Fprintf(&b, "\x1b[38;2;%d;%d;%d;48;2;%d;%d;%dm▄", 255-v, v/2, v, v, 80, 255-v)
	}
	return b.String() + "\x1b[0m"
}

func attributes() string {
	var b strings.Builder
	for _, a := range []struct {
		sgr  int
		name string
	}{{1, "bold"}, {2, "dim"}, {3, "italic"}, {5, "blink"}, {7, "reverse"}, {8, "hidden"}, {9, "strike"}, {53, "overline"}} {
		fmt.Fprintf(&b, "\x1b[%dm%s\x1b[0m ", a.sgr, a.name)
	}
	return b.String()
}

func underlines() string {
	var b strings.Builder
	for i, name := range []string{"single", "double", "curly", "dotted", "dashed"} {
		fmt.Fprintf(&b, "\x1b[4:%dm%s\x1b[0m ", i+1, name)
	}
	return b.String() + "\x1b[4:3;58:2::255:80:0mcoloured\x1b[0m \x1b[4;58:5:39mpalette\x1b[59m\x1b[0m"
}
