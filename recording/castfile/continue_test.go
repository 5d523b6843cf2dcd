package castfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rexec/recording/cast"
)

func TestContinue(t *testing.T) {
	const v2 = `{"version": 2, "width": 80, "height": 24}` + "\n"
	const v3 = `{"version": 3, "term": {"cols": 80, "rows": 24}}` + "\n"
	for _, c := range []struct{ name, before, after string }{
		{"a header", v2, v2 + `[1.000000, "o", "new"]` + "\n"},
		{"events", v2 + `[0.5, "o", "old"]` + "\n", v2 + `[0.5, "o", "old"]` + "\n" + `[1.500000, "o", "new"]` + "\n"},
		{"an exit", v2 + `[0.5, "o", "old"]` + "\n" + `[2, "x", "0"]` + "\n", v2 + `[0.5, "o", "old"]` + "\n" + `[3.000000, "o", "new"]` + "\n"},
		{"a torn line", v2 + `[0.5, "o", "old"]` + "\n" + `[0.6, "o", "o`, v2 + `[0.5, "o", "old"]` + "\n" + `[1.500000, "o", "new"]` + "\n"},
		{"version 3", v3 + `[0.5, "o", "old"]` + "\n" + `[0.25, "o", "er"]` + "\n", v3 + `[0.5, "o", "old"]` + "\n" + `[0.25, "o", "er"]` + "\n" + `[1.000, "o", "new"]` + "\n"},
		{"version 3 and an exit", v3 + `[0.5, "o", "old"]` + "\n" + `[0.25, "x", "0"]` + "\n", v3 + `[0.5, "o", "old"]` + "\n" + `[1.250, "o", "new"]` + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.cast")
			must(t, os.WriteFile(path, []byte(c.before), 0o600))
			f, tail, err := Continue(path, Options{})
			must(t, err)
			if _, _, err := Continue(path, Options{}); !errors.Is(err, ErrLocked) {
				t.Errorf("continuing what is being written: %v, want ErrLocked", err)
			}
			must(t, f.Append(cast.Event{Time: tail.Duration + time.Second, Code: cast.Output, Data: "new"}))
			must(t, f.Flush())
			if size := f.Size(); size != int64(len(c.after)) {
				t.Errorf("the size is %d, want %d", size, len(c.after))
			}
			must(t, f.Close())
			got, err := os.ReadFile(path)
			must(t, err)
			if string(got) != c.after {
				t.Errorf("the file holds\n%swant\n%s", got, c.after)
			}
		})
	}
}

func TestWhatCannotBeContinuedStaysAsItIs(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          error
	}{
		{"version 1", `{"version":1,"width":80,"height":24,"stdout":[[0.5,"x"]]}`, ErrVersion1},
		{"packed", "\x28\xb5\x2f\xfd and more", ErrPacked},
		{"something else", "hello\n", cast.ErrNotCast},
	} {
		path := filepath.Join(t.TempDir(), "x.cast")
		must(t, os.WriteFile(path, []byte(c.content), 0o600))
		if _, _, err := Continue(path, Options{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if got, _ := os.ReadFile(path); string(got) != c.content {
			t.Errorf("%s: the file holds %q now", c.name, got)
		}
	}
}
