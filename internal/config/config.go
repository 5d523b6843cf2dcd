// Package config reads the user's settings: <config folder>/config.toml. It knows
// what may stand there and what holds when nothing does; it does not know who uses
// it. The commands and the app read it once and hand values on to the packages
// that do the work, which know no settings.
//
// A setting that is misspelt is an error and not ignored: who writes
// mask = flase into a file trusts that it holds.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Config is all settings.
type Config struct {
	Terminal  Terminal  `toml:"terminal"`
	Recording Recording `toml:"recording"`
	Library   Library   `toml:"library"`
}

// Terminal is about the terminals that rexec hosts.
type Terminal struct {
	// ShellIntegration teaches bash, zsh and fish to say where commands begin and
	// end.
	ShellIntegration bool `toml:"shell_integration"`
}

// Recording is about what goes into a recording.
type Recording struct {
	Mask  bool     `toml:"mask"`  // replace known secrets before they are written
	Input bool     `toml:"input"` // record what is typed too
	Idle  Duration `toml:"idle"`  // the longest pause that is kept; 0: all of it
	Limit Duration `toml:"limit"` // the longest recording; 0: no limit
	Env   []string `toml:"env"`   // names of variables that go into the recording
}

// Library is about what is kept, and for how long.
type Library struct {
	// MaxSize is how much room recordings may take; 0: no limit.
	MaxSize Size `toml:"max_size"`
	// Retention is the age at which recordings go to the trash; 0: never.
	Retention Duration `toml:"retention"`
	// Trash is how long the trash keeps them.
	Trash Duration `toml:"trash"`
	// Compress is the age at which casts are compressed; 0: never.
	Compress Duration `toml:"compress"`
}

// Default returns what holds without a file.
func Default() Config {
	return Config{
		Terminal:  Terminal{ShellIntegration: true},
		Recording: Recording{Mask: true, Env: []string{"SHELL", "TERM"}},
		Library:   Library{Trash: Duration(30 * day), Compress: Duration(30 * day)},
	}
}

// maxFile bounds the file, in bytes.
const maxFile = 1 << 20

// Path returns the name of the file in the config folder dir.
func Path(dir string) string { return filepath.Join(dir, "config.toml") }

// Load reads the file in the config folder dir. Without one, all is as Default
// says; so is what the file leaves out. Errors name the file and, as far as it is
// known, the line, and say what could stand there.
func Load(dir string) (Config, error) {
	f, err := os.Open(Path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil
	}
	if err != nil {
		return Default(), fmt.Errorf("read the settings: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	c := Default()
	if err == nil {
		c, err = parse(string(text))
	}
	if err != nil {
		return Default(), fmt.Errorf("the settings in %s cannot be used: %w; correct the file, or remove it to go back to the defaults", Path(dir), err)
	}
	return c, nil
}

// parse reads the text of a file.
func parse(text string) (Config, error) {
	c := Default()
	meta, err := toml.Decode(text, &c)
	if err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return c, fmt.Errorf("line %d: %s", syntax.Position.Line, syntax.Message)
		}
		return c, errors.New(strings.TrimPrefix(err.Error(), "toml: "))
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, fmt.Errorf("there is no setting %s; there are %s", unknown[0], strings.Join(Names(), ", "))
	}
	return c, nil
}

// settings are all there are, in the order of Write, each with what it is about.
var settings = []struct{ name, about string }{
	{"terminal.shell_integration", "teach bash, zsh and fish to say where commands begin and how they end"},
	{"recording.mask", "replace tokens and keys that are recognised, before anything is written"},
	{"recording.input", "record what is typed too, but for what is typed at password prompts"},
	{"recording.idle", "the longest pause that is kept, such as \"5s\"; \"off\": all of them"},
	{"recording.limit", "the longest recording, such as \"2h\"; then it is saved, and the terminal goes on"},
	{"recording.env", "the environment variables that go into a recording"},
	{"library.max_size", "the room that recordings may take, such as \"10GB\""},
	{"library.retention", "the age at which recordings go to the trash, such as \"1y\""},
	{"library.trash", "how long the trash keeps them"},
	{"library.compress", "the age at which recordings are compressed"},
}

// Names returns the settings there are, sorted, each with its section.
func Names() []string {
	var names []string
	for _, s := range settings {
		names = append(names, s.name)
	}
	slices.Sort(names)
	return names
}

const day = 24 * time.Hour

// Duration is a time span as people write it: 90s, 5m, 1h30m, 30d, 2w, 1y. 0 and
// "off" are none.
type Duration time.Duration

// String writes the span as ParseDuration reads it.
func (d Duration) String() string {
	switch span := time.Duration(d); {
	case span == 0:
		return "off"
	case span%day == 0:
		return fmt.Sprintf("%dd", span/day)
	default:
		return span.String()
	}
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// maxDuration bounds durations: a hundred years.
const maxDuration = 100 * 365 * day

// ParseDuration reads a span: what time.ParseDuration takes, or a number with d
// (days), w (weeks) or y (365 days) behind it; 0 and off are none.
func ParseDuration(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is no time span; write one such as 90s, 5m, 1h30m, 30d, 2w, 1y or off", s)
	s = strings.TrimSpace(s)
	if s == "off" || s == "0" {
		return 0, nil
	}
	for unit, span := range map[string]time.Duration{"d": day, "w": 7 * day, "y": 365 * day} {
		number, ok := strings.CutSuffix(s, unit)
		if !ok {
			continue
		}
		n, err := parseNumber(number)
		if err != nil || n*float64(span) > float64(maxDuration) {
			return 0, wrong
		}
		return time.Duration(n * float64(span)), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > maxDuration {
		return 0, wrong
	}
	return d, nil
}

// Size is a number of bytes as people write it: 500MB, 10GB, 1.5TB. 0 and "off" are
// none.
type Size int64

// String writes the number as ParseSize reads it.
func (s Size) String() string {
	for _, u := range []struct {
		suffix string
		scale  Size
	}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if s >= u.scale && s%u.scale == 0 {
			return fmt.Sprint(int64(s/u.scale), u.suffix)
		}
	}
	if s == 0 {
		return "off"
	}
	return fmt.Sprint(int64(s))
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	v, err := ParseSize(string(text))
	*s = Size(v)
	return err
}

// ParseSize reads a number of bytes: a number with nothing, B, kB, MB, GB or TB
// (powers of 1000), or KiB, MiB, GiB or TiB (powers of 1024) behind it, in any case;
// off is 0.
func ParseSize(s string) (int64, error) {
	wrong := fmt.Errorf("%q is no size; write one such as 500MB, 10GB or off", s)
	rest := strings.ToLower(strings.TrimSpace(s))
	if rest == "off" {
		return 0, nil
	}
	scale := 1.0
	for _, u := range []struct {
		suffix string
		scale  float64
	}{
		{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
		{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}, {"b", 1},
	} {
		if number, ok := strings.CutSuffix(rest, u.suffix); ok {
			rest, scale = strings.TrimSpace(number), u.scale
			break
		}
	}
	n, err := parseNumber(rest)
	if err != nil || n*scale > 1<<60 {
		return 0, wrong
	}
	return int64(n * scale), nil
}
