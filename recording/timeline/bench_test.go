package timeline

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"rexec/internal/testreq"
)

// longCast returns a cast of 51 MB: a recorded full-screen program, 54 times end to
// end. REXEC_LONG_CAST names another file.
func longCast(b *testing.B) Source {
	b.Helper()
	if path := os.Getenv("REXEC_LONG_CAST"); path != "" {
		return File(path)
	}
	data, err := os.ReadFile(filepath.Join(testreq.Corpus(b, "casts"), "ext-rsfilc-demo.cast"))
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "long.cast")
	if err := os.WriteFile(path, repeatCast(b, data, 54), 0o600); err != nil {
		b.Fatal(err)
	}
	return File(path)
}

func openLong(b *testing.B) *Timeline { return openWith(b, Options{}) }

// openCached opens it with what another one has left in the cache.
func openCached(b *testing.B) *Timeline {
	o := Options{Cache: Cache{Dir: b.TempDir(), Key: "long"}}
	openWith(b, o).Close()
	return openWith(b, o)
}

func openWith(b *testing.B, o Options) *Timeline {
	b.Helper()
	tl, err := Open(b.Context(), longCast(b), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { tl.Close() })
	if err := tl.Index(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	return tl
}

func BenchmarkFirstFrame(b *testing.B) {
	src := longCast(b)
	for b.Loop() {
		tl, err := Open(b.Context(), src, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := tl.At(b.Context(), 0); err != nil {
			b.Fatal(err)
		}
		tl.Close()
	}
}

func BenchmarkIndex(b *testing.B) {
	src := longCast(b)
	b.SetBytes(src.Size())
	for b.Loop() {
		tl, err := Open(b.Context(), src, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := tl.Index(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
		tl.Close()
	}
}

// What an indexed cast of 51 MB holds, by its own account and by the runtime's.
func BenchmarkMemory(b *testing.B) {
	src := longCast(b)
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	for b.Loop() {
		before := heap()
		tl, err := Open(b.Context(), src, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := tl.Index(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
		m := tl.Memory()
		b.ReportMetric((heap()-before)/(1<<20), "heap-MB")
		b.ReportMetric(float64(m.Keyframes)/(1<<20), "keyframe-MB")
		b.ReportMetric(float64(m.KeyframeCount), "keyframes")
		b.ReportMetric(float64(m.Cache)/(1<<20), "cache-MB")
		tl.Close()
	}
}

// seeks goes from one random position to another, before or behind it, and reports
// the 95th percentile of the way there.
func seeks(b *testing.B, tl *Timeline, backward bool) {
	random := rand.New(rand.NewPCG(5, 6))
	var took []time.Duration
	for b.Loop() {
		from, to := random.Int64N(int64(tl.Duration())), random.Int64N(int64(tl.Duration()))
		if from > to != backward {
			from, to = to, from
		}
		if _, err := tl.At(b.Context(), time.Duration(from)); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if _, err := tl.At(b.Context(), time.Duration(to)); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}

func BenchmarkSeekForward(b *testing.B)  { seeks(b, openLong(b), false) }
func BenchmarkSeekBackward(b *testing.B) { seeks(b, openLong(b), true) }

func BenchmarkSeekForwardCached(b *testing.B)  { seeks(b, openCached(b), false) }
func BenchmarkSeekBackwardCached(b *testing.B) { seeks(b, openCached(b), true) }

// Playing asks for a position every 16 ms of the recording.
func BenchmarkPlay(b *testing.B) {
	tl := openLong(b)
	pos := time.Duration(0)
	for b.Loop() {
		if pos += 16 * time.Millisecond; pos > tl.Duration() {
			pos = 0
		}
		if _, err := tl.At(b.Context(), pos); err != nil {
			b.Fatal(err)
		}
	}
}

// Playing backward asks for a position 16 ms earlier each time.
func BenchmarkPlayBackward(b *testing.B) {
	tl := openLong(b)
	pos := tl.Duration()
	var took []time.Duration
	for b.Loop() {
		if pos -= 16 * time.Millisecond; pos < 0 {
			pos = tl.Duration()
		}
		start := time.Now()
		if _, err := tl.At(b.Context(), pos); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}

// A cast whose index the cache has, opened and taken to its middle.
func BenchmarkOpenCached(b *testing.B) {
	src := longCast(b)
	o := Options{Cache: Cache{Dir: b.TempDir(), Key: "long"}}
	open := func() *Timeline {
		tl, err := Open(b.Context(), src, o)
		if err != nil {
			b.Fatal(err)
		}
		return tl
	}
	first := open()
	if err := first.Index(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	first.Close()
	for b.Loop() {
		tl := open()
		if _, err := tl.At(b.Context(), tl.Duration()/2); err != nil || !tl.Indexed() {
			b.Fatal(err)
		}
		tl.Close()
	}
	info, err := os.Stat(cachePath(o.Cache.Dir, "long"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/(1<<20), "cache-MB")
}

func BenchmarkStepBack(b *testing.B) {
	tl := openLong(b)
	pos := tl.Duration()
	for b.Loop() {
		f, err := tl.Step(b.Context(), pos, -1)
		if err != nil {
			b.Fatal(err)
		}
		pos = f.Time
	}
}

func BenchmarkSearch(b *testing.B) {
	tl := openLong(b)
	for _, q := range []Query{{Text: "nothing like it"}, {Text: "2023"}, {Text: `\d+:\d+`, Regexp: true}} {
		b.Run(q.Text, func(b *testing.B) {
			hits := 0
			for b.Loop() {
				hits = 0
				if err := tl.Search(b.Context(), q, func(Hit) { hits++ }, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(hits), "hits")
		})
	}
}
