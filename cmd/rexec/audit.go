package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/library/query"
	"rexec/recording/cast"
	"rexec/tui/widget"
)

type auditFlags struct {
	since, until, recording, actor string
	actions                        []string
	limit                          int
	json, csv                      bool
}

func newAudit(a *app) *cobra.Command {
	var f auditFlags
	var names []string
	for _, action := range library.AuditActions {
		names = append(names, string(action))
	}
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Print who did what to which recording",
		Long: `Print the audit log of the library, the oldest entry first: recordings that were
` + strings.Join(names, ", ") + `.

An entry has the time, the action, the id of the recording, who did it (user@host), on
which terminal, and the recording's length and size then. It holds no titles and no text,
and stays when the recording is deleted. Nothing can be changed in it.

With --json, each entry is an object on a line of its own: seq, time, action, recording,
actor, terminal, duration (seconds), size (bytes), detail. --csv has the same columns,
under a line of their names; a value that a spreadsheet would take for a formula has an
apostrophe before it. Durations and sizes that were not known are 0.`,
		Example: `  rexec audit --since 7d
  rexec audit --action exported,deleted --csv > log.csv
  rexec audit --recording 019f7a --json | jq .action`,
		Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := f.filter(time.Now())
			if err != nil {
				return err
			}
			return a.audit(cmd.Context(), filter, f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.since, "since", "", "from `TIME` on: 2026-03, 2026-03-14, 2026-03-14T15:04, today, 12h, 7d, 3w")
	fl.StringVar(&f.until, "until", "", "before `TIME`")
	fl.StringSliceVar(&f.actions, "action", nil, "the `ACTION` alone; several with commas")
	fl.StringVar(&f.recording, "recording", "", "of the recording with this `ID` or beginning of one")
	fl.StringVar(&f.actor, "actor", "", "done by `WHO`: user@host, user or @host")
	fl.IntVarP(&f.limit, "limit", "n", 0, "the last `N` entries; 0 for all")
	fl.BoolVar(&f.json, "json", false, "print JSON Lines")
	fl.BoolVar(&f.csv, "csv", false, "print CSV (RFC 4180)")
	_ = cmd.RegisterFlagCompletionFunc("action", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *auditFlags) filter(now time.Time) (out library.AuditFilter, err error) {
	if f.json && f.csv {
		return out, usagef("--json and --csv exclude each other; take one")
	}
	if f.limit < 0 {
		return out, usagef("--limit takes a number from 0 on")
	}
	if out.Since, err = auditTime("--since", f.since, now); err != nil {
		return out, err
	}
	if out.Until, err = auditTime("--until", f.until, now); err != nil {
		return out, err
	}
	for _, name := range f.actions {
		action := library.AuditAction(strings.TrimSpace(name))
		if !slices.Contains(library.AuditActions, action) {
			return out, usagef("--action: there is no %q; see rexec audit --help", name)
		}
		out.Actions = append(out.Actions, action)
	}
	out.Recording, out.Actor, out.Limit = f.recording, f.actor, f.limit
	return out, nil
}

// auditTime reads a time as the search language does.
func auditTime(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	q, err := query.Parse("after:"+text, now)
	if err != nil || len(q.Terms) != 1 || q.Terms[0].Time.IsZero() {
		return time.Time{}, usagef("%s: %q is no time such as 2026-03-14, 2026-03-14T15:04, today, 12h or 7d", flag, text)
	}
	return q.Terms[0].Time, nil
}

func (a *app) audit(ctx context.Context, filter library.AuditFilter, f auditFlags) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	out := bufio.NewWriter(a.out)
	entries := lib.AuditLog(ctx, filter)
	switch {
	case f.json:
		err = writeAuditJSON(out, entries)
	case f.csv:
		err = writeAuditCSV(out, entries)
	default:
		err = a.writeAudit(out, entries)
	}
	return errors.Join(err, out.Flush())
}

func (a *app) writeAudit(w io.Writer, entries iter.Seq2[library.AuditEvent, error]) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	n := 0
	for e, err := range entries {
		if err != nil {
			return err
		}
		if n++; n == 1 {
			fmt.Fprintln(t, "TIME\tACTION\tRECORDING\tLENGTH\tSIZE\tACTOR\tTERMINAL\tDETAIL")
		}
		length, size := "-", "-"
		if e.Duration > 0 {
			length = cast.FormatTime(e.Duration)
		}
		if e.Size > 0 {
			size = widget.Bytes(e.Size)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Time.Local().Format("2006-01-02 15:04:05"), visible.String(string(e.Action)),
			visible.String(e.Recording), length, size, visible.String(e.Actor), visible.String(e.Terminal), visible.String(e.Detail))
		if n%500 == 0 { // of a long log, nobody waits for the last entry
			if err := t.Flush(); err != nil {
				return err
			}
		}
	}
	if n == 0 {
		a.say("there are no such entries in the audit log")
	}
	return t.Flush()
}

// auditEntry is an entry as audit --json prints it. Names and meaning of the fields are
// kept: programs read them.
type auditEntry struct {
	Seq       int64     `json:"seq"`
	Time      time.Time `json:"time"`
	Action    string    `json:"action"`
	Recording string    `json:"recording"`
	Actor     string    `json:"actor"`
	Terminal  string    `json:"terminal"`
	Duration  float64   `json:"duration"` // seconds
	Size      int64     `json:"size"`     // bytes
	Detail    string    `json:"detail"`
}

func writeAuditJSON(w *bufio.Writer, entries iter.Seq2[library.AuditEvent, error]) error {
	for e, err := range entries {
		if err != nil {
			return err
		}
		entry := auditEntry{e.Seq, e.Time.UTC(), string(e.Action), e.Recording, e.Actor, e.Terminal, e.Duration.Seconds(), e.Size, e.Detail}
		if err := encode(w, entry); err != nil {
			return err
		}
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}

func writeAuditCSV(w io.Writer, entries iter.Seq2[library.AuditEvent, error]) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write([]string{"seq", "time", "action", "recording", "actor", "terminal", "duration", "size", "detail"}); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		row := []string{
			strconv.FormatInt(e.Seq, 10), e.Time.UTC().Format(time.RFC3339Nano), string(e.Action), e.Recording, e.Actor, e.Terminal,
			strconv.FormatFloat(e.Duration.Seconds(), 'f', -1, 64), strconv.FormatInt(e.Size, 10), e.Detail,
		}
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// cell makes a value safe for spreadsheets, which take what begins with one of these for
// a formula, and run it: a host's name can be anything.
func cell(s string) string {
	s = visible.String(s)
	if s != "" && strings.ContainsRune("=+-@|%\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// viewed notes in the audit log that a recording of the library is played.
func (a *app) viewed(ctx context.Context, src *source) error {
	if src.id == "" {
		return nil
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	r, err := lib.Get(ctx, src.id)
	if err != nil {
		return notFound(err)
	}
	return lib.Viewed(ctx, r)
}

// terminalName is the terminal that a file is, for the audit log, or empty. In a terminal
// that rexec hosts, it is that one's session.
func terminalName(f *os.File, getenv func(string) string) string {
	if session := getenv("REXEC_SESSION"); session != "" {
		return session
	}
	own, err := f.Stat()
	if err != nil || own.Mode()&os.ModeCharDevice == 0 {
		return ""
	}
	for _, dir := range []string{"/dev/pts", "/dev"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if dir == "/dev" && !strings.HasPrefix(e.Name(), "tty") && e.Name() != "console" || e.Name() == "tty" {
				continue
			}
			// Two names of one device have different inodes, and one number.
			info, err := os.Stat(dir + "/" + e.Name())
			if err == nil && os.SameFile(own, info) {
				return dir + "/" + e.Name()
			}
		}
	}
	return ""
}
