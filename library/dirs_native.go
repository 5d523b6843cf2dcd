//go:build darwin || windows

package library

// followsXDG is false where the system has places of its own (Application
// Support, AppData).
const followsXDG = false
