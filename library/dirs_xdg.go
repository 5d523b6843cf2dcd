//go:build !darwin && !windows

package library

// followsXDG says that folders without an XDG variable are those that the
// specification names, below HOME.
const followsXDG = true
