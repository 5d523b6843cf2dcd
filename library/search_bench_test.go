package library

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rexec/library/internal/gen"
)

// The library that is measured: REXEC_BENCH_RECORDINGS recordings with
// REXEC_BENCH_MB megabytes of text, in the folder REXEC_BENCH_HOME, which is filled
// when there is nothing and used again when there is:
//
//	REXEC_BENCH_RECORDINGS=10000 REXEC_BENCH_MB=1000 REXEC_BENCH_HOME=/var/tmp/big \
//		go test ./library -run '^$' -bench 'Build|Find' -timeout 2h
const (
	benchRecordings = 200
	benchMB         = 10
)

func setting(b *testing.B, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	return must[int](b)(strconv.Atoi(text))
}

var benchStart = time.Date(2024, 11, 1, 9, 0, 0, 0, time.UTC)

// BenchmarkBuild imports generated recordings into an empty library.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		home := b.TempDir()
		if kept := os.Getenv("REXEC_BENCH_HOME"); kept != "" {
			if err := os.RemoveAll(kept); err != nil {
				b.Fatal(err)
			}
			home = kept
		}
		build(b, home)
	}
}

func build(b *testing.B, home string) {
	n, mb := setting(b, "REXEC_BENCH_RECORDINGS", benchRecordings), setting(b, "REXEC_BENCH_MB", benchMB)
	l := openLibrary(b, home, Options{})
	defer l.Close()
	g := gen.New(1, benchStart)
	random := rand.New(rand.NewPCG(3, 4))
	// Files are made, and brought in together, some hundreds at a time.
	const together = 250
	dir := b.TempDir()
	var took, cost time.Duration
	var casts int64
	for done := 0; done < n; done += together {
		var paths []string
		for i := range min(together, n-done) {
			// Half of the recordings are small, some are big.
			s := g.Next(int(float64(mb) * 1e6 / float64(n) * random.ExpFloat64()))
			path := filepath.Join(dir, fmt.Sprintf("%d.cast", i))
			f := must[*os.File](b)(os.Create(path))
			if err := s.WriteCast(f); err != nil {
				b.Fatal(err)
			}
			f.Close()
			paths = append(paths, path)
		}
		begun, cpu := time.Now(), cpuTime()
		for _, r := range must[[]ImportResult](b)(l.ImportAll(b.Context(), paths, nil)) {
			if r.Err != nil {
				b.Fatal(r.Err)
			}
			casts += r.Recording.Size
		}
		took, cost = took+time.Since(begun), cost+cpuTime()-cpu
	}
	var text int64
	if err := l.db.read.QueryRow(`SELECT sum(bytes) FROM texts`).Scan(&text); err != nil {
		b.Fatal(err)
	}
	if err := l.Close(); err != nil { // empties the log
		b.Fatal(err)
	}
	size := must[os.FileInfo](b)(os.Stat(l.dbPath())).Size()
	b.ReportMetric(float64(text)/1e6, "text-MB")
	b.ReportMetric(float64(text)/1e6/took.Seconds(), "text-MB/s")
	b.ReportMetric(float64(text)/1e6/max(cost.Seconds(), 1e-3), "text-MB/cpu-s")
	b.ReportMetric(float64(casts)/1e6/took.Seconds(), "cast-MB/s")
	b.ReportMetric(float64(n)/took.Seconds(), "recordings/s")
	b.ReportMetric(float64(size)/float64(text), "db/text")
}

// BenchmarkFind measures how long the first page of fifty hits takes: the middle and
// the slowest twentieth of many different queries.
func BenchmarkFind(b *testing.B) {
	home := os.Getenv("REXEC_BENCH_HOME")
	if _, err := os.Stat(filepath.Join(home, "library.db")); home == "" || err != nil {
		if home == "" {
			home = b.TempDir()
		}
		build(b, home)
	}
	l := openLibrary(b, home, Options{Now: func() time.Time { return benchStart.AddDate(1, 0, 0) }})
	for _, kind := range queryKinds(b, l) {
		b.Run(kind.name, func(b *testing.B) {
			var took, cost []time.Duration
			hits := 0
			for b.Loop() {
				q := kind.queries[len(took)%len(kind.queries)]
				begun, cpu := time.Now(), cpuTime()
				for _, err := range l.Search(b.Context(), SearchOptions{Query: q, Limit: 50}) {
					if err != nil {
						b.Fatal(q, err)
					}
					hits++
				}
				took, cost = append(took, time.Since(begun)), append(cost, cpuTime()-cpu)
			}
			if os.Getenv("REXEC_BENCH_SLOW") != "" {
				for i, d := range took {
					if d > 50*time.Millisecond {
						b.Logf("%v %s", d, kind.queries[i%len(kind.queries)])
					}
				}
			}
			at := func(of []time.Duration, part float64) float64 {
				slices.Sort(of)
				return of[int(part*float64(len(of)-1))].Seconds() * 1e3
			}
			b.ReportMetric(at(took, 0.5), "p50-ms")
			b.ReportMetric(at(took, 0.95), "p95-ms")
			b.ReportMetric(at(took, 1), "max-ms")
			if at(cost, 1) > 0 { // on a busy machine, this says more
				b.ReportMetric(at(cost, 0.5), "p50-cpu-ms")
				b.ReportMetric(at(cost, 0.95), "p95-cpu-ms")
			}
			b.ReportMetric(float64(hits)/float64(len(took)), "hits")
		})
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.Logf("%d MB from the system", m.Sys>>20)
}

type queryKind struct {
	name    string
	queries []string
}

// queryKinds makes queries out of lines that are in the library, so that frequent
// words are asked for often, and some that find nothing.
func queryKinds(b *testing.B, l *Library) []queryKind {
	lines := sampleLines(b, l, 200)
	random := rand.New(rand.NewPCG(5, 6))
	pick := func(line string) []string {
		words := strings.FieldsFunc(line, func(r rune) bool { return r < '0' || r > '9' && r < 'A' || r > 'z' || r > 'Z' && r < 'a' })
		return slices.DeleteFunc(words, func(w string) bool { return len(w) < 3 })
	}
	make := func(name string, one func(line string, words []string) string) queryKind {
		k := queryKind{name: name}
		for _, line := range lines {
			if words := pick(line); len(words) > 2 {
				if q := one(line, words); q != "" {
					k.queries = append(k.queries, q)
				}
			}
		}
		return k
	}
	word := func(words []string) string { return words[random.IntN(len(words))] }
	sub := func(line string, n int) string {
		for range 20 {
			at := random.IntN(max(1, len(line)-n))
			if s := line[at:min(len(line), at+n)]; !strings.ContainsAny(s, ` "*\`) && len(s) == n && s[0] < 0x80 {
				return s
			}
		}
		return ""
	}
	return []queryKind{
		make("word", func(_ string, w []string) string { return word(w) }),
		make("two words", func(_ string, w []string) string { return w[0] + " " + w[len(w)-1] }),
		make("no such word", func(_ string, w []string) string { return word(w) + "qx" }),
		make("phrase", func(line string, _ []string) string {
			words := strings.Fields(strings.Trim(line, "$ "))
			i := random.IntN(max(1, len(words)-1))
			return `"` + strings.ReplaceAll(strings.Join(words[i:min(len(words), i+2)], " "), `"`, ``) + `"`
		}),
		make("prefix of 3", func(_ string, w []string) string { return word(w)[:3] + "*" }),
		make("prefix of 2", func(_ string, w []string) string { return word(w)[:2] + "*" }),
		make("substring of 4", func(line string, _ []string) string {
			if s := sub(line, 4); s != "" {
				return "*" + s + "*"
			}
			return ""
		}),
		make("substring of 12", func(line string, _ []string) string {
			if s := sub(line, 12); s != "" {
				return "*" + s + "*"
			}
			return ""
		}),
		make("filtered", func(_ string, w []string) string {
			return fmt.Sprintf("%s host:host%d after:%dd -%s", word(w), random.IntN(5), 30+random.IntN(400), "zzz")
		}),
		make("title", func(_ string, w []string) string { return "title:" + word(w) }),
		make("cmd", func(_ string, w []string) string { return "cmd:git exit:!0 " + word(w) }),
		make("regexp", func(_ string, w []string) string { return `/` + word(w) + `.*\d\d/` }),
		make("bare regexp", func(_ string, w []string) string { return `/^\d+ \w+$/` }),
		make("frequent regexp", func(_ string, _ []string) string { return `/\d\d:\d\d/` }),
		// Both are frequent, and in hardly any line together.
		make("no such pair", func(_ string, w []string) string {
			return []string{"kubectl", "docker", "psql", "curl"}[random.IntN(4)] + " " + []string{"error", "warn", "level", "took"}[random.IntN(4)]
		}),
		make("Chinese", func(_ string, _ []string) string {
			return string([]rune{rune(0x4e00 + random.IntN(200)), rune(0x4e00 + random.IntN(200))})
		}),
	}
}

// sampleLines returns lines from all over the library.
func sampleLines(b *testing.B, l *Library, n int) []string {
	rows, err := l.db.read.Query(`SELECT text, size, marks, lines FROM chunks WHERE key IN
		(SELECT key FROM (SELECT key, row_number() OVER (ORDER BY key) i, count(*) OVER () n FROM chunks) WHERE i % max(1, n / ?) = 0)`, n)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	random := rand.New(rand.NewPCG(7, 8))
	var out []string
	for rows.Next() {
		var stored, packed []byte
		var size, marks int
		if err := rows.Scan(&stored, &size, &marks, &packed); err != nil {
			b.Fatal(err)
		}
		text, _, err := unpackText(stored, size, marks)
		if err != nil {
			b.Fatal(err)
		}
		lines := must[[]textLine](b)(unpackChunk(text, packed))
		out = append(out, lines[random.IntN(len(lines))].text)
	}
	return out
}

// TestGeneratorIsSeeded keeps measurements comparable.
func TestGeneratorIsSeeded(t *testing.T) {
	text := func(seed uint64) string {
		var b strings.Builder
		s := gen.New(seed, benchStart).Next(20_000)
		if err := s.WriteCast(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if once, again := text(1), text(1); once != again || once == text(2) {
		t.Error("the same seed must make the same recording, and another one another")
	}
	l := openLibrary(t, t.TempDir(), Options{})
	path := writeText(t, filepath.Join(t.TempDir(), "a.cast"), text(1))
	r := must[Recording](t)(l.Import(t.Context(), path, nil))
	if r.Status != StatusComplete || r.Commands < 5 {
		t.Errorf("a generated recording is %s and has %d commands", r.Status, r.Commands)
	}
}
