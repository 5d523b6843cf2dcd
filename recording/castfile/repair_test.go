package castfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
)

func TestRepairOfEveryPrefix(t *testing.T) {
	const whole = `{"version":2,"width":80,"height":24,"title":"a}b"}
[0.500000, "o", "$ "]
[1.000000, "m", ""]
[1.500000, "o", "\u001b[1mé世界\r\n"]
[2.250000, "r", "100x50"]
[3.000000, "x", "0"]
`
	path := filepath.Join(t.TempDir(), "x.cast")
	headerEnd := strings.Index(whole, "\n")
	for n := range len(whole) + 1 {
		prefix := whole[:n]
		must(t, os.WriteFile(path, []byte(prefix), 0o600))
		report, err := Repair(path)
		after, readErr := os.ReadFile(path)
		must(t, readErr)
		if n < headerEnd {
			var damage *cast.SyntaxError
			if !errors.As(err, &damage) && !errors.Is(err, cast.ErrNotCast) {
				t.Fatalf("%q: %v", prefix, err)
			}
			if string(after) != prefix {
				t.Fatalf("%q was changed to %q", prefix, after)
			}
			continue
		}
		must(t, err)
		// What is expected: the whole lines, and a last one that lacks its newline only.
		want := whole[:strings.LastIndex(prefix, "\n")+1]
		if whole[min(n, len(whole)-1)] == '\n' && !strings.HasSuffix(prefix, "\n") {
			want = prefix + "\n"
		}
		if string(after) != want {
			t.Fatalf("%q became %q, want %q", prefix, after, want)
		}
		events := read(t, path)
		if report.Events != len(events) || report.Problems != 0 {
			t.Errorf("%q: report %+v of %d events", prefix, report, len(events))
		}
		if len(events) > 0 && report.Duration != events[len(events)-1].Time {
			t.Errorf("%q: duration %v", prefix, report.Duration)
		}
		if dropped := max(0, int64(len(prefix)-len(want))); report.DroppedBytes != dropped {
			t.Errorf("%q: %d bytes dropped, want %d", prefix, report.DroppedBytes, dropped)
		}
	}
}

func TestRepairKeepsWhatIsNotTorn(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ before, after string }{
		"bad line in the middle": {"[1, \"o\", \"a\"]\nlol\n[2, \"o\", \"b\"]\n[3", "[1, \"o\", \"a\"]\nlol\n[2, \"o\", \"b\"]\n"},
		"raw control at the end": {"[1, \"o\", \"\x1b\"]", "[1, \"o\", \"\x1b\"]\n"},
		"blocks of zeros":        {"[1, \"o\", \"a\"]\n" + strings.Repeat("\x00", 200<<10), "[1, \"o\", \"a\"]\n"},
		"long torn line":         {"[1, \"o\", \"a\"]\n[2, \"o\", \"" + strings.Repeat("x", 300<<10), "[1, \"o\", \"a\"]\n"},
		"long line, no newline":  {"[2, \"o\", \"" + strings.Repeat("x", 300<<10) + `"]`, "[2, \"o\", \"" + strings.Repeat("x", 300<<10) + "\"]\n"},
	} {
		path := filepath.Join(dir, "x.cast")
		start := `{"version":2,"width":80,"height":24}` + "\n"
		must(t, os.WriteFile(path, []byte(start+c.before), 0o600))
		report, err := Repair(path)
		must(t, err)
		got, err := os.ReadFile(path)
		must(t, err)
		if string(got) != start+c.after {
			t.Errorf("%s: %d bytes %.100q, want %d", name, len(got), got, len(start+c.after))
		}
		if name == "bad line in the middle" && (report.Problems != 1 || report.Events != 2 || report.Duration != 2*time.Second) {
			t.Errorf("%s: %+v", name, report)
		}
	}
}

func TestRepairErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Repair(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for name, text := range map[string]string{"empty": "", "zeros": "\x00\x00\x00", "text": "hello\n"} {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		if _, err := Repair(path); !errors.Is(err, cast.ErrNotCast) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, []byte(text)) {
			t.Errorf("%s: changed to %q", name, got)
		}
	}
}

func TestLock(t *testing.T) {
	f, _, path := create(t)
	if _, ok, err := TryLock(path); ok || err != nil {
		t.Errorf("the lock of a file that is being written: %t, %v", ok, err)
	}
	if _, err := Repair(path); !errors.Is(err, ErrLocked) {
		t.Errorf("repair of a file that is being written: %v", err)
	}
	must(t, f.Close())
	unlock, ok, err := TryLock(path)
	if !ok || err != nil {
		t.Fatalf("the lock of a closed file: %t, %v", ok, err)
	}
	if _, err := Repair(path); !errors.Is(err, ErrLocked) {
		t.Errorf("repair of a locked file: %v", err)
	}
	unlock()
	if _, err := Repair(path); err != nil {
		t.Errorf("repair of an unlocked file: %v", err)
	}
	if _, ok, err := TryLock(path + "x"); ok || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock of no file: %t, %v", ok, err)
	}
}
