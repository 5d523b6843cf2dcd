// Package disk tells a disk of this machine from one of another machine's, which
// SQLite's log with shared memory does not work on. It knows file systems, not what
// is stored there.
//
// The invariant: when in doubt, a disk is another machine's; what is meant for one of
// those works on this machine's, too, only with less at once.
package disk

import "strings"

// localFUSE are file systems of programs that keep their data on this machine.
var localFUSE = map[string]bool{
	"fuseblk": true, "fuse.ntfs-3g": true, "fuse.exfat": true, "fuse.gocryptfs": true, "fuse.encfs": true, "fuse.cryfs": true,
	"fuse.mergerfs": true, "fuse.bindfs": true, "fuse.fuse-overlayfs": true, "fuse.lxcfs": true, "fuse.apfs": true,
}

// mountType finds the file system that a path is on in the text of Linux's
// /proc/self/mountinfo (proc(5)); "" when it is not there.
func mountType(mountinfo, path string) string {
	best, kind := "", ""
	for line := range strings.Lines(mountinfo) {
		before, after, ok := strings.Cut(line, " - ")
		fields := strings.Fields(before)
		if !ok || len(fields) < 5 {
			continue
		}
		point := unescape.Replace(fields[4])
		below := point == "/" || path == point || strings.HasPrefix(path, point+"/")
		if below && len(point) >= len(best) { // of two at one place, the later one counts
			best, kind = point, strings.Fields(after + " ?")[0]
		}
	}
	return kind
}

// unescape undoes what the kernel does to names.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
