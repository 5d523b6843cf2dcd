package cast

import (
	"testing"
	"time"
)

func TestParseSize(t *testing.T) {
	for _, c := range []struct {
		in         string
		cols, rows int
	}{
		{"80x24", 80, 24}, {"1x1", 1, 1}, {"5000x300", 5000, 300}, {"080x024", 80, 24},
		{"", 0, 0}, {"80", 0, 0}, {"80x", 0, 0}, {"x24", 0, 0}, {"0x24", 0, 0}, {"80x0", 0, 0},
		{"-1x0", 0, 0}, {"80x24x2", 0, 0}, {"80X24", 0, 0}, {" 80x24", 0, 0}, {"+80x24", 0, 0},
		{"8e1x24", 0, 0}, {"99999999999999999999x1", 0, 0}, {"٣x٣", 0, 0},
	} {
		cols, rows, err := ParseSize(c.in)
		if cols != c.cols || rows != c.rows || (err == nil) != (c.cols > 0) {
			t.Errorf("ParseSize(%q) = %d, %d, %v; want %d, %d", c.in, cols, rows, err, c.cols, c.rows)
		}
	}
}

func TestParseTime(t *testing.T) {
	const total = 200 * time.Second
	for _, c := range []struct {
		in   string
		want time.Duration // -1: an error
	}{
		{"0", 0}, {"12.5", 12500 * time.Millisecond}, {"12.", 12 * time.Second}, {".5", time.Second / 2},
		{" 7 ", 7 * time.Second}, {"300", 300 * time.Second},
		{"1:23", 83 * time.Second}, {"1:02:03", 3723 * time.Second}, {"0:0.25", time.Second / 4},
		{"90:00", 90 * time.Minute}, {"1:02:03.5", 3723500 * time.Millisecond},
		{"1h2m3s", 3723 * time.Second}, {"90m", 90 * time.Minute}, {"1.5s", 1500 * time.Millisecond}, {"250ms", 250 * time.Millisecond},
		{"50%", 100 * time.Second}, {"0%", 0}, {"100%", total}, {"12.5%", 25 * time.Second},
		{"", -1}, {"abc", -1}, {"-1", -1}, {"+1", -1}, {"1e3", -1}, {"Inf", -1}, {"NaN", -1}, {"0x10", -1}, {"1_0", -1},
		{"1:60", -1}, {"1:2:3:4", -1}, {":", -1}, {"1:", -1}, {"1.5:00", -1}, {"-1m", -1}, {"1h-2m", -1}, {"5m:3", -1},
		{"101%", -1}, {"-5%", -1}, {"%", -1}, {"1..2", -1}, {"99999999999999", -1}, {"1000000h", -1},
	} {
		got, err := ParseTime(c.in, total)
		if c.want < 0 {
			if err == nil {
				t.Errorf("ParseTime(%q) = %v, want an error", c.in, got)
			}
		} else if got != c.want || err != nil {
			t.Errorf("ParseTime(%q) = %v, %v; want %v", c.in, got, err, c.want)
		}
	}
	if d, err := ParseTime("50%", 0); err == nil {
		t.Errorf("half of an unknown length is %v", d)
	}
}

func TestFormatTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                              "0:00",
		5999 * time.Millisecond:        "0:05",
		83 * time.Second:               "1:23",
		time.Hour - 1:                  "59:59",
		3723 * time.Second:             "1:02:03",
		100*time.Hour + 61*time.Second: "100:01:01",
		-83 * time.Second:              "-1:23",
	} {
		if got := FormatTime(d); got != want {
			t.Errorf("FormatTime(%v) = %q, want %q", d, got, want)
		}
	}
}
