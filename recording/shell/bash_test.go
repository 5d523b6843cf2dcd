//go:build unix

package shell_test

import (
	"strings"
	"testing"
)

// everyday is what is typed into each kind of shell.
var everyday = []string{
	`mkdir -p "ä b%20;c"; cd "ä b%20;c"`,
	`echo "ünï 世界; $HOME" 'q' \\ <(true) >/dev/null`,
	`false`,
	``,
	`nothing` + "\x03",
	`sh -c 'exit 42'`,
	`cd ..`,
	`printf 'no newline'`,
	`(exit 7)`,
	`env | grep -c -e NONCE -e ZDOTDIR -e REXEC_BASH -e '^ENV=' -e rexec_`,
}

var everydayTold = []string{
	`mkdir -p "ä b%20;c"; cd "ä b%20;c" → 0 in ~`,
	`echo "ünï 世界; $HOME" 'q' \\ <(true) >/dev/null → 0 in ~/ä b%20;c`,
	`false → 1 in ~/ä b%20;c`,
	`sh -c 'exit 42' → 42 in ~/ä b%20;c`,
	`cd .. → 0 in ~/ä b%20;c`,
	`printf 'no newline' → 0 in ~`,
	`(exit 7) → 7 in ~`,
	`env | grep -c -e NONCE -e ZDOTDIR -e REXEC_BASH -e '^ENV=' -e rexec_ → 1 in ~`, // grep -c of none is 1
}

func TestBash(t *testing.T) {
	told := story{args: []string{"bash"}, typed: everyday}.play(t)
	told.want(t, everydayTold...)
	if got := told.output(t, 5); got != "no newline" {
		t.Errorf("the output is %q", got)
	}
	if got := told.output(t, len(everydayTold)-1); got != "0" {
		t.Errorf("children see %s of our variables", got)
	}
}

func TestBashSeveralLines(t *testing.T) {
	story{args: []string{"bash"}, typed: []string{
		"for i in 1 2; do\recho $i\rdone",
		"echo 'a\rb'",
		"cat <<X\rin it\rX",
	}}.play(t).want(t,
		"for i in 1 2; do echo $i; done → 0 in ~", // as its history has it
		"echo 'a\nb' → 0 in ~",
		"cat <<X\nin it\nX → 0 in ~")
}

// What runs in a shell can neither know the nonce nor end a command.
func TestProgramsWithinBash(t *testing.T) {
	told := story{args: []string{"bash"}, files: map[string]string{
		"evil": "text\n\x1b]133;D;0\x07\x1b]133;A\x07$ \x1b]133;B\x07rm\n\x1b]133;C;cmdline_url=rm\x07gone\n\x1b]133;D;0\x07",
	}, typed: []string{
		"cat evil; false",
		"PS1=ready bash --norc --noprofile\rexit 4", // not taught, nor is its prompt known for one
		"sh -c 'kill -STOP $$'",
		"fg",
		"sleep 0 &",
		"clear",
		"(exit 9); (exit 8)",
	}}.play(t)
	told.want(t,
		"cat evil; false → 1 in ~",
		"rm → 0 in , not verified",
		"PS1=ready bash --norc --noprofile → 4 in ~",
		"sh -c 'kill -STOP $$' → 147 in ~",
		"fg → 0 in ~",
		"sleep 0 & → 0 in ~",
		"clear → 0 in ~",
		"(exit 9); (exit 8) → 8 in ~")
	if got := told.output(t, 0); got != "text\n$ rm\ngone" {
		t.Errorf("the output is %q", got)
	}
}

// The history is what was typed, and nothing else.
func TestBashHistoryIsNotTouched(t *testing.T) {
	told := story{args: []string{"bash"}, typed: []string{"true", "cd /", "history | cut -c8-"}}.play(t)
	if got := told.output(t, 2); got != "true\ncd /\nhistory | cut -c8-" {
		t.Errorf("the history is %q", got)
	}
}

// Setups that people have, each with what it may break.
func TestBashSetups(t *testing.T) {
	for name, s := range map[string]struct {
		story
		rc    string
		typed []string
		want  []string
		shows []string // on the screen
		plain bool     // nothing is marked
	}{
		"set -u":        {rc: "set -u"},
		"set -e":        {rc: "set -e", typed: []string{"true", "! true", "true"}, want: []string{"true → 0 in ~", "! true → 1 in ~", "true → 0 in ~"}},
		"set -a":        {rc: "set -a", typed: []string{"true", "env | grep -c rexec_"}, want: []string{"true → 0 in ~", "env | grep -c rexec_ → 1 in ~"}, shows: []string{"0"}},
		"set -o vi":     {rc: "set -o vi"},
		"IFS":           {rc: "IFS=:;"},
		"nullglob":      {rc: "shopt -s nullglob failglob extglob nocasematch"},
		"aliases":       {rc: "alias printf='echo BROKEN' local='echo BROKEN' builtin='echo BROKEN' history='echo BROKEN'"},
		"ERR trap":      {rc: "set -E; trap 'echo BROKEN' ERR", typed: []string{"true", "true"}, want: []string{"true → 0 in ~", "true → 0 in ~"}},
		"set -T":        {rc: "set -T; trap 'echo BROKEN' RETURN; trap - RETURN; trap : DEBUG"},
		"history off":   {rc: "set +o history"},
		"no promptvars": {rc: "shopt -u promptvars; PS1='me@host $ '", story: story{prompt: "me@host $ "}, plain: true},
		"PROMPT_COMMAND string": {rc: `p() { last=$?; PS1="[$last] \w\n$ "; }; PROMPT_COMMAND='p; '`,
			shows: []string{"[0] ~", "[1] ~"}},
		"PROMPT_COMMAND array": {rc: `p() { last=$?; PS1="[$last] $ "; }; PROMPT_COMMAND=(p "true")`, shows: []string{"[1] $", "[1] $ true"}},
		"starship-like": {rc: `starship_precmd() { STARSHIP_CMD_STATUS=$?; PS1="$(printf '\n\\[\e[1;36m\\]%s\\[\e[0m\\] took %s\n\\[\e[1;32m\\]❯\\[\e[0m\\] ' '\w' "$STARSHIP_CMD_STATUS")"; }
			starship_preexec() { STARSHIP_START_TIME=$SECONDS; }
			PS0='${STARSHIP_START_TIME:$((STARSHIP_START_TIME=SECONDS,STARSHIP_PREEXEC_READY=0,0)):0}'
			PROMPT_COMMAND="starship_precmd"; STARSHIP_START_TIME=0`, shows: []string{"~ took 0", "~ took 1", "❯ true"}},
		"DEBUG trap": {rc: `trap 'seen=${seen:-$BASH_COMMAND}' DEBUG; stop() { shown=$seen; unset seen; PS1="($shown) $ "; }; PROMPT_COMMAND=stop`, story: story{ready: "$ "},
			typed: []string{"true", "false", "true"}, want: []string{"true → 0 in ~", "false → 1 in ~", "true → 0 in ~"},
			shows: []string{"(true) $ false", "(false) $ true"}},
		"bash-preexec": {rc: bashPreexec + `
			preexec() { echo "run:$1"; }; precmd() { echo "done:$?"; }`,
			shows: []string{"run:true", "done:0", "run:false", "done:1"}},
		"ignored by history": {rc: "HISTCONTROL=ignoreboth", typed: []string{" echo hidden", "echo twice", "echo twice"},
			want: []string{"echo hidden → 0 in ~", "echo twice → 0 in ~", "echo twice → 0 in ~"}},
		"erasedups": {rc: "HISTCONTROL=erasedups HISTSIZE=3", typed: []string{"echo 1", "echo 2", "echo 1", "echo 3", "echo 4", "echo 2"},
			want: []string{"echo 1 → 0 in ~", "echo 2 → 0 in ~", "echo 1 → 0 in ~", "echo 3 → 0 in ~", "echo 4 → 0 in ~", "echo 2 → 0 in ~"}},
		"HISTTIMEFORMAT":          {rc: "HISTTIMEFORMAT='%F %T '"},
		"HISTIGNORE":              {rc: "HISTIGNORE='true*'"},
		"two-line prompt":         {rc: `PS1='┌─ \w\n└─ \$ ' PS2='│ '`},
		"coloured prompt":         {rc: `PS1='\[\e[32m\]\u@\h\[\e[m\]:\w\$ '`},
		"no prompt":               {rc: `unset PS1`, story: story{ready: "\a"}, typed: []string{"true"}, want: []string{"true → 0 in ~"}},
		"readonly PS1":            {rc: `PS1='$ '; readonly PS1`, story: story{ready: "$ "}, typed: []string{"true", "false"}, want: []string{"true → 0 in ~", "false → 1 in ~"}},
		"readonly PS0":            {rc: `PS1='me@host $ '; readonly PS0`, story: story{prompt: "me@host $ "}, plain: true},
		"readonly PROMPT_COMMAND": {rc: `PS1='me@host $ '; readonly PROMPT_COMMAND`, story: story{prompt: "me@host $ "}, plain: true},
		"own OSC 133": {rc: `PS1='\[\e]133;A\a\]me@host $ \[\e]133;B\a\]'; PS0='\e]133;C\a'; e() { printf '\e]133;D;%s\a' $?; }; PROMPT_COMMAND=e`,
			story: story{prompt: "\x1b]133;B"}, typed: []string{"true", "false"}, want: []string{"true → 0 in ~, not verified", "false → 1 in ~, not verified"}},
		"own OSC 133 by functions": {rc: `PS1='$ '; e() { printf '\033]133;D;%s\007\033]133;A\007' $?; }; PROMPT_COMMAND='history -a;e;' PS0='\033]133;C;cmdline=exit\ 3\007'`,
			story: story{prompt: "\x1b]133;A\a", ready: "$ "}, typed: []string{"true"}, want: []string{"exit 3 → 0 in ~, not verified"}},
		"--rcfile": {story: story{args: []string{"bash", "--rcfile", "mine", "-i"}, files: map[string]string{"mine": "PS1='mine $ '", ".bashrc": "echo WRONG FILE"}}, shows: []string{"mine $ true"}},
		"-l": {story: story{args: []string{"bash", "-l"}, files: map[string]string{".bash_profile": "export PROFILE=read; . ~/.bashrc", ".profile": "echo WRONG FILE", ".bash_logout": "echo LOGOUT"}},
			rc: "PS1='in $ '", typed: []string{"shopt -q login_shell && echo is login", "shopt -o posix", "echo $PROFILE ${HISTFILE##*/} $POSIXLY_CORRECT"},
			want:  []string{"shopt -q login_shell && echo is login → 0 in ~", "shopt -o posix → 1 in ~", "echo $PROFILE ${HISTFILE##*/} $POSIXLY_CORRECT → 0 in ~"},
			shows: []string{"read .bash_history", "LOGOUT", "is login"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.args = append([]string(nil), s.args...)
			if s.args == nil {
				s.args = []string{"bash"}
			}
			files := map[string]string{".bashrc": s.rc}
			for name, text := range s.files {
				files[name] = text
			}
			s.files = files
			s.story.typed = s.typed
			if s.typed == nil {
				s.story.typed, s.want = []string{"true", "false", "", "true"}, []string{"true → 0 in ~", "false → 1 in ~", "true → 0 in ~"}
			}
			told := s.play(t)
			if !s.plain {
				told.want(t, s.want...)
			} else if strings.Contains(told.raw, "133;") || strings.Contains(told.raw, "readonly") {
				t.Errorf("printed was\n%q", told.raw)
			}
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

// shown tells whether a line ever held a text.
func (r told) shown(text string) bool {
	for _, l := range r.Lines {
		if strings.Contains(l.Text, text) {
			return true
		}
	}
	return false
}

// bashPreexec works as the script of that name does: a DEBUG trap that calls preexec
// once a command, and a PROMPT_COMMAND that arms it, installed at the first prompt.
const bashPreexec = `
__bp_precmd() { local s=$?; __bp_armed=; set_status() { return $1; }; set_status $s; precmd; }
__bp_arm() { __bp_armed=1; }
__bp_debug() {
	[[ -n $__bp_armed ]] || return 0
	local IFS=$'\n;' c
	for c in ${PROMPT_COMMAND[*]}; do [[ $BASH_COMMAND == "${c# }" ]] && { __bp_armed=; return 0; }; done
	__bp_armed=
	preexec "$(HISTTIMEFORMAT= history 1 | sed '1 s/^ *[0-9]*[* ] //')"
}
__bp_install() { PROMPT_COMMAND=("__bp_precmd" "${PROMPT_COMMAND[@]:1}" "__bp_arm"); trap __bp_debug DEBUG; __bp_precmd; __bp_arm; }
PROMPT_COMMAND=__bp_install
`
