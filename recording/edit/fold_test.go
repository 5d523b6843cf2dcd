package edit

import (
	"regexp"
	"testing"
)

func TestFolded(t *testing.T) {
	for _, test := range []struct {
		text, in string
		want     int
	}{
		{"a", "", -1},
		{"a", "A", 0},
		{"abc", "xxaBCx", 2},
		{"abc", "ababAbC", 4},
		{"aab", "aaab", 1},
		{"tok_1", "TOK_2 tok_1", 6},
		{"[x]", "{x} [X]", 4},
		{"abc", "ab", -1},
	} {
		if got := newFolded(test.text).index([]byte(test.in)); got != test.want {
			t.Errorf("%q in %q: got %d, want %d", test.text, test.in, got, test.want)
		}
	}
	if newFolded("é") != nil || newFolded("") != nil {
		t.Error("made for a text that it cannot find")
	}
}

// FuzzFolded compares with the regular expression.
func FuzzFolded(f *testing.F) {
	f.Add("ask", "Aſk asK AS\u212a")
	f.Add("ab", "aab")
	f.Fuzz(func(t *testing.T, text, in string) {
		fold := newFolded(text)
		if fold == nil || !fold.knows([]byte(in)) {
			return
		}
		re, err := regexp.Compile("(?i)" + regexp.QuoteMeta(text))
		if err != nil {
			return
		}
		want := -1
		if at := re.FindStringIndex(in); at != nil {
			want = at[0]
		}
		if got := fold.index([]byte(in)); got != want {
			t.Errorf("%q in %q: got %d, want %d", text, in, got, want)
		}
	})
}
