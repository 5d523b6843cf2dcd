package vt

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

// clustersOf splits text by the rules that joinCluster follows.
func clustersOf(text string) []string {
	var s clusterState
	var out []string
	for i, r := range text {
		c := propsOf(r).class()
		start := i == 0 || s.breaks(c)
		if start {
			out = append(out, "")
		}
		s.add(c, start)
		out[len(out)-1] += string(r)
	}
	return out
}

// uniseg's are the rules of Unicode 15.0, as ours, but for Indic conjuncts, which
// came with 15.1, and for the pair CR LF, which never reaches a cell.
func unisegClusters(text string) []string {
	var out []string
	for g := uniseg.NewGraphemes(text); g.Next(); {
		out = append(out, g.Str())
	}
	return out
}

func TestIndicConjunctsAreOneCluster(t *testing.T) {
	for text, want := range map[string]string{
		"क्ष":            "क्ष",       // ka, virama, ssa
		"क्\u200dष":      "क्\u200dष", // with a joiner
		"क\u094d\u0915a": "क\u094d\u0915|a",
		"कष":             "क|ष",
		"a\u094dक":       "a\u094d|क", // nothing to join to
	} {
		if got := strings.Join(clustersOf(text), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzClusters compares the clusters of any text with those of another library.
func FuzzClusters(f *testing.F) {
	for _, text := range []string{
		"👨‍👩‍👧👍🏽🏳️‍🌈🇫🇷🇯🇵🇩", "e\u0301a\u0300\u0301b", "각한글ᄀᄀ각ᆨ", "\u0600a\u0601\u0602b", "ก็ำ", "a\u200db\u200d❤\u200d❤",
		"❤️‍🔥 \u200d 👩🏾‍🤝‍👩🏻", "நிकாा", "\u0e33\u0eb3",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\uFFFD")
		for _, r := range text {
			switch propsOf(r).class() {
			case gcbControl, gcbLinker:
				return
			}
		}
		got, want := clustersOf(text), unisegClusters(text)
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Fatalf("%+q is split into %+q, want %+q", text, got, want)
		}
	})
}
