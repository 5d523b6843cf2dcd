// Package pack keeps casts compressed and still open at any place. It knows bytes
// and files, not what is in them.
//
// A packed file is zstd's seekable format: the content cut into pieces that were
// compressed each by itself, and behind them, in a frame that other decoders skip, a
// table of how long they are. Any zstd program makes the content of it again.
//
//	┌─────────┬─────────┬─────┬────────────────────────────────┐
//	│ frame 0 │ frame 1 │ ... │ skippable frame: the seek table │
//	└─────────┴─────────┴─────┴────────────────────────────────┘
//	  1 MB of content each      lengths of each, packed and not
//
// The invariant: what a File gives at a place is what stood there in the file that
// Compress was given, or an error; never something else, and never more than the
// table says. Frames carry a checksum, and Compress reads what it wrote before it
// says that it is done.
//
// Open takes plain files as they are, so that who reads a recording need not know
// whether it is packed. It finds one by the other's name, too: x.cast may have
// become x.cast.zst, or the other way round, while somebody was looking at it.
//
// The format is described at
// https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md
// and, for frames, in RFC 8878.
package pack

import "strings"

// Ext is behind the name of a file that is packed: demo.cast.zst.
const Ext = ".zst"

// Bounds of what is made and read.
const (
	// FrameSize is how much content goes into one frame: enough to compress well, and
	// little enough to unpack between two frames of a display.
	FrameSize = 1 << 20
	// MaxFrame is the most content that one frame of a seekable file may have.
	MaxFrame = 16 << 20
	// MaxFrames bounds the table of a seekable file.
	MaxFrames = 1 << 20
	// MaxUnpacked is the most that Unpack makes of one file.
	MaxUnpacked = 16 << 30
	// maxWindow is how far back a frame may refer, in content: what zstd allows
	// without being asked, too.
	maxWindow = 128 << 20
)

// Twin is the name that the same content has when it is packed, or is not any more.
func Twin(path string) string {
	if plain, packed := strings.CutSuffix(path, Ext); packed {
		return plain
	}
	return path + Ext
}
