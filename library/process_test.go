package library

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
	"rexec/recording/castfile"
)

// childVar names the part that a process plays which a test starts from its own
// binary.
const childVar = "REXEC_LIBRARY_TEST_CHILD"

func TestMain(m *testing.M) {
	children := map[string]func(home string, args []string) error{
		"hammer":   hammerChild,
		"readonly": readOnlyChild,
		"hold":     holdChild,
		"index":    indexChild,
		"rebuild":  rebuildChild,
	}
	child := children[os.Getenv(childVar)]
	if child == nil {
		os.Exit(m.Run())
	}
	if err := child(os.Args[1], os.Args[2:]); err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
}

// childProcess is another process on the same home. What it prints are the lines of
// a log.
type childProcess struct {
	*exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner
}

func startChild(t testing.TB, part, home string, args ...string) *childProcess {
	t.Helper()
	c := &childProcess{Cmd: exec.Command(must[string](t)(os.Executable()), append([]string{home}, args...)...)}
	c.Env = append(os.Environ(), childVar+"="+part)
	c.Stderr = os.Stderr
	c.stdin = must[io.WriteCloser](t)(c.StdinPipe())
	c.lines = bufio.NewScanner(must[io.ReadCloser](t)(c.StdoutPipe()))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	return c
}

// next returns the child's next line; ok is false at its end.
func (c *childProcess) next(t testing.TB) (fields []string, ok bool) {
	t.Helper()
	if !c.lines.Scan() {
		return nil, false
	}
	if fields = strings.Fields(c.lines.Text()); len(fields) > 0 && fields[0] == "failed" {
		t.Fatalf("the child says: %s", c.lines.Text())
	}
	return fields, true
}

// hammerChild records, imports, renames, compresses, searches, moves to the trash and
// deletes at random, and says each time
// what it has done, once it is done: args are a seed, how often at least (0: without
// end), and for how long at least.
func hammerChild(home string, args []string) error {
	seed, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil {
		return err
	}
	times, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	var until time.Time
	if len(args) > 2 {
		length, err := time.ParseDuration(args[2])
		if err != nil {
			return err
		}
		until = time.Now().Add(length)
	}
	ctx := context.Background()
	l, err := Open(ctx, homeDirs(home), Options{Summarize: commandAndLines})
	if err != nil {
		return err
	}
	h := hammer{l: l, random: rand.New(rand.NewPCG(seed, 1)), outside: filepath.Join(home, "outside")}
	for i := 0; times == 0 || i < times || time.Now().Before(until); i++ {
		if err := h.blow(ctx, fmt.Sprintf("%d-%d", seed, i)); err != nil {
			return err
		}
	}
	if _, err := l.Recover(ctx); err != nil {
		return err
	}
	return l.Close()
}

type hammer struct {
	l       *Library
	random  *rand.Rand
	outside string
	mine    []string // ids
}

func (h *hammer) blow(ctx context.Context, word string) error {
	switch n := h.random.IntN(20); {
	case n < 5:
		return h.record(ctx, word)
	case n < 9:
		return h.importOne(ctx, word)
	case n < 11 && len(h.mine) > 0:
		return h.trash(ctx, h.mine[h.random.IntN(len(h.mine))])
	case n < 12 && len(h.mine) > 0:
		return h.compress(ctx)
	case n < 13:
		return h.search(ctx)
	case n < 16 && len(h.mine) > 0:
		id := h.mine[h.random.IntN(len(h.mine))]
		fmt.Println("renaming", id)
		if _, err := h.l.SetTitle(ctx, id, word); err != nil {
			return err
		}
		fmt.Println("renamed", id, word)
	case len(h.mine) > 3:
		i := h.random.IntN(len(h.mine))
		id := h.mine[i]
		fmt.Println("deleting", id)
		if err := h.l.Delete(ctx, id); err != nil {
			return err
		}
		fmt.Println("deleted", id)
		h.mine = append(h.mine[:i], h.mine[i+1:]...)
	}
	return nil
}

// trash moves a recording to the trash and, half of the time, back.
func (h *hammer) trash(ctx context.Context, id string) error {
	fmt.Println("trashing", id)
	if err := h.l.Trash(ctx, id); err != nil {
		return err
	}
	if h.random.IntN(2) == 0 {
		fmt.Println("trashed", id)
		return nil
	}
	if err := h.l.Restore(ctx, id); err != nil {
		return err
	}
	fmt.Println("restored", id)
	return nil
}

// compress compresses what this process has made.
func (h *hammer) compress(ctx context.Context) error {
	fmt.Println("compressing", h.mine[0])
	done, err := h.l.Compress(ctx, CompressOptions{IDs: h.mine})
	for _, c := range done {
		err = errors.Join(err, c.Err)
	}
	return err
}

// search searches, and makes findable what is not.
func (h *hammer) search(ctx context.Context) error {
	for _, err := range h.l.Search(ctx, SearchOptions{Query: "line"}) {
		if err != nil {
			return err
		}
	}
	if _, err := h.l.db.write.ExecContext(ctx, `UPDATE texts SET version = 1 WHERE owner = '' AND version <> 0 AND ord % 3 = 0
		AND recording IN (SELECT seq FROM recordings WHERE id IN (SELECT value FROM json_each(?)))`, jsonList(h.mine)); err != nil {
		return err // as of an older rexec
	}
	fmt.Println("indexing", "pending")
	return h.l.IndexPending(ctx, nil)
}

// commandAndLines finds what oneCommand does, and many lines.
func commandAndLines(ctx context.Context, r io.Reader) (Summary, error) {
	s, err := oneCommand(ctx, r)
	if err == nil {
		for i := range 100 {
			s.Lines = append(s.Lines, Line{Text: fmt.Sprintf("line %d of %.20s", i, s.Commands[0].Text), First: time.Second, Last: time.Second})
		}
	}
	return s, err
}

func (h *hammer) record(ctx context.Context, word string) error {
	r, header, err := h.l.Begin(ctx, NewRecording{Title: word, Cols: 80, Rows: 24})
	if err != nil {
		return err
	}
	fmt.Println("begun", r.ID)
	w, err := castfile.Create(r.Path, header, castfile.Options{})
	if err != nil {
		return err
	}
	for i := range 1 + h.random.IntN(20) {
		if err := w.Append(cast.Event{Time: time.Duration(i) * time.Second, Code: cast.Output, Data: strings.Repeat("x", 200)}); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	fmt.Println("written", r.ID, w.Size())
	if _, err := h.l.Finish(ctx, r.ID, FinishInfo{}); err != nil {
		return err
	}
	fmt.Println("finished", r.ID, word)
	h.mine = append(h.mine, r.ID)
	return nil
}

func (h *hammer) importOne(ctx context.Context, word string) error {
	path := filepath.Join(h.outside, word+".cast")
	if err := os.MkdirAll(h.outside, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(castText(word, strings.Repeat(word, 5000))), 0o600); err != nil {
		return err
	}
	r, err := h.l.Import(ctx, path, nil)
	if err != nil {
		return err
	}
	fmt.Println("imported", r.ID, word)
	h.mine = append(h.mine, r.ID)
	_, err = h.l.Import(ctx, path, nil)
	var dup *ErrDuplicate
	if !errors.As(err, &dup) {
		return fmt.Errorf("the same again: %v", err)
	}
	return os.Remove(path)
}

// ledger is what children have said.
type ledger struct {
	title   map[string]string // of what must be there; "?": not known
	trashed map[string]string // "yes", "no", or "?": not known
	size    map[string]int64  // of what must be there in full
	deleted map[string]bool
	doubt   map[string]bool // a deletion was under way when the child died
}

func newLedger() *ledger {
	return &ledger{map[string]string{}, map[string]string{}, map[string]int64{}, map[string]bool{}, map[string]bool{}}
}

func (g *ledger) note(fields []string) {
	id := fields[1]
	switch fields[0] {
	case "written":
		g.title[id] = "?"
		g.size[id], _ = strconv.ParseInt(fields[2], 10, 64)
	case "finished", "imported", "renamed":
		g.title[id] = fields[2]
	case "renaming":
		g.title[id] = "?"
	case "trashing":
		g.trashed[id] = "?"
	case "trashed":
		g.trashed[id] = "yes"
	case "restored":
		g.trashed[id] = "no"
	case "deleting":
		g.doubt[id] = true
	case "deleted":
		delete(g.title, id)
		g.deleted[id] = true
	}
}

// check compares the library with what was said.
func (g *ledger) check(t testing.TB, l *Library) {
	t.Helper()
	there := map[string]Recording{}
	checkWhole(t, l)
	for _, r := range must[[]Recording](t)(l.everything(t.Context())) {
		there[r.ID] = r
	}
	for id, title := range g.title {
		r, ok := there[id]
		switch {
		case !ok && g.doubt[id]:
			delete(g.title, id)
		case !ok:
			t.Errorf("%s is lost", id)
		case title != "?" && r.Title != title:
			t.Errorf("%s has title %q, was given %q", id, r.Title, title)
		case g.trashed[id] == "yes" && r.Trashed.IsZero(), g.trashed[id] == "no" && !r.Trashed.IsZero():
			t.Errorf("%s was moved to the trash: %s; there since %v", id, g.trashed[id], r.Trashed)
		case r.Size < g.size[id]:
			t.Errorf("%s has %d bytes of %d", id, r.Size, g.size[id])
		}
	}
	for id := range g.deleted {
		if _, ok := there[id]; ok {
			t.Errorf("%s was deleted and is there", id)
		}
	}
	clear(g.doubt)
}

// Killed at any point of recording, importing, indexing, renaming, compressing, moving
// to the trash and deleting, the library loses nothing, and Recover leaves nothing half done.
func TestKillAtRandomPoints(t *testing.T) {
	t.Parallel()
	rounds := 12
	if testing.Short() {
		rounds = 8
	}
	if text := os.Getenv("REXEC_TEST_KILLS"); text != "" {
		rounds = must[int](t)(strconv.Atoi(text))
	}
	var home string
	var g *ledger
	random := rand.New(rand.NewPCG(2026, 11))
	repaired := 0
	for round := range rounds {
		if round%8 == 0 { // looking at all of it takes longer and longer
			home, g = t.TempDir(), newLedger()
		}
		child := startChild(t, "hammer", home, strconv.Itoa(round+1), "0")
		// After it has said this for the nth time, so that every kind of work is cut.
		stage := []string{"begun", "written", "finished", "renaming", "deleting", "trashing", "compressing", "indexing"}[round%8]
		for n := 1 + random.IntN(3); n > 0; {
			fields, ok := child.next(t)
			if !ok {
				t.Fatal("the child ended by itself")
			}
			g.note(fields)
			if fields[0] == stage {
				n--
			}
		}
		// Anywhere in what it does then: this waits for nothing.
		time.Sleep(time.Duration(random.IntN(5000)) * time.Microsecond)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for fields, ok := child.next(t); ok; fields, ok = child.next(t) {
			g.note(fields)
		}
		_ = child.Wait()

		l := openLibrary(t, home, Options{Summarize: commandAndLines})
		for _, r := range recovered(t, l) {
			repaired++
			if r.Action == ActionFailed || r.Action == ActionMissing {
				t.Errorf("round %d: %+v", round, r)
			}
		}
		_ = os.RemoveAll(filepath.Join(home, "outside"))
		g.check(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	t.Logf("%d things recovered in %d kills", repaired, rounds)
	if repaired == 0 {
		t.Error("no kill left anything to recover: the test proves nothing")
	}
}

// Two processes work on one library at once, and a third keeps recovering it.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	blows, length := "60", cmp.Or(os.Getenv("REXEC_TEST_HAMMER"), "0s") // 60s, say
	if testing.Short() {
		blows = "30"
	}
	home := t.TempDir()
	l := openLibrary(t, home, Options{Summarize: commandAndLines})
	version := must[int64](t)(l.Version(t.Context()))
	children := []*childProcess{startChild(t, "hammer", home, "1", blows, length), startChild(t, "hammer", home, "2", blows, length)}
	logs := make(chan []string)
	for _, c := range children {
		go func() {
			for c.lines.Scan() {
				logs <- strings.Fields(c.lines.Text())
			}
			logs <- nil
		}()
	}
	g := newLedger()
	for running := len(children); running > 0; {
		fields := <-logs
		switch {
		case fields == nil:
			running--
		case fields[0] == "failed":
			t.Fatalf("a child says: %s", strings.Join(fields, " "))
		default:
			g.note(fields)
		}
		if found := must[[]Recovered](t)(l.Recover(t.Context())); len(found) > 0 {
			t.Fatalf("with all processes alive, Recover did %+v", found)
		}
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	if must[int64](t)(l.Version(t.Context())) == version {
		t.Error("the changes of other processes were not noticed")
	}
	g.check(t, l)
	t.Logf("%d recordings, %d deleted", len(g.title), len(g.deleted))
}

// holdChild begins a recording, writes something, says so and waits to be killed.
func holdChild(home string, _ []string) error {
	l, err := Open(context.Background(), homeDirs(home), Options{})
	if err != nil {
		return err
	}
	r, header, err := l.Begin(context.Background(), NewRecording{Title: "held", Cols: 80, Rows: 24})
	if err != nil {
		return err
	}
	w, err := castfile.Create(r.Path, header, castfile.Options{})
	if err != nil {
		return err
	}
	empty := w.Size() // but for the header
	if err := w.Append(cast.Event{Time: time.Second, Code: cast.Output, Data: "kept"}); err != nil {
		return err
	}
	for w.Size() == empty {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("holding", r.ID)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func TestARecordingOfAnotherProcess(t *testing.T) {
	home := t.TempDir()
	child := startChild(t, "hold", home)
	fields, ok := child.next(t)
	if !ok {
		t.Fatal("the child ended by itself")
	}
	id := fields[1]
	l := openLibrary(t, home, Options{})
	if found := recovered(t, l); found != nil {
		t.Errorf("while it lives: %+v", found)
	}
	r := must[Recording](t)(l.Get(t.Context(), id))
	if r.Status != StatusRecording || r.Size == 0 {
		t.Errorf("while it lives it is %+v", r)
	}
	var busy *ErrBusy
	if err := l.Delete(t.Context(), id); !errors.As(err, &busy) {
		t.Errorf("delete: %v, want *ErrBusy", err)
	}
	if _, err := l.Finish(t.Context(), id, FinishInfo{}); !errors.As(err, &busy) {
		t.Errorf("finish: %v, want *ErrBusy", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	found := recovered(t, l)
	if len(found) != 1 || found[0].Action != ActionRepaired || found[0].Recording.ID != id || found[0].Recording.Duration != time.Second {
		t.Errorf("after its end: %+v", found)
	}
	checkWhole(t, l)
}
