package timeline

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

// kept is a cast on disk, and a cache that keeps its index.
type kept struct {
	t     *testing.T
	data  []byte
	path  string
	cache Cache
}

func keep(t *testing.T, data []byte) *kept {
	t.Helper()
	k := &kept{t: t, path: filepath.Join(t.TempDir(), "a.cast"), cache: Cache{Dir: filepath.Join(t.TempDir(), "cache"), MinBytes: 1}}
	k.write(data)
	return k
}

func (k *kept) write(data []byte) {
	k.t.Helper()
	if err := os.WriteFile(k.path, data, 0o600); err != nil {
		k.t.Fatal(err)
	}
	k.data = data
	key, err := FileKey(k.path)
	if err != nil {
		k.t.Fatal(err)
	}
	k.cache.Key = key
}

// open opens the cast and tells whether the cache knew it.
func (k *kept) open() (*Timeline, bool) {
	k.t.Helper()
	tl, err := Open(k.t.Context(), File(k.path), Options{BlockBytes: 1 << 10, CacheBytes: 1, Cache: k.cache})
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { tl.Close() })
	return tl, tl.Indexed()
}

// index opens the cast, reads all of it, and leaves a cache.
func (k *kept) index() *Timeline {
	k.t.Helper()
	tl, _ := k.open()
	if err := tl.Index(k.t.Context(), nil); err != nil {
		k.t.Fatal(err)
	}
	return tl
}

// known fails unless the cache knows the cast; unknown, if it does.
func (k *kept) known(what string) *Timeline {
	k.t.Helper()
	tl, ok := k.open()
	if !ok {
		k.t.Fatalf("%s: the cache does not know the cast", what)
	}
	return tl
}

func (k *kept) unknown(what string) {
	k.t.Helper()
	if tl, ok := k.open(); ok {
		k.t.Errorf("%s: the cache is used", what)
	} else {
		k.exact(tl)
	}
}

// exact compares screens everywhere with a plain replay.
func (k *kept) exact(tl *Timeline) {
	k.t.Helper()
	h, all := events(k.t, k.data)
	for _, i := range []int{0, len(all) - 1, len(all) / 2, len(all) / 3, len(all) / 7, len(all) * 6 / 7} {
		f, err := tl.At(k.t.Context(), all[i].Time)
		if err != nil {
			k.t.Fatal(err)
		}
		sameOrFail(k.t, "at "+all[i].Time.String(), f.Snapshot, replay(h, all, all[i].Time))
	}
}

func story() []byte {
	return long(2000).event(3*time.Second, "m", "half").event(4*time.Second, "r", "50x20").
		print(4100*ms, "\x1b[?1049h\x1b[31mvim").event(30*time.Second, "x", "3").bytes()
}

func TestTheCacheKnowsAllOfACast(t *testing.T) {
	k := keep(t, story())
	k.unknown("before")
	first := k.index()
	again := k.known("afterwards")
	if a, b := first.Duration(), again.Duration(); a != b {
		t.Errorf("duration %v, then %v", a, b)
	}
	if a, b := first.Events(), again.Events(); a != b {
		t.Errorf("%d events, then %d", a, b)
	}
	if a, b := first.Markers(), again.Markers(); !slices.Equal(a, b) || len(a) != 1 {
		t.Errorf("markers %v, then %v", a, b)
	}
	if a, b := first.Resizes(), again.Resizes(); !slices.Equal(a, b) || len(a) != 1 {
		t.Errorf("resizes %v, then %v", a, b)
	}
	if a, b := first.IdleMap(time.Second).Spans(), again.IdleMap(time.Second).Spans(); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("pauses %v, then %v", a, b)
	}
	if n, ok := again.ExitStatus(); n != 3 || !ok {
		t.Errorf("exit status %v %v", n, ok)
	}
	if err := again.Index(t.Context(), nil); err != nil {
		t.Errorf("indexing what is indexed: %v", err)
	}
	k.exact(first)
	k.exact(again)
	q := Query{Text: "line 00199"}
	if a, b := search(t, first, q), search(t, again, q); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("hits %v, then %v", a, b)
	}
	if m := again.Memory(); m.KeyframeCount != 1 {
		t.Errorf("%d keyframes in memory, they are on disk", m.KeyframeCount)
	}
	info, err := os.Stat(cachePath(k.cache.Dir, k.cache.Key))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		t.Errorf("the cache has mode %v", mode)
	}
}

func TestACacheOfOtherBytesIsNotUsed(t *testing.T) {
	data := story()
	for name, change := range map[string]func(*kept){
		"the cast goes on": func(k *kept) { k.data = append(slices.Clone(data), `[40, "o", "more"]`+"\n"...) },
		"another start": func(k *kept) {
			k.data = []byte(strings.Replace(string(data), "line 000000", "LINE 000000", 1))
		},
		"another end": func(k *kept) { k.data = []byte(strings.Replace(string(data), "vim", "viM", 1)) },
	} {
		k := keep(t, data)
		k.index()
		key := k.cache.Key
		change(k)
		k.write(k.data)
		if k.cache.Key == key {
			t.Errorf("%s: the key is the same", name)
		}
		k.cache.Key = key
		k.unknown(name)
	}
}

// What happened to a cache file, it is passed over, screens are right, and the next
// one is good again.
func TestADamagedCacheIsReplaced(t *testing.T) {
	k := keep(t, story())
	k.index()
	path := cachePath(k.cache.Dir, k.cache.Key)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, b byte) []byte {
		d := slices.Clone(whole)
		d[at] ^= b
		return d
	}
	for name, data := range map[string][]byte{
		"empty":         {},
		"cut":           whole[:len(whole)/2],
		"cut by one":    whole[:len(whole)-1],
		"longer":        append(slices.Clone(whole), 0),
		"foreign":       []byte(strings.Repeat("something else ", 100)),
		"other version": with(len(whole)-1, 1),
		"footer":        with(len(whole)-20, 1),
		"table":         with(len(whole)-60, 0x40),
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		k.unknown(name)
		k.index()
		k.known(name + ", and made anew")
	}
	// A keyframe that is damaged: an earlier one serves.
	for at := len(cacheMagic); at < len(whole)-2000; at += len(whole) / 40 {
		if err := os.WriteFile(path, with(at, 0x10), 0o600); err != nil {
			t.Fatal(err)
		}
		tl, _ := k.open()
		k.exact(tl)
	}
	entries, err := os.ReadDir(k.cache.Dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// An index whose screens are not what the events lead to is not used, though every
// checksum is right.
func TestACacheOfAnotherEmulatorIsNotUsed(t *testing.T) {
	k := keep(t, story())
	r, err := cast.NewReader(strings.NewReader(string(k.data)), cast.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	x := NewIndexer(File(k.path), r.Header(), k.cache)
	x.limit = 1 << 10
	feedIndexer(t, x, r, func() { _, _ = x.b.term.Write([]byte("other")) })
	k.unknown("other text")
}

func feedIndexer(t *testing.T, x *Indexer, r *cast.Reader, each ...func()) {
	t.Helper()
	defer x.Close()
	for {
		pos := r.Position()
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		x.Add(pos, e)
		for _, f := range each {
			f()
		}
	}
	if err := x.Finish(r); err != nil {
		t.Fatal(err)
	}
}

func TestAnIndexerLeavesTheSameCache(t *testing.T) {
	for name, data := range map[string][]byte{
		"a story": story(), "empty": newReel(10, 2).bytes(), "one event": newReel(10, 2).print(time.Second, "x").bytes(),
	} {
		k := keep(t, data)
		r, err := cast.NewReader(strings.NewReader(string(data)), cast.Lenient)
		if err != nil {
			t.Fatal(err)
		}
		feedIndexer(t, NewIndexer(File(k.path), r.Header(), k.cache), r)
		tl := k.known(name)
		if name == "a story" {
			k.exact(tl)
		}
	}
}

func TestSmallCastsAndCastsOfNoKeyLeaveNoCache(t *testing.T) {
	k := keep(t, story())
	for name, c := range map[string]Cache{
		"small":  {Dir: k.cache.Dir, Key: k.cache.Key},
		"no key": {Dir: k.cache.Dir, MinBytes: 1},
	} {
		k.cache = c
		k.index()
		if _, err := os.Stat(c.Dir); err == nil {
			t.Errorf("%s: a cache was made", name)
		}
	}
}

func TestAClosedTimelineLeavesNoHalfCache(t *testing.T) {
	k := keep(t, story())
	tl, _ := k.open()
	if _, err := tl.At(t.Context(), time.Second); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(k.cache.Dir); len(entries) != 1 {
		t.Fatalf("while it is made the folder holds %v", entries)
	}
	tl.Close()
	if entries, _ := os.ReadDir(k.cache.Dir); len(entries) != 0 {
		t.Errorf("the folder holds %v", entries)
	}
}

func TestDropCacheTakesWhatIsHalfMadeToo(t *testing.T) {
	k := keep(t, story())
	tl, _ := k.open()
	if _, err := tl.At(t.Context(), time.Second); err != nil {
		t.Fatal(err)
	}
	if err := DropCache(k.cache.Dir, k.cache.Key); err != nil {
		t.Fatal(err)
	}
	if err := tl.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	k.exact(tl)
	if entries, _ := os.ReadDir(k.cache.Dir); len(entries) != 0 {
		t.Errorf("the folder holds %v", entries)
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var size int64
	for i, name := range []string{"a", "b", "c", "a", "d"} { // a is used again
		k := keep(t, story())
		now = now.Add(time.Hour)
		k.cache = Cache{Dir: dir, Key: Key(name), MinBytes: 1, MaxBytes: 1 << 30, Now: func() time.Time { return now }}
		if i == 4 {
			k.cache.MaxBytes = 3*size + size/2
		}
		k.index()
		path := cachePath(dir, Key(name))
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size = info.Size()
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if _, err := os.Stat(cachePath(dir, Key(name))); err == nil != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
	if err := errors.Join(DropCache(dir, "a"), DropCache(dir, "a"), DropCache(dir, "b")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(cachePath(dir, "a")); err == nil {
		t.Error("a is there after DropCache")
	}
}

func FuzzStoredTable(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "a.cast")
	if err := os.WriteFile(path, story(), 0o600); err != nil {
		f.Fatal(err)
	}
	tl, err := Open(f.Context(), File(path), Options{BlockBytes: 8 << 10, Cache: Cache{Dir: dir, Key: "k", MinBytes: 1}})
	if err != nil {
		f.Fatal(err)
	}
	if err := tl.Index(f.Context(), nil); err != nil {
		f.Fatal(err)
	}
	c := &table{}
	x := tl.index
	tl.stored.code(c, &x)
	f.Add(c.buf)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &stored{}
		x, err := s.decode(data)
		if err != nil {
			return
		}
		// Whatever it says, a timeline over it answers, or says why not.
		x.header = cast.Header{Version: 2, Cols: 10, Rows: 2}
		x.keys.add(0, vt.New(10, 2).Snapshot(), 1<<20)
		tl := &Timeline{src: Bytes([]byte("[1, \"o\", \"x\"]\n")), index: x, opt: Options{}.withDefaults(), stored: s}
		for _, pos := range []time.Duration{0, x.last / 2, x.last} {
			_, _ = tl.At(t.Context(), pos)
			_, _ = tl.Step(t.Context(), pos, -1)
		}
		tl.IdleMap(time.Second)
	})
}
