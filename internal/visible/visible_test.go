package visible_test

import (
	"testing"

	"rexec/internal/visible"
)

func TestString(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "héllo 世界 🎉", "héllo 世界 🎉"},
		{"joined emoji", "👩‍💻", "👩‍💻"},
		{"empty", "", ""},
		{"escape", "a\x1b[2Jb", "a␛[2Jb"},
		{"line break and tab", "a\r\n\tb", "a␍␊␉b"},
		{"delete", "a\x7f", "a␡"},
		{"one-byte CSI", "a\u009b2J", "a\ufffd2J"},
		{"turned around", "txt.\u202egpj", "txt.\ufffdgpj"},
		{"no UTF-8", "a\xffb", "a\ufffdb"},
		{"line separator", "a\u2028b", "a\ufffdb"},
	} {
		if got := visible.String(c.in); got != c.want {
			t.Errorf("%s: String(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}
