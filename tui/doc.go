// Package tui is the full-screen app: the root model, the router between pages and
// the overlays above them. Run starts it.
//
// It is built as a pure core in an impure shell:
//
//	Bubble Tea ──msg──► shell ──(now, msg)──► app.update ──► app, effects
//	                      │                        │
//	                      ◄────── effects ─────────┘   commands, bytes for terminals, log lines
//	                      └─View──► app.draw ──► screen.Screen ──► tea.View
//
// app knows no clock, file or goroutine; shell reads the clock when a message
// arrives and carries the effects out. Pages (browser, live, player) follow the
// contract of package page. The shell draws only when something changed.
//
// Messages, keys and environments are never logged: they hold passwords.
package tui
