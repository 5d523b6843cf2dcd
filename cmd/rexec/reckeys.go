package main

import (
	"strings"
)

// recCommand is what can be asked of rec while it records.
type recCommand uint8

const (
	pauseCommand recCommand = iota + 1
	markCommand
)

// recKeys takes rec's own keys out of what is typed.
type recKeys struct {
	pause, mark byte // 0: none
	name        string
	pressed     chan recCommand
}

// recKeysOf reads --pause-key and --mark-key.
func recKeysOf(o recOptions) (*recKeys, error) {
	k := &recKeys{name: o.pauseKey, pressed: make(chan recCommand, 16)}
	var err error
	if k.pause, err = controlKey("--pause-key", o.pauseKey); err == nil {
		k.mark, err = controlKey("--mark-key", o.markKey)
	}
	if err == nil && k.pause != 0 && k.pause == k.mark {
		err = usagef("--pause-key and --mark-key are the same key")
	}
	return k, err
}

// controlKey returns the byte that a key sends: ctrl+a to ctrl+z, ctrl+\\, ctrl+],
// ctrl+^, ctrl+_.
func controlKey(flag, name string) (byte, error) {
	if name == "" {
		return 0, nil
	}
	key, ok := strings.CutPrefix(strings.ToLower(name), "ctrl+")
	if !ok || len(key) != 1 || key[0] != '\\' && key[0] != ']' && key[0] != '^' && key[0] != '_' && (key[0] < 'a' || key[0] > 'z') {
		return 0, usagef(`%s: %q is no key for that; name one such as ctrl+p or 'ctrl+\'`, flag, name)
	}
	if key == "m" || key == "j" || key == "i" || key == "h" {
		return 0, usagef("%s: %s is what enter, tab or backspace send; name another key", flag, name)
	}
	return key[0] & 0x1f, nil
}

// hint says which key pauses.
func (k *recKeys) hint() string {
	if k.pause == 0 {
		return ""
	}
	return ", " + k.name + " to pause"
}

// take returns what is typed without our keys. It uses the memory of p.
func (k *recKeys) take(p []byte) []byte {
	if k.pause == 0 && k.mark == 0 {
		return p
	}
	rest := p[:0]
	for _, b := range p {
		c := recCommand(0)
		switch {
		case b != 0 && b == k.pause:
			c = pauseCommand
		case b != 0 && b == k.mark:
			c = markCommand
		default:
			rest = append(rest, b)
			continue
		}
		select {
		case k.pressed <- c:
		default: // far more than a finger can do
		}
	}
	return rest
}
