//go:build unix

package tui

import (
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/internal/testreq"
)

func TestTheTerminalIsTakenAgainAfterAStop(t *testing.T) {
	sent := make(chan tea.Msg, 2)
	stop := onSuspend(func(msg tea.Msg) { sent <- msg })
	defer stop()
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	select {
	case msg := <-sent:
		if msg == nil {
			t.Error("the program is told nothing")
		}
	case <-time.After(10 * time.Second):
		t.Error("the app goes on with the terminal as the shell left it")
	}
}

// Where no shell could let the app go on, it must not stop.
func TestASignalToStopIsTakenWhereNobodyCouldLetItGoOn(t *testing.T) {
	if stoppable() {
		testreq.Skip(t, "the signal would stop the test, which is a job of a shell; run it by go test")
	}
	sent := make(chan tea.Msg, 2)
	stop := onSuspend(func(msg tea.Msg) { sent <- msg })
	defer stop()
	for _, s := range []syscall.Signal{syscall.SIGTSTP, syscall.SIGCONT} {
		if err := syscall.Kill(syscall.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	<-sent // for SIGCONT, which comes second or alone
	if len(sent) > 0 {
		t.Errorf("two messages, the second is %v", <-sent)
	}
}
