package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"rexec/internal/config"
	"rexec/library"
	"rexec/recording/cast"
	"rexec/recording/castfile"
	"rexec/recording/live"
)

// recDestination is where rec records to.
type recDestination struct {
	record  live.RecordOptions
	id      string           // of the recording
	library *library.Library // nil for a file
	masked  int              // secrets in the title, the command and the variables
}

// recDestination prepares the file, or a recording in the library.
func (a *app) recDestination(ctx context.Context, o recOptions, c live.Config, record live.RecordOptions, names []string) (*recDestination, error) {
	if o.appendTo != "" {
		return a.recContinuation(ctx, o, record)
	}
	shell, masked := os.Getenv("SHELL"), 0
	dir, _ := os.Getwd()
	h := cast.Header{
		Title: o.title, Command: commandLine(c.Command), Env: live.Environment(c, names), TermType: live.TermOf(c),
		Rexec: &cast.Rexec{Shell: shell, Dir: dir},
	}
	if record.Mask { // before the library writes it down, too
		h, masked = live.MaskHeader(h)
	}
	if o.output != "" {
		path, err := outputPath(o)
		if err != nil {
			return nil, err
		}
		h.Rexec.Host, _ = os.Hostname()
		record.Path, record.File, record.Header = path, castfile.Options{Overwrite: o.overwrite}, h
		return &recDestination{record: record, masked: masked}, nil
	}
	if o.overwrite {
		return nil, usagef("--overwrite is about the file of -o; name it")
	}
	lib, err := a.openAsItIs(ctx)
	if err != nil {
		return nil, err
	}
	rec, header, err := lib.Begin(ctx, library.NewRecording{
		Title: h.Title, Command: h.Command, Shell: h.Rexec.Shell, Dir: h.Rexec.Dir, Cols: c.Cols, Rows: c.Rows, Env: h.Env,
	})
	if err != nil {
		lib.Close()
		return nil, err
	}
	header.TermType = h.TermType
	record.Path, record.Header = rec.Path, header
	return &recDestination{record: record, id: rec.ID, library: lib, masked: masked}, nil
}

// recContinuation prepares a recording to be continued.
func (a *app) recContinuation(ctx context.Context, o recOptions, record live.RecordOptions) (*recDestination, error) {
	for flag, given := range map[string]bool{"--output": o.output != "", "--overwrite": o.overwrite, "--title": o.title != "", "--env": o.set("env")} {
		if given {
			return nil, usagef("%s is about a new recording, and --append continues one; leave one of them out", flag)
		}
	}
	record.Append = true
	if info, err := os.Stat(o.appendTo); err == nil {
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is not a recording that can be continued", o.appendTo)
		}
		record.Path, err = filepath.Abs(o.appendTo)
		return &recDestination{record: record}, err
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return nil, err
	}
	rec, err := lib.Get(ctx, o.appendTo)
	if err == nil {
		rec, err = lib.Reopen(ctx, rec.ID)
	}
	if err != nil {
		lib.Close()
		return nil, notFound(err)
	}
	record.Path = rec.Path
	return &recDestination{record: record, id: rec.ID, library: lib}, nil
}

// outputPath checks the file of -o before anything is started.
func outputPath(o recOptions) (string, error) {
	if o.output == "-" {
		return "", usagef("standard output shows the terminal; name a file to record to")
	}
	path, err := filepath.Abs(o.output)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	_, noFolder := os.Stat(filepath.Dir(path))
	switch {
	case noFolder != nil:
		return "", outputError(o.output, noFolder)
	case err != nil: // not there, or creating it will say what is wrong
		return path, nil
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a file that can be recorded to; name another one", o.output)
	case !o.overwrite:
		return "", fmt.Errorf("%s exists; name another file, or replace it with --overwrite", o.output)
	}
	return path, nil
}

func (d *recDestination) close() {
	if d.library != nil {
		d.library.Close()
	}
}

// discard takes back a recording that has not begun.
func (d *recDestination) discard(ctx context.Context) error {
	switch {
	case d.library == nil:
		return nil
	case d.record.Append:
		_, err := d.library.Finish(ctx, d.id, library.FinishInfo{})
		return err
	}
	return d.library.Delete(ctx, d.id)
}

// recSettings are what the flags say, and for what they do not say, the settings. names
// are those of the variables to keep.
func (a *app) recSettings(o recOptions) (record live.RecordOptions, names []string, err error) {
	settings, err := a.settings()
	if err != nil {
		return record, nil, err
	}
	r := settings.Recording
	record = live.RecordOptions{Mask: r.Mask && !o.noMask, Input: r.Input, Idle: time.Duration(r.Idle), Limit: time.Duration(r.Limit)}
	names = r.Env
	if o.set("input") {
		record.Input = o.input
	}
	if o.set("env") {
		names = o.env
	}
	for _, f := range []struct {
		name, value string
		to          *time.Duration
	}{{"idle", o.idle, &record.Idle}, {"limit", o.limit, &record.Limit}} {
		if !o.set(f.name) {
			continue
		}
		if *f.to, err = spanOf(f.value); err != nil {
			return record, nil, usagef("--%s: %w", f.name, err)
		}
	}
	return record, names, nil
}

// spanOf reads a span of time; a number alone is seconds, as everywhere on the command
// line.
func spanOf(s string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 0 {
		s += "s"
	}
	return config.ParseDuration(s)
}
