//go:build unix

package shell_test

import "testing"

var quietFish = map[string]string{".config/fish/config.fish": "set -g fish_greeting; function fish_prompt; set -l s $status; echo -n \"[$s] \"(prompt_pwd)'> '; end"}

func TestFish(t *testing.T) {
	told := story{args: []string{"fish"}, files: quietFish, ready: "> ", typed: []string{
		`mkdir -p "ä b%20;c"; cd "ä b%20;c"`,
		`echo "ünï 世界; $HOME" 'q' \\ >/dev/null`,
		`false`,
		``,
		`sh -c 'exit 42'`,
		`cd ..`,
		`printf 'no newline'`,
		"for i in 1 2\recho $i\rend",
		`env | grep -c -e NONCE -e rexec_`,
	}}.play(t)
	told.want(t,
		`mkdir -p "ä b%20;c"; cd "ä b%20;c" → 0 in ~`,
		`echo "ünï 世界; $HOME" 'q' \\ >/dev/null → 0 in ~/ä b%20;c`,
		`false → 1 in ~/ä b%20;c`,
		`sh -c 'exit 42' → 42 in ~/ä b%20;c`,
		`cd .. → 0 in ~/ä b%20;c`,
		`printf 'no newline' → 0 in ~`,
		"for i in 1 2\necho $i\nend → 0 in ~",
		`env | grep -c -e NONCE -e rexec_ → 1 in ~`)
	if got := told.output(t, 7); got != "0" {
		t.Errorf("children see %s of our variables", got)
	}
	if !told.shown("[1] ") {
		t.Errorf("the prompt does not know the status; printed was\n%q", told.raw)
	}
}

func TestFishSetups(t *testing.T) {
	for name, s := range map[string]struct {
		story
		rc   string
		want []string
	}{
		"vi":    {rc: "fish_vi_key_bindings"},
		"login": {story: story{args: []string{"fish", "-l", "-i"}}},
		"own OSC 133": {rc: `function a --on-event fish_prompt; printf '\e]133;A\a'; end; function c --on-event fish_preexec; printf '\e]133;C;cmdline_url=%s\a' (string escape --style=url -- $argv[1]); end; function d --on-event fish_postexec; printf '\e]133;D;%s\a' $status; end`,
			story: story{prompt: "\x1b]133;A\a", ready: "> "}, want: []string{"true → 0 in ~, not verified", "false → 1 in ~, not verified", "true → 0 in ~, not verified"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s.args == nil {
				s.args = []string{"fish"}
			}
			s.ready = "> "
			s.files = map[string]string{".config/fish/config.fish": quietFish[".config/fish/config.fish"] + "\n" + s.rc}
			s.typed = []string{"true", "false", "", "true"}
			if s.want == nil {
				s.want = []string{"true → 0 in ~", "false → 1 in ~", "true → 0 in ~"}
			}
			s.play(t).want(t, s.want...)
		})
	}
}
