package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"rexec/internal/config"
	"rexec/library"
	"rexec/recording/cast"
	"rexec/recording/pack"
	"rexec/tui/widget"
)

// openLibrary opens the library of --home. When its database was lost, what the
// recordings themselves tell is read first: nobody is told that there are none.
func (a *app) openLibrary(ctx context.Context) (*library.Library, error) {
	lib, err := a.openAsItIs(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.adopt(ctx, lib); err != nil {
		lib.Close()
		return nil, err
	}
	return lib, nil
}

// adopt takes up the recordings on the disk when the database knows of none.
func (a *app) adopt(ctx context.Context, lib *library.Library) error {
	for _, trashed := range []bool{false, true} {
		known, err := lib.List(ctx, library.ListOptions{Limit: 1, Trashed: trashed})
		if err != nil || len(known) > 0 {
			return err
		}
	}
	casts, err := filepath.Glob(filepath.Join(lib.Dirs().Data, "recordings", "*", "*", "*.cast*"))
	if err != nil || len(casts) == 0 || lib.ReadOnly() != nil {
		return err
	}
	a.say("the library's database was lost; it is made anew from %s", widget.Count(len(casts), "recording"))
	_, err = lib.Recover(ctx)
	return err
}

// openAsItIs opens the library, whatever is lost, for who begins at once, or looks for
// that.
func (a *app) openAsItIs(ctx context.Context) (*library.Library, error) {
	dirs, err := library.DefaultDirs(a.home)
	if err != nil {
		return nil, err
	}
	lib, err := library.Open(ctx, dirs, library.Options{Terminal: terminalName(a.in, os.Getenv)})
	if errors.As(err, new(*fs.PathError)) && !errors.As(err, new(*library.ErrReadOnly)) {
		err = fmt.Errorf("%w; name another folder with --home or REXEC_HOME", err)
	}
	return lib, err
}

// integration returns the folders that the scripts for shells may be kept in, none
// when shells are not to be taught to mark their commands.
func (a *app) integration() ([]string, error) {
	settings, err := a.settings()
	if err != nil || !settings.Terminal.ShellIntegration {
		return nil, err
	}
	dirs, err := library.DefaultDirs(a.home)
	return []string{dirs.Cache, os.TempDir()}, err
}

// settings reads the user's settings.
func (a *app) settings() (config.Config, error) {
	dirs, err := library.DefaultDirs(a.home)
	if err != nil {
		return config.Default(), err
	}
	return config.Load(dirs.Config)
}

// source is a cast that an argument FILE|ID|- stands for.
type source struct {
	path  string
	id    string // when it is in the library
	title string // as stored: data
	spool string // the temporary file to remove, "" for none

	duration time.Duration // 0: not known
	sha256   string        // of the cast, "": not known
}

// recordingArg is what all subcommands that read a recording take.
const recordingArg = "a recording: a file, an id or the beginning of one, or - for standard input"

// source finds what an argument means: - is standard input, a file that exists is
// that file, and everything else is the id of a recording, or its beginning.
func (a *app) source(ctx context.Context, arg string) (*source, error) {
	if arg == "-" {
		return a.spool(ctx)
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a folder; name %s", arg, recordingArg)
	case err == nil:
		return a.unpacked(ctx, &source{path: arg})
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return nil, err
	}
	defer lib.Close()
	target, err := lib.Resolve(ctx, arg)
	if err != nil {
		return nil, notFound(err)
	}
	s := &source{path: target.Path}
	if r := target.Recording; r != nil {
		s.id, s.title, s.duration, s.sha256 = r.ID, r.Name(), r.Duration, r.SHA256
	}
	return s, nil
}

// notFound adds the next step to an error of the search for a recording.
func notFound(err error) error {
	var several *library.ErrAmbiguous
	switch {
	case errors.Is(err, library.ErrNotFound):
		return fmt.Errorf("%w; rexec ls lists the recordings", err)
	case errors.As(err, &several):
		return fmt.Errorf("%w; type more of it", err)
	}
	return err
}

// spool copies standard input to a temporary file, since playing goes back and
// forth.
func (a *app) spool(ctx context.Context) (*source, error) {
	if term.IsTerminal(int(a.in.Fd())) {
		return nil, usagef("- reads a recording from standard input, which is a terminal; pipe one in, or name a file")
	}
	f, err := os.CreateTemp("", "rexec-*.cast")
	if err != nil {
		return nil, fmt.Errorf("keep standard input for playing: %w", err)
	}
	s := &source{path: f.Name(), spool: f.Name(), title: "standard input"}
	err = waiting(ctx, func() error {
		_, err := io.Copy(f, readerWithContext{ctx, a.in})
		return err
	})
	if err := errors.Join(err, f.Close()); err != nil {
		s.close()
		return nil, fmt.Errorf("keep standard input for playing: %w", err)
	}
	return a.unpacked(ctx, s)
}

// unpacked takes the place of a source that the zstd program compressed, which can be
// read from its start only, by one that can be read from everywhere.
func (a *app) unpacked(ctx context.Context, s *source) (*source, error) {
	packed, seekable, err := pack.Kind(s.path)
	if err == nil && (!packed || seekable) {
		return s, nil
	}
	defer s.close()
	if err != nil {
		return nil, err
	}
	in, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	f, err := os.CreateTemp("", "rexec-*.cast")
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", s.path, err)
	}
	out := &source{path: f.Name(), spool: f.Name(), title: s.title}
	if out.title == "" {
		out.title = filepath.Base(s.path)
	}
	p := a.progress("unpacking " + s.path)
	err = errors.Join(pack.Unpack(ctx, f, p.reader(in, -1)), f.Close())
	p.end()
	if err != nil {
		out.close()
		return nil, fmt.Errorf("unpack %s: %w", s.path, err)
	}
	return out, nil
}

func (s *source) close() {
	if s.spool != "" {
		os.Remove(s.spool)
	}
}

// readerWithContext ends reading when the context does.
type readerWithContext struct {
	ctx context.Context
	r   io.Reader
}

func (r readerWithContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// castError adds the next step to why a cast cannot be read.
func castError(name string, err error) error {
	var syntax *cast.SyntaxError
	if name == "-" {
		name = "standard input"
	}
	switch {
	case errors.Is(err, cast.ErrNotCast):
		return fmt.Errorf("%s is not an asciicast; rexec plays recordings made by rexec or asciinema", name)
	case errors.As(err, &syntax):
		return fmt.Errorf("%s cannot be played: %w", name, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}
