package widget

import (
	"strings"

	"rexec/tui/screen"
)

// Part is a part of a text: its bytes from Start up to End.
type Part struct{ Start, End int }

// Excerpt cuts a line of text into spans for a width so that its first match is seen.
// A text that does not fit goes without its indentation, and without what stands too
// far before the match.
func Excerpt(s *screen.Screen, line string, matches []Part, width int, st, match screen.Style) []screen.Span {
	if len(line) <= 4*width && s.Width(line) <= width {
		return Marked(line, 0, matches, st, match)
	}
	from := len(line) - len(strings.TrimLeft(line, " "))
	if len(matches) == 0 {
		return Marked(line, from, nil, st, match)
	}
	first := matches[0]
	from = min(from, first.Start)
	if s.Width(line[from:min(first.End, from+4*width)]) <= width-1 && first.End-from <= 4*width {
		return Marked(line, from, matches, st, match)
	}
	// Show what stands before it, as far as there is room.
	from = first.Start
	room := max(width*4/5-(first.End-from), width/4)
	for back := 0; back < room && from > 0; back++ {
		from--
		for from > 0 && line[from]&0xc0 == 0x80 {
			from--
		}
	}
	return append([]screen.Span{{Text: "…", Style: st}}, Marked(line, from, matches, st, match)...)
}

// Marked cuts a text from a byte on into what matches and what does not. Matches that
// overlap or lie outside are left out.
func Marked(text string, from int, matches []Part, st, match screen.Style) []screen.Span {
	var out []screen.Span
	at := from
	for _, m := range matches {
		if m.Start < at || m.End > len(text) {
			continue
		}
		out = append(out, screen.Span{Text: text[at:m.Start], Style: st}, screen.Span{Text: text[m.Start:m.End], Style: match})
		at = m.End
	}
	return append(out, screen.Span{Text: text[at:], Style: st})
}
