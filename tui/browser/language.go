package browser

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"rexec/library/query"
)

// language is what can be written in the search line, in the order of worth.
var language = []string{
	`word`, `"a phrase"`, `pre*`, `*part*`, `/regexp/`, `-not`, `cmd:git`, `out:error`, `exit:!0`,
	`title:x`, `tag:x`, `host:x`, `dir:x`, `after:7d`, `before:2026-03`, `longer:5m`, `is:trash`,
}

// values are what can stand behind a field's colon.
var values = map[query.Field]string{
	query.Command: `the command that the moment belongs to: cmd:git  cmd:"git push"  cmd:/re/`,
	query.Output:  `only in output: out:error  out:"not found"`,
	query.Title:   `in recordings with a title: title:deploy  title:"two words"`,
	query.Tag:     `in recordings with a tag: tag:prod  tag:pro*`,
	query.Host:    `recorded on a machine: host:web1`,
	query.Dir:     `run in a directory: dir:src  dir:/home/me`,
	query.Exit:    `by exit status: exit:0  exit:!0 (failed)  exit:127`,
	query.Before:  `recorded before: 2026  2026-03  2026-03-14  today  12h  7d  3w`,
	query.After:   `recorded since: 2026  2026-03  2026-03-14  today  12h  7d  3w`,
	query.Longer:  `recordings longer than: 90  1:30  1h2m`,
	query.Is:      strings.Join(query.States, "  "),
}

// helpOn says what can stand where a query ends: the values of the field that is being
// written, or "" when anything can.
func helpOn(text string) string {
	word := text[strings.LastIndexFunc(text, unicode.IsSpace)+1:]
	name, _, ok := strings.Cut(strings.TrimPrefix(word, "-"), ":")
	if !ok {
		return ""
	}
	return values[query.Field(strings.ToLower(name))]
}

// unfinished says that what is wrong with a query is only that its end is still to
// be typed.
func unfinished(text string, bad *query.Error) bool {
	return strings.HasSuffix(text, ":") && strings.Contains(bad.Reason, "needs a value") ||
		strings.HasSuffix(text, "-") || strings.Count(text, `"`)%2 == 1 && strings.Contains(bad.Reason, "has no end")
}

// unknownField says that a word of the query looks like a field and is none.
func unknownField(text string, q *query.Query) string {
	for _, word := range strings.Fields(text) {
		name, value, ok := strings.Cut(strings.TrimPrefix(word, "-"), ":")
		if !ok || value == "" || strings.HasPrefix(value, "/") || name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
			continue
		}
		if _, known := values[query.Field(strings.ToLower(name))]; known {
			continue
		}
		if near := nearest(strings.ToLower(name)); near != "" {
			return fmt.Sprintf("%s: is taken as it stands. Did you mean %s:?", name, near)
		}
		return fmt.Sprintf("%s: is taken as it stands: fields are %s.", name, fieldNames())
	}
	return ""
}

// fieldNames lists the fields, in the order in which they are told of.
func fieldNames() string {
	var names []string
	for _, l := range language {
		if name, _, ok := strings.Cut(l, ":"); ok {
			names = append(names, name+":")
		}
	}
	return strings.Join(names, " ")
}

// nearest is the field that was probably meant.
func nearest(name string) string {
	best, least := "", 3
	var fields []string
	for f := range values {
		fields = append(fields, string(f))
	}
	slices.Sort(fields)
	for _, f := range fields {
		d := distance(name, f)
		if strings.HasPrefix(f, name) && len(name) > 1 || strings.HasPrefix(name, f) && len(f) > 2 {
			d = min(d, 1)
		}
		if d < least && d < len(f)-1 {
			best, least = f, d
		}
	}
	return best
}

// distance is how many letters are to be changed, added, left out or swapped.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// alternatives is a regular expression, with a slash before it, for any of some texts.
func alternatives(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = regexp.QuoteMeta(t)
	}
	return "/" + strings.Join(quoted, "|")
}
