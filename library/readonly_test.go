package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rexec/internal/testreq"
)

// readOnlyHome makes a library of one recording that the children of the test can
// read and not write.
func readOnlyHome(t *testing.T) (home string, l *Library) {
	t.Helper()
	if runtime.GOOS == "windows" {
		testreq.Skip(t, "folders cannot be made read-only by their mode on Windows; run it on Linux or macOS")
	}
	// Not t.TempDir: another user has to get there.
	home, err := os.MkdirTemp("", "rexec-readonly-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = chmodTree(home, 0o700, 0o600)
		_ = os.RemoveAll(home)
	})
	l = openLibrary(t, home, Options{})
	must[Recording](t)(record(t.Context(), l, NewRecording{Title: "kept"}, "x"))
	return home, l
}

func chmodTree(root string, dirs, files os.FileMode) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.Chmod(path, dirs)
		}
		return os.Chmod(path, files)
	})
}

// readOnlyChild looks at a library as a user who may only read, and says what it
// finds; args name an id to try to write.
func readOnlyChild(home string, args []string) error {
	if err := becomeNobody(); err != nil {
		return err
	}
	ctx := context.Background()
	l, err := Open(ctx, homeDirs(home), Options{})
	if err != nil {
		fmt.Printf("open %T %v\n", errors.Unwrap(err), err)
		return nil
	}
	defer l.Close()
	list, err := l.List(ctx, ListOptions{})
	fmt.Println("list", titles(list), err)
	found, err := l.Recover(ctx)
	fmt.Println("recover", len(found), err)
	fmt.Printf("why %v\n", l.ReadOnly())
	_, _, begin := l.Begin(ctx, NewRecording{})
	_, set := l.SetTitle(ctx, args[0], "x")
	_, imp := l.Import(ctx, list[0].Path, nil)
	for _, err := range []error{begin, set, imp, l.Delete(ctx, args[0])} {
		var refused *ErrReadOnly
		fmt.Println("write", errors.As(err, &refused))
	}
	_, err = l.Version(ctx)
	fmt.Println("version", err)
	return nil
}

func runReadOnlyChild(t *testing.T, home, id string) []string {
	t.Helper()
	child := startChild(t, "readonly", home, id)
	var out []string
	for fields, ok := child.next(t); ok; fields, ok = child.next(t) {
		out = append(out, strings.Join(fields, " "))
	}
	if err := child.Wait(); err != nil {
		t.Errorf("the child: %v, after %q", err, out)
	}
	return out
}

func wantReadable(t *testing.T, got []string, home string) {
	t.Helper()
	want := []string{
		"list kept <nil>", "recover 0 <nil>",
		"why cannot write " + home + " (permission denied): make it writable, or name another folder with --home or REXEC_HOME",
		"write true", "write true", "write true", "write true", "version <nil>",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReadOnlyHome(t *testing.T) {
	home, l := readOnlyHome(t)
	id := all(t, l, "")[0].ID
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := chmodTree(home, 0o555, 0o444); err != nil {
		t.Fatal(err)
	}
	wantReadable(t, runReadOnlyChild(t, home, id), home)
}

func TestReadOnlyHomeThatSomebodyElseWrites(t *testing.T) {
	home, l := readOnlyHome(t)
	id := all(t, l, "")[0].ID
	if err := chmodTree(home, 0o755, 0o644); err != nil {
		t.Fatal(err)
	}
	wantReadable(t, runReadOnlyChild(t, home, id), home)
	must[Recording](t)(l.SetTitle(t.Context(), id, "still mine"))
	checkWhole(t, l)
}

func TestReadOnlyHomeAfterACrash(t *testing.T) {
	home, _ := readOnlyHome(t)
	// The writer is killed: its log is not yet in the database.
	child := startChild(t, "hold", home)
	if _, ok := child.next(t); !ok {
		t.Fatal("the child ended by itself")
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if err := chmodTree(home, 0o555, 0o444); err != nil {
		t.Fatal(err)
	}
	got := runReadOnlyChild(t, home, "x")
	if len(got) == 0 || got[0] != "list held kept <nil>" {
		t.Errorf("got %q", got)
	}
}

func TestReadOnlyHomeWithoutALibrary(t *testing.T) {
	home, l := readOnlyHome(t)
	l.Close()
	if err := os.RemoveAll(filepath.Join(home, "library.db")); err != nil {
		t.Fatal(err)
	}
	if err := chmodTree(home, 0o555, 0o444); err != nil {
		t.Fatal(err)
	}
	got := runReadOnlyChild(t, home, "x")
	if len(got) != 1 || !strings.HasPrefix(got[0], "open *library.ErrReadOnly ") || !strings.Contains(got[0], home) {
		t.Errorf("got %q", got)
	}
	got = runReadOnlyChild(t, filepath.Join(home, "below"), "x")
	if len(got) != 1 || !strings.HasPrefix(got[0], "open *library.ErrReadOnly ") || !strings.Contains(got[0], filepath.Join(home, "below")) {
		t.Errorf("got %q", got)
	}
}
