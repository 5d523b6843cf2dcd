// Package archtest keeps the rules about which package may import which: imports
// point down, and the parts that must not know each other do not.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path that the module's own imports begin with.
const module = "rexec"

// layers, from the top. A package imports from its own layer (as far as rules below
// allow) and from those under it. A name ending in /... is a folder with all below.
var layers = [][]string{
	{"cmd/..."},
	{"tui/...", "sync/..."},
	{"library/..."},
	{"recording/..."},
	{"vt/..."},
}

// anywhere are packages that every layer may use; they import nothing of ours but
// each other.
var anywhere = []string{"internal/visible", "internal/testreq"}

// forbidden are imports that the layers would allow.
var forbidden = []struct{ from, to, why string }{
	{"tui/...", "sync/server/...", "the app talks to a server through sync/client"},
	{"tui/...", "sync/store/...", "the server's metadata are the server's"},
	{"tui/...", "sync/blob/...", "the server's casts are the server's"},
	{"sync/...", "tui/...", "nothing but the commands knows the screen"},
	{"sync/client/...", "sync/server/...", "the two sides share sync/api only"},
	{"sync/api/...", "sync/server/...", "what both sides share knows neither"},
	{"library/...", "internal/config", "a library is told what holds, by whoever opens it"},
	{"recording/...", "internal/config", "a recording is told what holds, by whoever makes it"},
	{"vt", "vt/input/...", "the emulator does not know where input comes from"},
}

// outside are imports from other modules and the standard library that only some
// packages may have.
var outside = []struct {
	prefix, why string
	only        []string
}{
	{"net/http", "recordings and the emulator know no network", []string{"cmd/...", "sync/..."}},
	{"net", "recordings and the emulator know no network", []string{"cmd/...", "sync/..."}},
	{"database/sql", "only stores know databases", []string{"cmd/...", "library/...", "sync/store/...", "sync/blob/..."}},
	{"charm.land/", "only the app draws", []string{"cmd/...", "tui/..."}},
	{"github.com/charmbracelet/", "only the app draws", []string{"cmd/...", "tui/..."}},
	{"github.com/creack/pty", "only live terminals have a PTY", []string{"recording/live"}},
	{"github.com/spf13/cobra", "the command line is cmd's", []string{"cmd/..."}},
}

// TestImportsPointDown checks the imports of all files, tests and other systems'
// files included: a test may only look further down than its package, not up.
func TestImportsPointDown(t *testing.T) {
	looked := 0
	for pkg, imports := range importsOf(t, "../..") {
		if _, known := layerOf(pkg); !known && !isAnywhere(pkg) && !within(pkg, "internal/...") {
			t.Errorf("package %s is in no layer: give it one in this test", pkg)
		}
		for _, i := range imports {
			looked++
			if why := refuse(pkg, i.path); why != "" {
				t.Errorf("%s imports %s: %s", i.file, i.path, why)
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d imports were looked at: the test does not see the tree", looked)
	}
}

// TestRulesRefuse proves that the rules can fail.
func TestRulesRefuse(t *testing.T) {
	for _, c := range []struct {
		from, to string
		refused  bool
	}{
		{"cmd/rexec", "rexec/tui", false},
		{"tui/player", "rexec/recording/timeline", false},
		{"library", "rexec/recording/cast", false},
		{"recording/live", "rexec/vt", false},
		{"vt", "strings", false},
		{"vt", "rexec/internal/visible", false},
		{"vt", "rexec/recording/cast", true},
		{"vt", "rexec/vt/input", true},
		{"recording/cast", "rexec/library", true},
		{"recording/live", "rexec/tui/screen", true},
		{"library", "rexec/tui", true},
		{"tui", "rexec/sync/server", true},
		{"tui/share", "rexec/sync/store", true},
		{"tui/share", "rexec/sync/client", false},
		{"sync/engine", "rexec/tui", true},
		{"recording/export", "net/http", true},
		{"recording/export", "net/url", false},
		{"recording/export", "charm.land/lipgloss/v2", true},
		{"library", "database/sql", false},
		{"tui", "database/sql", true},
		{"internal/visible", "rexec/vt", true},
	} {
		if got := refuse(c.from, c.to); (got != "") != c.refused {
			t.Errorf("%s importing %s: %q, refused should be %v", c.from, c.to, got, c.refused)
		}
	}
}

// refuse says why a package may not import a path, "" when it may.
func refuse(pkg, path string) string {
	for _, o := range outside {
		covered := path == o.prefix || strings.HasSuffix(o.prefix, "/") && strings.HasPrefix(path, o.prefix)
		if covered && !slices.ContainsFunc(o.only, func(p string) bool { return within(pkg, p) }) && !within(pkg, "internal/...") {
			return o.why
		}
	}
	to, ours := strings.CutPrefix(path, module+"/")
	if !ours || isAnywhere(to) {
		return ""
	}
	for _, f := range forbidden {
		if within(pkg, f.from) && within(to, f.to) && !within(pkg, f.to) {
			return f.why
		}
	}
	if isAnywhere(pkg) {
		return "what all layers use must know none of them"
	}
	from, known := layerOf(pkg)
	below, _ := layerOf(to)
	if known && below < from {
		return "imports point down: cmd, then tui and sync, library, recording, vt"
	}
	return ""
}

func layerOf(pkg string) (int, bool) {
	for i, layer := range layers {
		for _, p := range layer {
			if within(pkg, p) {
				return i, true
			}
		}
	}
	return len(layers), false
}

func isAnywhere(pkg string) bool { return slices.Contains(anywhere, pkg) }

// within tells whether a package is meant by a pattern, such as "tui/...".
func within(pkg, pattern string) bool {
	folder, all := strings.CutSuffix(pattern, "/...")
	return pkg == folder || all && strings.HasPrefix(pkg, folder+"/")
}

type imported struct{ path, file string }

// importsOf reads the imports of all packages below root.
func importsOf(t *testing.T, root string) map[string][]imported {
	t.Helper()
	list := map[string][]imported{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(rel))
		if list[pkg] == nil {
			list[pkg] = []imported{}
		}
		for _, spec := range f.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			list[pkg] = append(list[pkg], imported{p, filepath.ToSlash(rel)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return list
}
