package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/recording/pack"
	"rexec/tui/widget"
)

type exportFlags struct {
	output, all string
	force       bool
}

func newExport(a *app) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export ID|FILE… [-o FILE|FOLDER|-]",
		Short: "Copy recordings out of the library, as asciicasts",
		Long: `Copy recordings out of the library, to the byte as they were recorded or imported; what
the library keeps compressed comes out as a plain cast. They are named by their date and
title, in the current folder or the one that -o names; -o can also name the file, or - for
standard output. A FILE is copied too, unpacked if it is compressed.

--all FOLDER copies all of them and writes ` + library.IndexName + ` beside them, which has their titles,
tags, dates and hashes. Run again, it writes what is new and leaves what is there.

No file is replaced that holds something else, unless --overwrite is given.

rexec convert makes other formats.`,
		Example: `  rexec export 019f7a
  rexec export 019f7a -o demo.cast
  rexec export --all ~/backup/casts`,
		Args: func(cmd *cobra.Command, given []string) error {
			switch {
			case f.all == "" && !cmd.Flags().Changed("all"):
				return args(1, -1, "a recording, or --all FOLDER")(cmd, given)
			case f.all == "" || len(given) > 0 || f.output != "":
				return usagef("--all takes a folder and nothing else; see rexec export --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, names []string) error {
			ctx := cmd.Context()
			if f.all != "" {
				return a.exportAll(ctx, f.all, f.force)
			}
			return a.exportSome(ctx, names, f)
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to the file or into the folder `OUT`; - is standard output")
	cmd.Flags().StringVar(&f.all, "all", "", "copy all recordings into `FOLDER`")
	overwriteFlag(cmd, &f.force, "replace files that hold something else")
	_ = cmd.MarkFlagDirname("all")
	return cmd
}

// exported is one recording that is to be copied: of the library, or a file.
type exported struct {
	arg, name string // name: for a folder
	id, path  string // one of both
}

func (a *app) exportSome(ctx context.Context, names []string, f exportFlags) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	var list []exported
	for _, arg := range names { // all are found before any is written
		t, err := lib.Resolve(ctx, arg)
		switch {
		case err != nil:
			return notFound(err)
		case t.Stdin:
			return usagef("- is no recording of the library, nor a file")
		case t.Recording != nil:
			list = append(list, exported{arg: arg, name: library.ExportName(*t.Recording), id: t.Recording.ID})
		default:
			name := strings.TrimSuffix(filepath.Base(t.Path), pack.Ext)
			list = append(list, exported{arg: arg, name: name, path: t.Path})
		}
	}
	if f.output == "-" {
		return a.exportToStdout(ctx, lib, list)
	}
	dir, file, err := exportTarget(f.output, len(list))
	if err != nil {
		return err
	}
	failed := 0
	for _, x := range list {
		path := file
		if path == "" {
			path = filepath.Join(dir, x.name)
		}
		wrote, err := a.exportOne(ctx, lib, x, path, f.force)
		var there *library.ErrExists
		switch {
		case ctx.Err() != nil:
			return silently(exitInterrupted)
		case errors.As(err, &there):
			failed++
			a.say("%s exists; name another place with -o, or replace it with --overwrite", path)
		case err != nil:
			failed++
			a.say("%s: %v", x.arg, err)
		case wrote:
			fmt.Fprintln(a.out, visible.String(path))
		default:
			fmt.Fprintf(a.out, "%s: it is there already\n", visible.String(path))
		}
	}
	if failed > 0 {
		return silently(exitFailure)
	}
	return nil
}

// exportTarget says whether an output is a folder or a file.
func exportTarget(output string, files int) (dir, file string, err error) {
	info, statErr := os.Stat(output)
	isDir := statErr == nil && info.IsDir()
	switch {
	case output == "":
		return ".", "", nil
	case isDir:
		return output, "", nil
	case files > 1 && statErr == nil:
		return "", "", usagef("%s is a file, and there are %s; name a folder", output, widget.Count(files, "recording"))
	case files > 1 || os.IsPathSeparator(output[len(output)-1]):
		return output, "", os.MkdirAll(output, 0o700)
	}
	return "", output, nil
}

func (a *app) exportOne(ctx context.Context, lib *library.Library, x exported, path string, force bool) (wrote bool, err error) {
	p := a.progress("exporting " + x.arg)
	defer p.end()
	if x.id != "" {
		return lib.ExportFile(ctx, x.id, path, force, p.set)
	}
	in, err := a.openRecording(ctx, "exporting", x.arg)
	if err != nil {
		return false, err
	}
	defer in.close()
	if info, err := os.Stat(path); err == nil && (in.isFile(info) || !force) {
		return false, &library.ErrExists{Path: path}
	}
	return true, a.writeOutput(path, force, in, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}

func (a *app) exportToStdout(ctx context.Context, lib *library.Library, list []exported) error {
	if len(list) > 1 {
		return usagef("-o - is for one recording; name a folder for %d", len(list))
	}
	if x := list[0]; x.id != "" {
		return lib.Export(ctx, x.id, a.out, nil)
	}
	in, err := a.openRecording(ctx, "exporting", list[0].arg)
	if err != nil {
		return err
	}
	defer in.close()
	_, err = io.Copy(a.out, in)
	return err
}

func (a *app) exportAll(ctx context.Context, dir string, force bool) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	p := a.progress("exporting")
	results, err := lib.ExportAll(ctx, dir, library.ExportOptions{Force: force, Progress: func(e library.ExportProgress) { p.set(e.Done, e.Total) }})
	p.end()
	wrote, there, failed := 0, 0, 0
	for _, r := range results {
		switch {
		case errors.As(r.Err, new(*library.ErrExists)):
			failed++
			a.say("%s is another file than was exported; --overwrite replaces it", filepath.Join(dir, r.File))
		case r.Err != nil:
			failed++
			a.say("%s (%s): %v", r.Recording.ID, r.Recording.Name(), r.Err)
		case r.Wrote:
			wrote++
		default:
			there++
		}
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	text := fmt.Sprintf("%s exported to %s", widget.Count(wrote, "recording"), visible.String(dir))
	if there > 0 {
		text += fmt.Sprintf(", %d already there", there)
	}
	if failed > 0 {
		text += fmt.Sprintf("; %d were not", failed)
	}
	fmt.Fprintln(a.out, text)
	switch {
	case ctx.Err() != nil:
		a.say("interrupted; run it again to go on")
		return silently(exitInterrupted)
	case failed > 0:
		return silently(exitFailure)
	}
	return nil
}
