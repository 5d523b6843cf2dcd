//go:build !linux && !darwin

package disk

import "strings"

// Remote says that the folder at path is on another machine's disk. Of Windows it
// knows paths that name the machine; a drive letter for one it takes for a disk.
func Remote(path string) (kind string, yes bool) {
	if strings.HasPrefix(path, `\\`) && !strings.HasPrefix(path, `\\?\`) && !strings.HasPrefix(path, `\\.\`) {
		return "smb", true
	}
	return "", false
}
