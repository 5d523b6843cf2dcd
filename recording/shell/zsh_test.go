//go:build unix

package shell_test

import (
	"strings"
	"testing"
)

func TestZsh(t *testing.T) {
	told := story{args: []string{"zsh"}, files: map[string]string{".zshrc": "PS1='%~ %# '"}, typed: everyday}.play(t)
	told.want(t, everydayTold...)
	if got := told.output(t, 5); got != "no newline" {
		t.Errorf("the output is %q", got)
	}
	if got := told.output(t, len(everydayTold)-1); got != "0" {
		t.Errorf("children see %s of our variables", got)
	}
}

func TestZshSeveralLines(t *testing.T) {
	story{args: []string{"zsh"}, files: map[string]string{".zshrc": "PS1='$ '"}, typed: []string{
		"for i in 1 2; do\recho $i\rdone",
		"echo 'a\rb'",
	}}.play(t).want(t,
		"for i in 1 2; do\necho $i\ndone → 0 in ~",
		"echo 'a\nb' → 0 in ~")
}

func TestZshSetups(t *testing.T) {
	for name, s := range map[string]struct {
		story
		rc    string
		want  []string
		shows []string
		plain bool
	}{
		"options":     {rc: "setopt nounset ksh_arrays sh_word_split prompt_subst no_match err_return glob_subst hist_ignore_space"},
		"err_exit":    {rc: "setopt err_exit", story: story{typed: []string{"true", "true"}}, want: []string{"true → 0 in ~", "true → 0 in ~"}},
		"ZERR trap":   {rc: "TRAPZERR() { print BROKEN }", story: story{typed: []string{"true", "true"}}, want: []string{"true → 0 in ~", "true → 0 in ~"}},
		"promptsubst": {rc: "setopt prompt_subst; p() { print -n sub }; PS1='$(p) %? # '", shows: []string{"sub 0 # true", "sub 1 #"}},
		"aliases":     {rc: "alias print='echo BROKEN' builtin='echo BROKEN' emulate='echo BROKEN'; alias -g PS1=BROKEN"},
		"starship-like": {rc: `starship_precmd() { STATUS=$?; PROMPT="%F{cyan}%~%f took $STATUS
❯ "; }; starship_preexec() { : }; precmd_functions+=(starship_precmd); preexec_functions+=(starship_preexec)`, story: story{ready: "❯ "}, shows: []string{"~ took 0", "~ took 1", "❯ true"}},
		"powerlevel-like": {rc: `print "instant prompt"; exec {fd}>&1 >/dev/null
			late() { exec >&$fd; PS1='p10k %? > '; precmd_functions=(${precmd_functions:#late}); precmd_functions=(p10k $precmd_functions) }
			p10k() { PS1="p10k $? > "; [[ ${precmd_functions[-1]} == p10k ]] || precmd_functions=(${precmd_functions:#p10k} p10k) }
			precmd_functions=(late $precmd_functions)`, story: story{ready: "> "}, shows: []string{"instant prompt"}},
		"precmd":       {rc: "precmd() { print done:$? }; preexec() { print run:$1 }", shows: []string{"run:true", "done:1"}},
		"right prompt": {rc: "RPROMPT='%T right' PS1='$ '"},
		"two lines":    {rc: "PS1='┌ %~\n└ %# '"},
		"no percent":   {rc: "unsetopt prompt_percent; PS1='$ '", story: story{ready: "$ "}},
		"readonly PS1": {rc: "PS1='$ '; readonly PS1", story: story{ready: "$ "}},
		"vi":           {rc: "bindkey -v"},
		"ZDOTDIR": {story: story{files: map[string]string{".zshenv": "echo WRONG FILE", "z/.zshenv": "FROM=zshenv", "z/.zshrc": "PS1=\"$FROM ${ZDOTDIR##*/} \"", "z/.zlogin": "echo LOGIN"},
			args: []string{"zsh", "-l"}, env: []string{"ZDOTDIR=z"}}, shows: []string{"zshenv z true", "LOGIN"}},
		"own OSC 133": {rc: `PS1=$'%{\e]133;A\a%}$ %{\e]133;B\a%}'; precmd() { print -n "\e]133;D;$?\a" }; preexec() { print -n "\e]133;C\a" }`,
			story: story{prompt: promptEnd}, want: []string{"true → 0 in ~, not verified", "false → 1 in ~, not verified", "true → 0 in ~, not verified"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s.args == nil {
				s.args = []string{"zsh"}
			}
			if s.files == nil {
				s.files = map[string]string{".zshrc": "PS1='$ '\n" + s.rc}
			}
			if s.typed == nil {
				s.typed = []string{"true", "false", "", "true"}
			}
			if s.want == nil {
				s.want = []string{"true → 0 in ~", "false → 1 in ~", "true → 0 in ~"}
			}
			told := s.play(t)
			told.want(t, s.want...)
			for _, text := range s.shows {
				if !told.shown(text) {
					t.Errorf("the screen never shows %q; printed was\n%q", text, told.raw)
				}
			}
			if strings.Contains(told.raw, "BROKEN") || strings.Contains(told.raw, "WRONG FILE") {
				t.Errorf("printed was\n%q", told.raw)
			}
		})
	}
}
