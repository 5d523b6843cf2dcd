package cast

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseSize reads a size as resize events have it: "80x24", both numbers between
// 1 and 99,999.
func ParseSize(s string) (cols, rows int, err error) {
	c, r, found := strings.Cut(s, "x")
	cols, okC := sizeNumber(c)
	rows, okR := sizeNumber(r)
	if !found || !okC || !okR {
		return 0, 0, fmt.Errorf("%q is not a size such as 80x24", cut(s))
	}
	return cols, rows, nil
}

func sizeNumber(s string) (int, bool) {
	if len(s) == 0 || len(s) > 5 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n > 0
}

// FormatSize writes a size as resize events have it.
func FormatSize(cols, rows int) string {
	return strconv.Itoa(cols) + "x" + strconv.Itoa(rows)
}

// ParseTime reads a time in a recording as people write it: "12.5" (seconds),
// "1:23", "1:02:03.5", "1h2m3s", and "50%" of total. A percentage needs a total
// above zero. The result may lie beyond total.
func ParseTime(s string, total time.Duration) (time.Duration, error) {
	d, err := parseTime(strings.TrimSpace(s), total)
	if err == nil && (d < 0 || d > MaxTime) {
		err = fmt.Errorf("%q is not a time in a recording", cut(s))
	}
	if err != nil {
		return 0, err
	}
	return d, nil
}

func parseTime(s string, total time.Duration) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a time such as 12.5, 1:23, 1h2m3s or 50%%", cut(s))
	if p, ok := strings.CutSuffix(s, "%"); ok {
		f, ok := decimal(p)
		switch {
		case !ok || f > 100:
			return 0, bad
		case total <= 0:
			return 0, fmt.Errorf("%q: the length of the recording is not known", cut(s))
		}
		return time.Duration(math.Round(float64(total) * f / 100)), nil
	}
	if strings.ContainsAny(s, "hmsuµn") {
		d, err := time.ParseDuration(s)
		if err != nil || strings.ContainsAny(s, "+-") {
			return 0, bad
		}
		return d, nil
	}
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return 0, bad
	}
	var seconds float64
	for i, p := range parts {
		f, ok := decimal(p)
		last := i == len(parts)-1
		if !ok || !last && f != math.Trunc(f) || i > 0 && f >= 60 {
			return 0, bad
		}
		seconds = seconds*60 + f
	}
	if seconds > MaxTime.Seconds() {
		return 0, bad
	}
	return time.Duration(math.Round(seconds * float64(time.Second))), nil
}

// decimal reads digits with at most one point among them, and nothing else that
// strconv would take (signs, exponents, "Inf", "0x1p4").
func decimal(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// FormatTime writes a time as clocks show it, in whole seconds, rounded down:
// "0:05", "1:23", "1:02:03".
func FormatTime(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	s := int64(d / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%s%d:%02d:%02d", sign, s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%s%d:%02d", sign, s/60, s%60)
}

// cut shortens what stood in a file to what fits in an error.
func cut(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
