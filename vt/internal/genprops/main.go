// Command genprops writes props_table.go: for every code point its columns and
// what clustering needs, from the files of the Unicode Character Database.
//
//	go run ./internal/genprops -ucd /usr/share/unicode > props_table.go
//
// Debian's package unicode-data has the files.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const size = 0x110000

// The layout of a property byte; vt/props.go reads it.
const (
	widthBits  = 3
	classShift = 2
	emojiStyle = 1 << 6
)

var classes = map[string]byte{
	"Control": 1, "CR": 1, "LF": 1, "Extend": 2, "ZWJ": 4, "SpacingMark": 5, "Prepend": 6,
	"Regional_Indicator": 7, "L": 8, "V": 9, "T": 10, "LV": 11, "LVT": 12,
}

const (
	classLinker      = 3 // an Extend that joins Indic consonants
	classPictograph  = 13
	classIndicLetter = 14
)

func main() {
	ucd := flag.String("ucd", "/usr/share/unicode", "folder of the Unicode Character Database")
	flag.Parse()
	g := generator{ucd: *ucd, props: make([]byte, size)}
	g.widths()
	g.clusters()
	g.write(os.Stdout)
}

type generator struct {
	ucd     string
	version string
	props   []byte
}

// each calls f for every "first..last ; value" line of a file of the database.
func (g *generator) each(file string, f func(first, last int, value string)) {
	data, err := os.ReadFile(filepath.Join(g.ucd, file))
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		span, value, ok := strings.Cut(line, ";")
		if !ok {
			continue
		}
		value, _, _ = strings.Cut(strings.TrimSpace(value), " ")
		first, last, ok := strings.Cut(strings.TrimSpace(span), "..")
		if !ok {
			last = first
		}
		f(hex(first), hex(last), value)
	}
	if name := bytes.SplitN(data, []byte("\n"), 2)[0]; g.version == "" {
		if i := bytes.LastIndexByte(name, '-'); i > 0 {
			g.version = string(bytes.TrimSuffix(name[i+1:], []byte(".txt")))
		}
	}
}

func hex(s string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 16, 32)
	if err != nil {
		log.Fatal(err)
	}
	return int(n)
}

func (g *generator) set(first, last int, f func(byte) byte) {
	for r := first; r <= last; r++ {
		g.props[r] = f(g.props[r])
	}
}

func (g *generator) setWidth(first, last int, w byte) {
	g.set(first, last, func(p byte) byte { return p&^widthBits | w })
}

func (g *generator) setClass(first, last int, c byte) {
	g.set(first, last, func(p byte) byte { return p&^(15<<classShift) | c<<classShift })
}

// widths counts as wcwidth does: marks and format characters take no column,
// East Asian wide and full-width characters two, all else one.
func (g *generator) widths() {
	g.setWidth(0, size-1, 1)
	g.each("EastAsianWidth.txt", func(first, last int, value string) {
		if value == "W" || value == "F" {
			g.setWidth(first, last, 2)
		}
	})
	g.each("extracted/DerivedGeneralCategory.txt", func(first, last int, value string) {
		switch value {
		case "Mn", "Me", "Cf", "Cc", "Zl", "Zp":
			g.setWidth(first, last, 0)
		}
	})
	g.each("PropList.txt", func(first, last int, value string) {
		if value == "Prepended_Concatenation_Mark" {
			g.setWidth(first, last, 1) // Cf, but drawn
		}
	})
	g.setWidth(0xad, 0xad, 1)     // soft hyphen: drawn
	g.setWidth(0x1160, 0x11ff, 0) // Hangul vowels and finals join their syllable
	g.setWidth(0xd7b0, 0xd7fb, 0)
	g.setWidth(0x200b, 0x200b, 0)
}

func (g *generator) clusters() {
	g.each("emoji/emoji-data.txt", func(first, last int, value string) {
		if value == "Extended_Pictographic" {
			g.setClass(first, last, classPictograph)
		}
	})
	g.each("auxiliary/GraphemeBreakProperty.txt", func(first, last int, value string) {
		c, ok := classes[value]
		if !ok {
			log.Fatalf("unknown grapheme break class %q", value)
		}
		g.setClass(first, last, c)
	})
	// Indic conjuncts (UAX #29, GB9c): the six scripts that join by a virama.
	conjunct := make([]bool, size)
	g.each("Scripts.txt", func(first, last int, value string) {
		switch value {
		case "Bengali", "Devanagari", "Gujarati", "Malayalam", "Oriya", "Telugu":
			for r := first; r <= last; r++ {
				conjunct[r] = true
			}
		}
	})
	g.each("IndicSyllabicCategory.txt", func(first, last int, value string) {
		for r := first; r <= last; r++ {
			switch {
			case !conjunct[r]:
			case value == "Virama":
				g.setClass(r, r, classLinker)
			case value == "Consonant":
				g.setClass(r, r, classIndicLetter)
			}
		}
	})
	g.emojiStyles()
}

// emojiStyles marks the characters that U+FE0F turns into wide emoji.
func (g *generator) emojiStyles() {
	data, err := os.ReadFile(filepath.Join(g.ucd, "emoji/emoji-variation-sequences.txt"))
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if f := strings.Fields(line); len(f) > 2 && f[1] == "FE0F" {
			g.props[hex(f[0])] |= emojiStyle
		}
	}
}

// write prints a two-stage table: for each 256 code points the number of their
// page, and the pages, equal ones once.
func (g *generator) write(to *os.File) {
	w := bufio.NewWriter(to)
	defer w.Flush()
	index := make([]byte, 0, size/256)
	var pages []string
	known := make(map[string]int)
	for i := 0; i < size; i += 256 {
		page := string(g.props[i : i+256])
		n, ok := known[page]
		if !ok {
			n = len(pages)
			known[page] = n
			pages = append(pages, page)
		}
		index = append(index, byte(n))
	}
	if len(pages) > 256 {
		log.Fatalf("%d pages do not fit a byte", len(pages))
	}
	fmt.Fprintf(w, "// Code generated by internal/genprops from Unicode %s; DO NOT EDIT.\n\npackage vt\n", g.version)
	dump(w, "propsIndex", string(index))
	dump(w, "propsPages", strings.Join(pages, ""))
}

func dump(w *bufio.Writer, name, s string) {
	fmt.Fprintf(w, "\nconst %s = \"\" +\n", name)
	for i := 0; i < len(s); i += 64 {
		end := min(i+64, len(s))
		fmt.Fprint(w, "\t\"")
		for _, b := range []byte(s[i:end]) {
			fmt.Fprintf(w, "\\x%02x", b)
		}
		fmt.Fprint(w, "\"")
		if end < len(s) {
			fmt.Fprint(w, " +")
		}
		fmt.Fprintln(w)
	}
}
