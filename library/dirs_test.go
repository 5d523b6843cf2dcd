package library

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestDirsFrom(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the paths below are those of systems that follow XDG; home folders are tested everywhere in the other tests")
	}
	work, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, home string
		env        map[string]string
		want       Dirs
	}{
		{"a home folder holds all", "/srv/r", map[string]string{"HOME": "/h", "XDG_DATA_HOME": "/x"},
			Dirs{"/srv/r", "/srv/r", "/srv/r", "/srv/r/cache"}},
		{"a relative one is made absolute", "r", nil,
			Dirs{work + "/r", work + "/r", work + "/r", work + "/r/cache"}},
		{"REXEC_HOME", "", map[string]string{"HOME": "/h", "REXEC_HOME": "/e"},
			Dirs{"/e", "/e", "/e", "/e/cache"}},
		{"--home wins over REXEC_HOME", "/f", map[string]string{"REXEC_HOME": "/e"},
			Dirs{"/f", "/f", "/f", "/f/cache"}},
		{"below HOME", "", map[string]string{"HOME": "/h"},
			Dirs{"/h/.local/share/rexec", "/h/.config/rexec", "/h/.local/state/rexec", "/h/.cache/rexec"}},
		{"XDG variables", "", map[string]string{"HOME": "/h", "XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/k"},
			Dirs{"/d/rexec", "/c/rexec", "/s/rexec", "/k/rexec"}},
		{"a relative XDG variable counts as unset", "", map[string]string{"HOME": "/h", "XDG_DATA_HOME": "d"},
			Dirs{"/h/.local/share/rexec", "/h/.config/rexec", "/h/.local/state/rexec", "/h/.cache/rexec"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := DirsFrom(c.home, func(name string) string { return c.env[name] })
			if err != nil || got != c.want {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, c.want)
			}
		})
	}
}
