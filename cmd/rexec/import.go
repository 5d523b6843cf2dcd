package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/recording/cast"
	"rexec/tui/widget"
)

func newImport(a *app) *cobra.Command {
	var asciinema bool
	cmd := &cobra.Command{
		Use:   "import FILE|FOLDER|PATTERN|-…",
		Short: "Copy recordings of other places into the library",
		Long: `Copy recordings into the library: asciicast files (versions 1, 2 and 3, plain or
compressed with zstd), and, converted, ttyrec files and typescripts of script (with the
timing in FILE.timing).

A folder stands for all recordings in it and below. A pattern in quotation marks is
looked up as a shell does; - is standard input. --asciinema looks where asciinema leaves
recordings: in the folder for temporary files, and in folders of its name
(~/.local/share/asciinema, ~/.asciinema, $ASCIINEMA_STATE_HOME, …).

What is there already, by its content, is named and not copied again; what cannot be read
is named with the reason, and does not hold up the others. Then the exit status is 1.
Ctrl+C ends the work; what was imported by then stays.`,
		Example: `  rexec import demo.cast ~/casts
  rexec import '~/talks/2025-*.cast'
  rexec import --asciinema
  curl -s https://example.com/demo.cast | rexec import -`,
		Args: func(cmd *cobra.Command, files []string) error {
			if asciinema {
				return nil
			}
			return args(1, -1, "a file, a folder, a pattern, - or --asciinema")(cmd, files)
		},
		RunE: func(cmd *cobra.Command, names []string) error {
			return a.importAll(cmd.Context(), names, asciinema)
		},
	}
	cmd.Flags().BoolVar(&asciinema, "asciinema", false, "import what asciinema has left on this machine")
	return cmd
}

func (a *app) importAll(ctx context.Context, names []string, asciinema bool) error {
	files, err := a.importFiles(ctx, names, asciinema)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		if asciinema && len(names) == 0 {
			a.say("asciinema has left no recordings where it could; name the files or their folder")
		} else {
			a.say("there are no recordings in %s", strings.Join(names, " and "))
		}
		return silently(exitFailure)
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	i := &importer{app: a, ctx: ctx, lib: lib, files: files, progress: a.progress("importing")}
	err = i.run()
	i.progress.end()
	i.summary()
	switch {
	case ctx.Err() != nil:
		return silently(exitInterrupted)
	case err == nil && i.failed > 0:
		return silently(exitFailure)
	}
	return err
}

// importFiles finds what is to be imported; - stays as it is.
func (a *app) importFiles(ctx context.Context, names []string, asciinema bool) ([]string, error) {
	var named, files []string
	stdin := false
	for _, name := range names {
		if name == "-" {
			stdin = true
			continue
		}
		named = append(named, expandHome(name))
	}
	files, err := library.ImportFiles(ctx, named)
	if err != nil {
		return nil, err
	}
	if asciinema {
		more, err := library.AsciinemaFiles(ctx, os.Getenv, os.TempDir())
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	if stdin {
		files = append(files, "-")
	}
	return files, nil
}

// expandHome puts the home folder in the place of the ~ of a pattern in quotation
// marks.
func expandHome(name string) string {
	rest, found := strings.CutPrefix(name, "~/")
	if home, err := os.UserHomeDir(); found && err == nil {
		return home + string(os.PathSeparator) + rest
	}
	return name
}

// importer imports files one after the other, and counts.
type importer struct {
	*app
	ctx      context.Context
	lib      *library.Library
	files    []string // standard input, if it is one, is the last
	progress *progress

	imported, there, failed int
}

func (i *importer) run() error {
	named := i.files
	stdin := len(named) > 0 && named[len(named)-1] == "-"
	if stdin {
		named = named[:len(named)-1]
	}
	for result, err := range i.lib.ImportEach(i.ctx, named, i.meter(named)) {
		if err != nil {
			return err
		}
		if err := i.ended(result.Path, result.Recording, result.Err); err != nil {
			return err
		}
	}
	if !stdin || i.ctx.Err() != nil {
		return i.ctx.Err()
	}
	r, err := i.stdin()
	if i.ctx.Err() != nil {
		return i.ctx.Err()
	}
	return i.ended("-", r, err)
}

// meter shows how much of all files is read.
func (i *importer) meter(files []string) func(library.ImportProgress) {
	before := make([]int64, len(files)+1) // bytes of the files before
	for n, file := range files {
		before[n+1] = before[n] + fileSize(file)
	}
	return func(p library.ImportProgress) {
		if p.Files > 1 {
			i.progress.verb = fmt.Sprintf("importing %d of %d", p.File, p.Files)
		}
		if p.Total > 0 {
			from, to := before[p.File-1], before[p.File]
			i.progress.set(from+int64(float64(to-from)*float64(p.Done)/float64(p.Total)), before[len(files)])
		}
	}
}

func fileSize(path string) int64 {
	if info, err := os.Stat(path); err == nil {
		return info.Size()
	}
	return 0
}

// ended takes down what became of a file. Its error is one that the next file would
// meet, too.
func (i *importer) ended(file string, r library.Recording, err error) error {
	i.progress.end()
	if errors.As(err, new(*library.ErrReadOnly)) {
		return err
	}
	i.tell(file, r, err)
	return nil
}

func (i *importer) stdin() (library.Recording, error) {
	src, err := i.spool(i.ctx)
	if err != nil {
		return library.Recording{}, err
	}
	defer src.close()
	return i.lib.ImportAs(i.ctx, src.path, "", func(done, total int64) {
		if total > 0 {
			i.progress.set(done, total)
		}
	})
}

// tell says what became of a file.
func (i *importer) tell(file string, r library.Recording, err error) {
	var there *library.ErrDuplicate
	name := visible.String(file)
	switch {
	case err == nil:
		i.imported++
		fmt.Fprintf(i.out, "%s: imported as %s (%s)%s\n", name, r.ID, cast.FormatTime(r.Duration), damage(r))
	case errors.As(err, &there) && there.Trashed:
		i.there++
		fmt.Fprintf(i.out, "%s: already in the trash as %s%s; rexec restore %s brings it back\n", name, there.ID, titled(there.Title), there.ID)
	case errors.As(err, &there):
		i.there++
		fmt.Fprintf(i.out, "%s: already in the library as %s%s\n", name, there.ID, titled(there.Title))
	default:
		i.failed++
		i.say("%s", castError(file, unwrapImport(err)))
	}
}

// summary says what was done, when that is more than one line.
func (i *importer) summary() {
	left := len(i.files) - i.imported - i.there - i.failed
	if len(i.files) == 1 && left == 0 {
		return
	}
	text := widget.Count(i.imported, "recording") + " imported"
	if i.there > 0 {
		text += fmt.Sprintf(", %d already there", i.there)
	}
	if i.failed > 0 {
		text += fmt.Sprintf("; %d of %d files were not imported", i.failed, len(i.files))
	}
	if left > 0 {
		text += fmt.Sprintf("; %d of %d were not looked at", left, len(i.files))
	}
	i.say("%s", text)
}

// unwrapImport takes off what the library says of the file, which is said here.
func unwrapImport(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func damage(r library.Recording) string {
	switch {
	case r.Status == library.StatusDamaged:
		return "; it is damaged and holds nothing to play"
	case r.Problems == 1:
		return "; one damaged place in it is passed over"
	case r.Problems > 1:
		return fmt.Sprintf("; %d damaged places in it are passed over", r.Problems)
	}
	return ""
}

func titled(title string) string {
	if title == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", visible.String(title))
}
