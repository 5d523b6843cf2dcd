package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"rexec/internal/config"
	"rexec/library"
	"rexec/tui/browser"
	"rexec/tui/keys"
	"rexec/tui/live"
	"rexec/tui/page"
	"rexec/tui/player"
	"rexec/tui/say"
	"rexec/tui/theme"
	"rexec/tui/widget"
)

// Config says what to run. Only Library or Play must be given.
type Config struct {
	// Library is shown first, and recorded into. Without it there is only the
	// player, and nothing can be hosted.
	Library *library.Library
	// Dirs.State is where the log is written; "" writes none.
	Dirs library.Dirs
	// Settings are the user's; nil: the defaults.
	Settings *config.Config
	// Play begins in the player; leaving it ends the app unless there is a Library.
	Play *page.Playback
	// Command is what new terminals run; empty: the user's shell.
	Command []string

	Now func() time.Time // nil: time.Now
	Env []string         // nil: os.Environ()

	// Input and Output replace the terminal, for tests and for serving the app over
	// a network; then Cols and Rows say how large it is.
	Input      io.Reader
	Output     io.Writer
	Cols, Rows int
}

// ErrNoTerminal says that the app was started where there is no terminal to draw
// on or to read keys from.
var ErrNoTerminal = errors.New("the full-screen app needs a terminal; " +
	"in scripts use the subcommands: rexec rec, rexec ls, rexec screen, rexec import")

// closeTimeout bounds how long ending the app waits for terminals and disks.
const closeTimeout = 10 * time.Second

// Run shows the app until the user quits, ctx ends, or SIGHUP, SIGTERM or SIGINT
// arrives. Whatever ends it, all hosted terminals are closed and their recordings
// saved before it returns. Errors: ErrNoTerminal; what could not be saved.
func Run(ctx context.Context, c Config) (err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Env == nil {
		c.Env = os.Environ()
	}
	if c.Settings == nil {
		d := config.Default()
		c.Settings = &d
	}
	if c.Library == nil && c.Play == nil {
		return errors.New("neither a library nor a recording was given")
	}
	options, closeTTY, err := terminal(c)
	if err != nil {
		return err
	}
	defer closeTTY()
	log, closeLog := openLog(c.Dirs.State)
	defer closeLog()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sessions := live.NewSessions(c.Library, c.Command, c.Env, c.Now)
	sessions.RecordWith(c.Settings.Recording)
	if c.Settings.Terminal.ShellIntegration && c.Dirs.Cache != "" {
		sessions.TeachShells(c.Dirs.Cache, os.TempDir())
	}
	defer func() {
		// Also after a panic or a terminal that went away.
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer done()
		if failed := sessions.Shutdown(ctx); failed != nil {
			log.Error(failed.Error())
			err = errors.Join(err, failed)
		}
	}()

	s := newShell(newApp(ctx, c, sessions), c.Now, log)
	var program *tea.Program
	if c.Input != nil {
		// Without a terminal there is no signal that says that it went away.
		options = append(options, tea.WithInput(&lastInput{c.Input, func() { go program.Send(leaveMsg{}) }}))
	}
	program = tea.NewProgram(s, append(options,
		tea.WithContext(ctx), tea.WithFPS(120), tea.WithoutSignalHandler(), tea.WithEnvironment(without(c.Env, "NO_COLOR")))...)
	stop := onSignal(func() { program.Send(leaveMsg{}) })
	defer stop()
	if c.Output == nil {
		defer onSuspend(program.Send)()
	}
	if c.Library != nil {
		go func() {
			program.Send(recoverLibrary(ctx, c.Library))
			// What an older rexec recorded, or a crash left out, is to be found too.
			if err := c.Library.IndexPending(ctx, nil); err != nil && ctx.Err() == nil && c.Library.ReadOnly() == nil {
				log.Error("indexing the library: " + err.Error())
			}
		}()
	}
	_, err = program.Run()
	for _, p := range s.app.pages {
		// Nobody carries out commands any more, and pages may hold what must not stay.
		if close := p.page.Close(); close != nil {
			close()
		}
	}
	switch {
	case err == nil:
	case errors.Is(err, tea.ErrProgramPanic):
		log.Error("the app panicked")
		return fmt.Errorf("the app failed, recordings are saved: %w", err)
	case errors.Is(err, tea.ErrInterrupted), ctx.Err() != nil, s.app.closing:
		err = nil
	case errors.Is(err, io.EOF), errors.Is(err, syscall.EIO):
		err = nil // the terminal went away, as with SIGHUP
	}
	return err
}

// terminal checks that there is a terminal and returns the options that use it.
func terminal(c Config) (options []tea.ProgramOption, closeTTY func(), err error) {
	closeTTY = func() {}
	if c.Output != nil {
		options = append(options, tea.WithOutput(c.Output), tea.WithWindowSize(c.Cols, c.Rows),
			tea.WithColorProfile(colorprofile.Env(without(c.Env, "NO_COLOR"))))
	} else if !term.IsTerminal(int(os.Stdout.Fd())) {
		return nil, closeTTY, ErrNoTerminal
	}
	switch {
	case c.Input != nil: // see Run
	case !term.IsTerminal(int(os.Stdin.Fd())):
		// Standard input may be a recording: keys come from the terminal itself.
		in, out, err := tea.OpenTTY()
		if err != nil {
			return nil, closeTTY, ErrNoTerminal
		}
		closeTTY = func() { in.Close(); out.Close() }
		options = append(options, tea.WithInput(in))
	}
	return options, closeTTY, nil
}

// lastInput is a reader that tells when nothing more comes.
type lastInput struct {
	io.Reader
	end func()
}

func (r *lastInput) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil {
		r.end()
	}
	return n, err
}

// without returns an environment without a variable.
func without(env []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(e string) bool { return strings.HasPrefix(e, name+"=") })
}

func lookup(env []string, name string) string {
	for _, e := range slices.Backward(env) {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// onSignal calls leave when a signal asks the app to end. Further ones change
// nothing: saving takes no longer than closeTimeout.
func onSignal(leave func()) (stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			go leave()
		case <-done:
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}

// newApp puts the pages together.
func newApp(ctx context.Context, c Config, host *live.Sessions) app {
	a := app{
		look:   theme.Options{NoColor: lookup(c.Env, "NO_COLOR") != ""},
		keys:   keys.New(prefixes(c.Env)...),
		nextID: firstID,
	}
	a.theme = theme.New(a.look)
	a.player = func(p page.Playback) page.Page {
		return player.New(ctx, p, player.Options{Cache: c.Dirs.Timelines(), Commands: commands(c.Library)})
	}
	a.shutdown = withContext(ctx, func(ctx context.Context) tea.Msg {
		ctx, done := context.WithTimeout(ctx, closeTimeout)
		defer done()
		_ = host.Shutdown(ctx) // Run asks again, and tells
		return shutdownMsg{}
	})
	if c.Library != nil {
		a.hosting, a.viewed = true, viewed(ctx, c.Library)
		a.pages = append(a.pages,
			slot{libraryID, browser.New(ctx, browser.Config{Store: c.Library, Still: stills(c.Dirs).of, Moment: (&moments{dirs: c.Dirs}).at, Changes: changes(c.Library), Tools: tools(c.Library), Recover: recovered(c.Library)})},
			slot{liveID, live.New(ctx, host)})
		a.stack = []int{libraryID}
	}
	if c.Play != nil {
		a.pages = append(a.pages, slot{a.nextID, a.player(*c.Play)})
		a.stack = append(a.stack, a.nextID)
	}
	return a
}

// viewed returns a function whose command notes in the audit log that a recording is
// played. It is played even when that cannot be noted.
func viewed(ctx context.Context, l *library.Library) func(id string) tea.Cmd {
	return func(id string) tea.Cmd {
		return func() tea.Msg {
			if r, err := l.Get(ctx, id); err == nil {
				_ = l.Viewed(ctx, r)
			}
			return nil
		}
	}
}

// watchEvery is how often the library's version is looked at.
const watchEvery = time.Second

// changes returns a function that waits until the library was changed, by whatever
// process.
func changes(l *library.Library) func(context.Context, int64) (int64, error) {
	return func(ctx context.Context, since int64) (int64, error) {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			v, err := l.Version(ctx)
			switch {
			case err == nil && v != since:
				return v, nil
			case errors.Is(err, library.ErrReplaced), errors.As(err, new(*library.ErrDamaged)):
				return 0, err
			}
			// Else a version that cannot be had is asked for again: the disk may be busy.
			select {
			case <-ctx.Done():
				return 0, ctx.Err()
			case <-tick.C:
			}
		}
	}
}

// prefixes returns the prefix keys: inside tmux, which keeps ctrl+b for itself,
// ctrl+a as well.
func prefixes(env []string) []string {
	if lookup(env, "TMUX") != "" {
		return []string{"ctrl+a", "ctrl+b"}
	}
	return []string{"ctrl+b"}
}

// recoverLibrary ends what a crash left open, and says so.
func recoverLibrary(ctx context.Context, l *library.Library) tea.Msg {
	toast := func(kind widget.ToastKind, text string) tea.Msg { return noticeMsg{page.Toast{Kind: kind, Text: text}} }
	if err := l.ReadOnly(); err != nil {
		return toast(widget.ToastWarn, say.Error(err)+" Recordings can be played, not made.")
	}
	repaired, err := recovered(l)(ctx)
	switch {
	case err != nil:
		return toast(widget.ToastError, "The library could not be checked: "+say.Error(err))
	case repaired == 0:
		return nil
	}
	return toast(widget.ToastWarn, browser.Recovered(repaired))
}

// recovered returns a function that ends what a crash left open, and counts it.
func recovered(l *library.Library) func(context.Context) (int, error) {
	return func(ctx context.Context) (repaired int, err error) {
		found, err := l.Recover(ctx)
		for _, r := range found {
			if r.Action == library.ActionRepaired {
				repaired++
			}
		}
		return repaired, err
	}
}
