package input

import (
	"os/exec"
	"strings"
	"testing"

	"rexec/internal/testreq"
	"rexec/vt"
)

// The child's TERM is xterm-256color: what its terminfo entry promises for a key
// is what the key sends, in application mode (smkx) as programs set it.
func TestTerminfoKeepsItsPromises(t *testing.T) {
	infocmp := testreq.Program(t, "infocmp", "install ncurses-bin")
	out, err := exec.Command(infocmp, "-x", "-1", "xterm-256color").Output()
	if err != nil {
		testreq.Skip(t, "terminfo has no xterm-256color; install ncurses-base")
	}
	mods := map[byte]Modifiers{'3': Alt, '4': Alt | Shift, '5': Ctrl, '6': Ctrl | Shift, '7': Ctrl | Alt}
	bases := map[string]rune{
		"DC": KeyDelete, "DN": KeyDown, "END": KeyEnd, "HOM": KeyHome, "IC": KeyInsert, "LFT": KeyLeft,
		"NXT": KeyPageDown, "PRV": KeyPageUp, "RIT": KeyRight, "UP": KeyUp,
	}
	keys := map[string]Key{
		"kcuu1": {Code: KeyUp}, "kcud1": {Code: KeyDown}, "kcuf1": {Code: KeyRight}, "kcub1": {Code: KeyLeft},
		"khome": {Code: KeyHome}, "kend": {Code: KeyEnd}, "kich1": {Code: KeyInsert}, "kdch1": {Code: KeyDelete},
		"kpp": {Code: KeyPageUp}, "knp": {Code: KeyPageDown}, "kcbt": {Code: KeyTab, Mod: Shift},
		"kri": {Code: KeyUp, Mod: Shift}, "kind": {Code: KeyDown, Mod: Shift}, "kbeg": {Code: KeyBegin},
		"kent": {Code: KeyKPEnter}, "kpADD": {Code: KeyKPAdd}, "kpCMA": {Code: KeyKPSeparator},
		"kpDIV": {Code: KeyKPDivide}, "kpDOT": {Code: KeyKPDecimal}, "kpMUL": {Code: KeyKPMultiply},
		"kpSUB": {Code: KeyKPSubtract}, "kpZRO": {Code: KeyKP0}, "kbs": {Code: KeyBackspace},
		"ka1": {Code: KeyKP7}, "ka2": {Code: KeyKP8}, "ka3": {Code: KeyKP9}, "kb1": {Code: KeyKP4},
		"kb3": {Code: KeyKP6}, "kc1": {Code: KeyKP1}, "kc2": {Code: KeyKP2}, "kc3": {Code: KeyKP3}, "kb2": {Code: KeyKP5},
	}
	for name, code := range bases {
		keys["k"+name] = Key{Code: code, Mod: Shift}
		for digit, mod := range mods {
			keys["k"+name+string(digit)] = Key{Code: code, Mod: mod}
		}
	}
	groups := []Modifiers{0, Shift, Ctrl, Ctrl | Shift, Alt, Alt | Shift}
	for n := range 63 {
		name := "kf" + itoa(n+1)
		keys[name] = Key{Code: KeyF1 + rune(n%12), Mod: groups[n/12]}
		if n < 35 {
			keys[name+"/own"] = Key{Code: KeyF1 + rune(n)}
		}
	}
	modes := vt.Modes{AppCursor: true, AppKeypad: true}
	checked := 0
	for line := range strings.Lines(string(out)) {
		name, value, ok := strings.Cut(strings.Trim(line, "\t\n ,"), "=")
		if !ok {
			continue
		}
		for _, name := range []string{name, name + "/own"} {
			k, ok := keys[name]
			if !ok {
				continue
			}
			checked++
			want := strings.NewReplacer(`\E`, "\x1b", "^?", "\x7f", "^H", "\b").Replace(value)
			if got := string(AppendKey(nil, k, modes)); got != want {
				t.Errorf("%s: %q, terminfo says %q", name, got, want)
			}
		}
	}
	if checked < 150 {
		t.Errorf("only %d capabilities were compared", checked)
	}
}

func itoa(n int) string { return string(appendInt(nil, n)) }
