package config

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// Write writes all settings as a file that Load reads back the same, with a comment
// for each. The error is w's.
func Write(w io.Writer, c Config) error {
	var b bytes.Buffer
	section := ""
	for _, s := range settings {
		in, name, _ := strings.Cut(s.name, ".")
		if in != section {
			if section != "" {
				b.WriteByte('\n')
			}
			section = in
			fmt.Fprintf(&b, "[%s]\n", section)
		}
		fmt.Fprintf(&b, "# %s\n%s = %s\n", s.about, name, literal(c.value(in, name)))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// value is a setting's, by the names in the file.
func (c Config) value(section, name string) any {
	return tagged(tagged(reflect.ValueOf(c), section), name).Interface()
}

func tagged(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("toml") == name {
			return v.Field(i)
		}
	}
	panic("no setting " + name) // the table is wrong, which a test finds
}

// literal is a value in TOML.
func literal(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case []string:
		quoted := make([]string, len(v))
		for i, s := range v {
			quoted[i] = strconv.Quote(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	default:
		return strconv.Quote(fmt.Sprint(v))
	}
}
