package config

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, text string) (Config, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(Path(dir), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(dir)
}

func TestNoFileIsDefault(t *testing.T) {
	c, err := Load(t.TempDir())
	if err != nil || !reflect.DeepEqual(c, Default()) {
		t.Fatalf("got %+v, %v", c, err)
	}
}

func TestLoad(t *testing.T) {
	c, err := load(t, `
[terminal]
shell_integration = false
[recording]
mask = false
idle = "2s"
limit = "1h"
env = ["LANG"]
[library]
max_size = "1.5 GB"
retention = "1y"
trash = "2w"
compress = "off"
`)
	want := Config{
		Recording: Recording{Idle: Duration(2 * time.Second), Limit: Duration(time.Hour), Env: []string{"LANG"}},
		Library: Library{
			MaxSize: 1_500_000_000, Retention: Duration(365 * day), Trash: Duration(14 * day),
		},
	}
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Fatalf("got %+v, %v, want %+v", c, err, want)
	}
}

func TestWhatIsLeftOutIsDefault(t *testing.T) {
	c, err := load(t, "[recording]\ninput = true\n")
	want := Default()
	want.Recording.Input = true
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Fatalf("got %+v, %v, want %+v", c, err, want)
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"syntax", "[recording]\nmask = flase\n", "line 2"},
		{"unknown", "[recording]\nmaks = true\n", "no setting recording.maks"},
		{"unknown section", "[recordings]\nmask = true\n", "no setting recordings"},
		{"span", "[library]\nretention = \"soon\"\n", `"soon" is no time span`},
		{"negative span", "[library]\nretention = \"-3h\"\n", "no time span"},
		{"endless span", "[library]\nretention = \"1e300d\"\n", "no time span"},
		{"size", "[library]\nmax_size = \"much\"\n", `"much" is no size`},
		{"huge size", "[library]\nmax_size = \"99999999TB\"\n", "no size"},
		{"type", "[recording]\nmask = 3\n", "line 2"},
		{"too large", strings.Repeat("# x\n", maxFile/4+1), "larger than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := load(t, test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "config.toml") {
				t.Errorf("got %v, want %q and the file in it", err, test.want)
			}
			if !reflect.DeepEqual(c, Default()) {
				t.Errorf("got %+v beside the error, want the defaults", c)
			}
		})
	}
}

// TestNames holds the list that errors print against the fields.
func TestNames(t *testing.T) {
	fields := map[string]bool{}
	all := reflect.TypeOf(Config{})
	for i := range all.NumField() {
		section := all.Field(i)
		for j := range section.Type.NumField() {
			fields[section.Tag.Get("toml")+"."+section.Type.Field(j).Tag.Get("toml")] = true
		}
	}
	for _, name := range Names() {
		if !fields[name] {
			t.Errorf("%s is no setting", name)
		}
		delete(fields, name)
	}
	for name := range fields {
		t.Errorf("%s is missing", name)
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "off": 0, "12": 12, "1kB": 1000, "1 KiB": 1024, "10GB": 10_000_000_000, "2tib": 2 << 40, ".5MB": 500_000,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "off": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "1.5d": 36 * time.Hour, "2w": 14 * day, "1y": 365 * day,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

// What Write writes is read back the same.
func TestWrite(t *testing.T) {
	changed := Config{
		Recording: Recording{Input: true, Idle: Duration(1500 * time.Millisecond), Limit: Duration(90 * time.Minute), Env: []string{"A", `B "C"`}},
		Library:   Library{MaxSize: 1_500_000_000, Retention: Duration(365 * day), Trash: Duration(36 * time.Hour)},
	}
	for name, c := range map[string]Config{"default": Default(), "changed": changed} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := Write(&b, c); err != nil {
				t.Fatal(err)
			}
			got, err := load(t, b.String())
			if err != nil || !reflect.DeepEqual(got, c) {
				t.Errorf("got %+v, %v, want %+v; the file:\n%s", got, err, c, &b)
			}
		})
	}
}
