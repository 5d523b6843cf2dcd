//go:build !unix

package tui

import tea "charm.land/bubbletea/v2"

// onSuspend does nothing: there is nothing here that stops a program for a while.
func onSuspend(func(tea.Msg)) (stop func()) { return func() {} }
