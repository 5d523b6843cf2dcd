package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/recording/cast"
)

func newImport(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE…",
		Short: "Copy asciicast files into the library",
		Long: `Copy asciicast files (versions 1, 2 and 3) into the library. A file that is there
already is named and not copied again; one that cannot be read does not hold up
the others.`,
		Args: args(1, -1, "at least one file"),
		RunE: func(cmd *cobra.Command, files []string) error {
			return a.importFiles(cmd.Context(), files)
		},
	}
}

func (a *app) importFiles(ctx context.Context, files []string) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	failed := 0
	for _, file := range files {
		r, err := lib.Import(ctx, file, nil)
		var there *library.ErrDuplicate
		name := visible.String(file)
		switch {
		case err == nil:
			fmt.Fprintf(a.out, "%s: imported as %s (%s)%s\n", name, r.ID, cast.FormatTime(r.Duration), damage(r))
		case errors.As(err, &there):
			fmt.Fprintf(a.out, "%s: already in the library as %s%s\n", name, there.ID, titled(there.Title))
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, new(*library.ErrReadOnly)):
			return err
		default:
			failed++
			a.say("%s", castError(file, unwrapImport(err)))
		}
	}
	if failed > 0 {
		if len(files) > 1 {
			a.say("%d of %d files were not imported", failed, len(files))
		}
		return silently(exitFailure)
	}
	return nil
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
