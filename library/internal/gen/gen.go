// Package gen makes recordings for measuring: shell sessions of any size, the same
// ones for the same seed. Their text is made to be as hard for an index as real text
// is: few words are frequent and many are rare, every file name, hash and number is
// new, and some of it is Chinese.
package gen

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// Generator makes sessions. It is used by one goroutine at a time.
type Generator struct {
	random *rand.Rand
	zipf   *rand.Zipf
	words  []string
	now    time.Time
}

// New makes a generator; its first session is recorded at start.
func New(seed uint64, start time.Time) *Generator {
	g := &Generator{random: rand.New(rand.NewPCG(seed, 1)), now: start}
	const vocabulary = 30_000
	seen := map[string]bool{}
	for len(g.words) < vocabulary {
		if w := g.newWord(); !seen[w] {
			seen[w] = true
			g.words = append(g.words, w)
		}
	}
	g.zipf = rand.NewZipf(g.random, 1.15, 3, vocabulary-1)
	return g
}

// Session is what was recorded at once.
type Session struct {
	Title, Host, Dir string
	Created          time.Time
	Commands         []Command
}

// Command is a command and what it printed.
type Command struct {
	Text string
	Exit int
	Took time.Duration
	Out  []string
}

// Next makes a session with about so many bytes of text, some hours after the one
// before.
func (g *Generator) Next(bytes int) Session {
	g.now = g.now.Add(time.Duration(g.random.ExpFloat64() * float64(2*time.Hour)))
	s := Session{
		Title: g.Word() + " " + g.Word(), Host: fmt.Sprintf("host%d", g.random.IntN(5)),
		Dir: "/home/me/src/" + g.Word(), Created: g.now,
	}
	for size := 0; size < bytes; {
		c := Command{Text: g.command(), Took: time.Duration(g.random.ExpFloat64() * float64(3*time.Second))}
		if g.random.IntN(6) == 0 {
			c.Exit = 1 + g.random.IntN(3)
		}
		size += len(c.Text)
		kind := g.random.IntN(len(kinds))
		for n := 1 + int(g.random.ExpFloat64()*40); n > 0 && size < bytes; n-- {
			line := kinds[kind](g)
			size += len(line)
			c.Out = append(c.Out, line)
		}
		s.Commands = append(s.Commands, c)
	}
	return s
}

// Word returns a word: a few come often.
func (g *Generator) Word() string { return g.words[g.zipf.Uint64()] }

// syllables are what words are made of: those of real ones, so that the letters
// follow one another as they do in real ones.
var syllables = strings.Fields(`a ac ad al an ap ar as at au ba be bi bo bu by ca ce ch ci cl co con com cr
	da de di do du ed el em en er es ex fa fi fo for fr ful ga ge gi go gr ha he hi ho ic id ig il im in ing ion
	ir is it iv ka ke ki la le li lo lu ly ma me ment mi mo mp mu na nd ne ng ni no nt nu ob of on op or os ou ow
	pa pe per ph pi pl po pr pre pro pu qu ra re ri ro ru sa sc se sh si so sp st str su ta te ter th ti tion to tr
	tu ty ul um un up ur us ut va ve ver vi vo wa we wi wo xt ya ze`)

func (g *Generator) newWord() string {
	var b strings.Builder
	for range 1 + g.random.IntN(4) {
		b.WriteString(syllables[g.random.IntN(len(syllables))])
	}
	return b.String()
}

func (g *Generator) sentence(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = g.Word()
	}
	return strings.Join(words, " ")
}

func (g *Generator) command() string {
	programs := []string{"git", "make", "go", "kubectl", "ls", "cat", "grep", "docker", "ssh", "vim", "curl", "psql"}
	return fmt.Sprintf("%s %s --%s=%d %s", programs[g.random.IntN(len(programs))], g.Word(), g.Word(), g.random.IntN(100), g.path())
}

func (g *Generator) path() string {
	return fmt.Sprintf("%s/%s/%s_%d.%s", g.Word(), g.Word(), g.Word(), g.random.IntN(1000), []string{"go", "md", "yaml", "c"}[g.random.IntN(4)])
}

// kinds are the kinds of lines that commands print.
var kinds = []func(*Generator) string{
	func(g *Generator) string { // a log
		return fmt.Sprintf("%s level=%s msg=%q id=%08x took=%dms", g.now.Add(time.Duration(g.random.IntN(3600e3))*time.Millisecond).Format("2006-01-02T15:04:05.000"),
			[]string{"info", "info", "info", "warn", "error"}[g.random.IntN(5)], g.sentence(3+g.random.IntN(6)), g.random.Uint32(), g.random.IntN(5000))
	},
	func(g *Generator) string { // a listing
		return fmt.Sprintf("-rw-r--r-- 1 me me %9d Mar %2d %02d:%02d %s", g.random.IntN(1e8), 1+g.random.IntN(31), g.random.IntN(24), g.random.IntN(60), g.path())
	},
	func(g *Generator) string { // source
		return fmt.Sprintf("%s%s.%s(%s, %d) // %s", strings.Repeat("    ", g.random.IntN(4)), g.Word(), g.Word(), g.Word(), g.random.IntN(50), g.sentence(g.random.IntN(6)+1))
	},
	func(g *Generator) string { return g.sentence(6 + g.random.IntN(12)) },
	func(g *Generator) string { // what a compiler says
		return fmt.Sprintf("%s:%d:%d: %s", g.path(), g.random.IntN(900)+1, g.random.IntN(80)+1, g.sentence(4))
	},
	func(g *Generator) string { // test results, and a hash now and then
		if g.random.IntN(5) > 0 {
			return fmt.Sprintf("ok  \t%s/%s\t%.3fs", g.Word(), g.Word(), g.random.Float64()*10)
		}
		return fmt.Sprintf("%016x%016x  %s", g.random.Uint64(), g.random.Uint64(), g.path())
	},
	func(g *Generator) string { // Chinese, now and then
		if g.random.IntN(10) > 0 {
			return g.sentence(8)
		}
		r := make([]rune, 5+g.random.IntN(20))
		for i := range r {
			r[i] = rune(0x4e00 + min(g.zipf.Uint64(), 3000))
		}
		return string(r)
	},
}

// WriteCast writes the session as an asciicast v2, by a shell that marks its
// commands (OSC 133).
func (s Session) WriteCast(w io.Writer) error {
	b := bufio.NewWriter(w)
	header, err := json.Marshal(map[string]any{
		"version": 2, "width": 160, "height": 50, "timestamp": s.Created.Unix(), "title": s.Title,
		"rexec": map[string]string{"host": s.Host, "dir": s.Dir},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "%s\n", header)
	at := time.Duration(0)
	event := func(after time.Duration, data string) {
		at += after
		text, _ := json.Marshal(data)
		fmt.Fprintf(b, "[%.6f, \"o\", %s]\n", at.Seconds(), text)
	}
	const esc, bel = "\x1b", "\a"
	for _, c := range s.Commands {
		event(100*time.Millisecond, esc+"]133;A"+bel+"$ "+esc+"]133;B"+bel)
		event(time.Second, c.Text)
		event(100*time.Millisecond, "\r\n"+esc+"]133;C"+bel)
		for len(c.Out) > 0 {
			n := min(20, len(c.Out))
			event(10*time.Millisecond, strings.Join(c.Out[:n], "\r\n")+"\r\n")
			c.Out = c.Out[n:]
		}
		event(c.Took, fmt.Sprintf(esc+"]133;D;%d"+bel, c.Exit))
	}
	return b.Flush()
}
