package disk

import "syscall"

// local is set for what is on this machine (MNT_LOCAL of sys/mount.h).
const local = 0x1000

// Remote says that the folder at path, which must exist, is on another machine's disk,
// and by which kind of file system.
func Remote(path string) (kind string, yes bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return "", false // what comes next will say why
	}
	for _, c := range s.Fstypename {
		if c == 0 {
			break
		}
		kind += string(rune(c))
	}
	return kind, s.Flags&local == 0
}
