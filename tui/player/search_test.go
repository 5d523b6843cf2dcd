package player

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"rexec/tui/page"
)

func TestSearch(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.wait(2 * time.Second).press("/").shows("text, or /regular expression").typing("step 1").shows("/step 1")
	s.press("enter").wait(time.Second)
	// step 10, the first from here on; then 11 … 19, 100 …, and at last step 1.
	s.at(5*time.Second).shows("step 10", "2/32", "●").press("n").at(5500*ms).shows("3/32").press("N", "N").at(500 * ms).shows("1/32")
	s.press("N").at(time.Minute).shows("32/32").press("n").at(500 * ms)
	if len(s.toasts) != 2 {
		t.Errorf("toasts %q, want two about coming round", s.toasts)
	}
	s.press("7", "n").at(50 * time.Second)
	b := s.draw()
	row, col := find(t, b.String(), "step 100")
	if got := b.Style(col, row); !reflect.DeepEqual(got, s.env.Theme.MatchCurrent) {
		t.Errorf("the hit has style %+v", got)
	}
	if got := b.Style(col+6, row); reflect.DeepEqual(got, s.env.Theme.MatchCurrent) {
		t.Error("more than the hit is marked")
	}
	row, col = find(t, b.String(), "step 40")
	if got := b.Style(col, row); got.Bg != nil {
		t.Errorf("what was not searched for has style %+v", got)
	}
	s.press("esc").lacks("/32", "●")
	if len(s.asked) > 0 {
		t.Errorf("clearing the search asked for %v", s.asked)
	}
	s.press("esc")
	if len(s.asked) != 1 || s.asked[0] != (page.Back{}) {
		t.Errorf("leaving asked for %v", s.asked)
	}
}

func find(t *testing.T, text, part string) (row, col int) {
	t.Helper()
	for y, line := range strings.Split(text, "\n") {
		if before, _, ok := strings.Cut(line, part); ok {
			return y, len([]rune(before))
		}
	}
	t.Fatalf("%q is not on the screen:\n%s", part, text)
	return 0, 0
}

func TestSearchesThatFindLittle(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	s.press("/").typing("nothing like it").press("enter").wait(time.Second).at(0).shows("no match")
	s.press("/").press("esc").shows("no match") // the search in force stays
	s.press("/").press("enter").lacks("no match")
	s.press("9", "/").typing("step 3").press("enter").wait(time.Second)
	s.at(1500 * ms).shows("1/11")
	if len(s.toasts) != 1 || !strings.Contains(s.toasts[0], "first match") {
		t.Errorf("toasts %q", s.toasts)
	}
	s.press("/").typing("/step 1[12]$").press("enter").wait(time.Second).at(5500 * ms).shows("1/2")
	s.press("/").typing("/(").press("enter")
	if len(s.toasts) != 2 || !strings.Contains(s.toasts[1], "egular expression") {
		t.Errorf("toasts %q", s.toasts)
	}
}

func TestBeginsWithASearch(t *testing.T) {
	s := show(t, story(), 80, 24, func(p *page.Playback) { p.Query, p.Start = "step 110", 54500*ms })
	s.wait(time.Second).at(55*time.Second).shows("step 110", "1/1", "‖")
}

func TestABadRegularExpressionCanBeMended(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	s.press("/").typing("/st[ep").press("enter")
	if last := s.toasts[len(s.toasts)-1]; last != "This is no regular expression: missing closing ]: [ep" {
		t.Errorf("told %q", last)
	}
	s.shows("/st[ep").press("backspace", "backspace", "backspace").typing("ep 1$").press("enter").shows("1/1")
}
