package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rexec/library"
	"rexec/recording/cast"
	"rexec/recording/live"
)

// catchSignals makes the signals that would end us wait for the recording to be
// saved. SIGPIPE is caught so that writing to a closed pipe is an error instead.
func catchSignals() chan os.Signal {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGPIPE)
	notifyMore(signals)
	return signals
}

// attend does what signals and keys say until the session ends. It returns the signal
// that ended it, 0 when it ended by itself.
func (a *app) attend(ctx context.Context, s *live.Session, outer *outerTerminal, dest *recDestination, signals <-chan os.Signal, keys *recKeys) (killed syscall.Signal) {
	events := s.Events()
	for {
		select {
		case <-s.Done():
			return killed
		case e, ok := <-events:
			if !ok {
				events = nil
			}
			if ended, ok := e.(live.RecordingEndedEvent); ok {
				a.recordingEnded(ctx, dest, ended.Result)
			}
		case pressed := <-keys.pressed:
			a.carryOut(s, pressed)
		case sig := <-signals:
			switch sig {
			case syscall.SIGHUP, syscall.SIGTERM:
				if killed == 0 {
					killed = sig.(syscall.Signal)
					go s.Close()
				}
			case syscall.SIGINT: // sent to us, not typed: what typing it would do
				s.Write([]byte{0x03})
			case syscall.SIGQUIT:
				s.Write([]byte{0x1c})
			case syscall.SIGPIPE:
			default:
				if command, ok := commandOf(sig); ok {
					a.carryOut(s, command)
					continue
				}
				outer.continued(sig)
				if cols, rows, ok := outer.resized(); ok {
					s.Resize(cols, rows)
				}
			}
		}
	}
}

// recordingEnded tells why the recording has ended before the command, and saves it.
func (a *app) recordingEnded(ctx context.Context, dest *recDestination, result live.RecordResult) {
	if !result.Limited {
		a.warn("the recording has ended: %v; the terminal goes on", result.Err)
		return
	}
	if dest.library != nil {
		dest.library.Finish(context.WithoutCancel(ctx), dest.id, library.FinishInfo{}) // saveRec tells what is wrong
	}
	a.warn("the recording is as long as it may be (%s) and is saved; the terminal goes on without it", dest.record.Limit)
}

// carryOut pauses, goes on, or sets a marker.
func (a *app) carryOut(s *live.Session, c recCommand) {
	switch state := s.Recording(); {
	case !state.Active:
		a.warn("nothing is recorded any more")
	case c == markCommand && s.Mark(""):
		a.warn("marker set at %s", cast.FormatTime(state.Elapsed))
	case c == markCommand:
		a.warn("there are no markers in a pause")
	case state.Paused:
		// Said before, so that it is not on the screen that the recording goes on from.
		a.warn("the recording goes on")
		s.Resume()
	default:
		s.Pause()
		a.warn("the recording is paused; nothing is kept until it goes on")
	}
}

// feed copies what is typed to the child. When that comes from a file or a pipe,
// its end is typed too, again and again: whoever reads finds the end there.
func (a *app) feed(s *live.Session, outer *outerTerminal, keys *recKeys) {
	buf := make([]byte, 32<<10)
	for {
		n, err := a.in.Read(buf)
		if typed := keys.take(buf[:n]); len(typed) > 0 && s.WriteAll(context.Background(), typed) != nil {
			return
		}
		if err != nil {
			break
		}
	}
	if outer.types {
		s.Close() // our terminal is gone
		return
	}
	const endOfFile = 0x04 // VEOF
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if s.InputEmpty() {
			s.Write([]byte{endOfFile})
		}
		select {
		case <-tick.C:
		case <-s.Done():
			return
		}
	}
}
