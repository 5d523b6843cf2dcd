package vt

import (
	"testing"
	"unicode/utf8"
)

// TestWholeRuneAgrees compares the quick decoder with the standard library's on
// every lead byte with many tails.
func TestWholeRuneAgrees(t *testing.T) {
	tails := []byte{0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe4, 0xff}
	for lead := 0x80; lead < 0x100; lead++ {
		for _, b := range tails {
			for _, c := range tails {
				for _, d := range tails {
					p := []byte{byte(lead), b, c, d}
					want, size := utf8.DecodeRune(p)
					if want == utf8.RuneError {
						want, size = 0, 0
					}
					got, n := wholeRune(p)
					if n == 0 {
						got = 0
					}
					if got != want || n != size {
						t.Fatalf("% x: %U in %d bytes, want %U in %d", p, got, n, want, size)
					}
					slow, m := decodeRune(p)
					if n > 0 && (slow != got || m != n) {
						t.Fatalf("% x: decodeRune says %U in %d bytes", p, slow, m)
					}
				}
			}
		}
	}
}
