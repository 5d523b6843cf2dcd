package disk

import (
	"os"
	"path/filepath"
	"syscall"
)

// remote are the numbers of file systems (statfs(2), linux/magic.h) of other machines,
// and of clusters.
var remote = map[uint32]string{
	0x00006969: "nfs", 0xff534d42: "cifs", 0xfe534d42: "smb2", 0x0000517b: "smb", 0x01021997: "9p", 0x0000564c: "ncp",
	0x5346414f: "afs", 0x73757245: "coda", 0x00c36400: "ceph", 0x0bd00bd0: "lustre", 0x47504653: "gpfs",
	0x7461636f: "ocfs2", 0x01161970: "gfs2", 0x786f4256: "vboxsf", 0x6a656a63: "prl_fs",
}

const fuse = 0x65735546

// Remote says that the folder at path, which must exist, is on another machine's disk,
// and by which kind of file system.
func Remote(path string) (kind string, yes bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return "", false // what comes next will say why
	}
	if kind, yes := remote[uint32(s.Type)]; yes {
		return kind, true
	}
	if uint32(s.Type) != fuse {
		return "", false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "fuse", true
	}
	kind = mountType(string(info), path)
	return kind, !localFUSE[kind]
}
