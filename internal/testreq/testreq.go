// Package testreq says what a test needs from its machine. A test whose need is
// not met skips with a word on how to meet it; with REXEC_TEST_REQUIRE=1, as in
// CI, it fails instead, so that a skip can never hide a broken test.
package testreq

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Skip ends the test: as skipped, or as failed when REXEC_TEST_REQUIRE is 1. The
// reason says what is missing and how to get it.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("REXEC_TEST_REQUIRE") == "1" {
		t.Fatal("required here, but missing: " + reason)
	}
	t.Skip(reason)
}

// Program returns the path of an installed program, or skips.
func Program(t testing.TB, name, how string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Skip(t, name+" is not installed; "+how)
	}
	return path
}

// Corpus returns a folder of the conformance corpus, such as "casts" or
// "vt/xtermjs". REXEC_CORPUS names the corpus; without it, the folder
// shared/corpus beside the module is taken.
func Corpus(t testing.TB, folder string) string {
	t.Helper()
	root := os.Getenv("REXEC_CORPUS")
	if root == "" {
		root = filepath.Join(moduleRoot(t), "..", "shared", "corpus")
	}
	dir := filepath.Join(root, filepath.FromSlash(folder))
	if _, err := os.Stat(dir); err != nil {
		Skip(t, "no corpus at "+dir+"; set REXEC_CORPUS to the folder that holds it")
	}
	return dir
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("the test does not run inside its module")
		}
		dir = parent
	}
}
