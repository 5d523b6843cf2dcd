package config

import (
	"errors"
	"strconv"
	"strings"
)

// parseNumber reads digits with at most one point among them: no signs, exponents,
// infinities or other things that strconv takes for numbers.
func parseNumber(s string) (float64, error) {
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return 0, errors.New("no number")
	}
	return strconv.ParseFloat(s, 64)
}
