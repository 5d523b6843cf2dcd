package disk

import "testing"

func TestMountType(t *testing.T) {
	const info = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:30 / /home/me/far\040away rw,nosuid shared:9 - fuse.sshfs host:/srv rw,user_id=1000
31 22 0:31 / /home/me/vault rw - fuse.gocryptfs /x rw
32 31 0:32 / /home/me/vault rw - fuse.rclone y rw
bad line
`
	for path, want := range map[string]string{
		"/home/me/far away/rexec": "fuse.sshfs",
		"/home/me/far awayer":     "ext4",
		"/home/me/vault":          "fuse.rclone",
		"/":                       "ext4",
	} {
		if got := mountType(info, path); got != want {
			t.Errorf("%s is on %s, want %s", path, got, want)
		}
	}
	if got := mountType("", "/"); got != "" {
		t.Errorf("without mounts: %s", got)
	}
}
