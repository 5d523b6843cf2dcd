package library

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// maxChunkText bounds the text of a chunk that is read, in bytes: a long recording
// has chunks of some hundred kilobytes.
const maxChunkText = 16 << 20

// codec packs the texts of chunks. It may be used by any number of goroutines and
// keeps nothing.
type codec struct {
	pack   *zstd.Encoder
	unpack *zstd.Decoder
}

var theCodec = sync.OnceValues(func() (codec, error) {
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true))
	if err != nil {
		return codec{}, err
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(readers), zstd.WithDecoderMaxMemory(maxChunkText))
	return codec{pack, unpack}, err
})

// packText makes of a chunk's text what is stored.
func packText(text string) ([]byte, error) {
	c, err := theCodec()
	if err != nil {
		return nil, err
	}
	if packed := c.pack.EncodeAll([]byte(text), nil); len(packed) < len(text) {
		return packed, nil
	}
	return []byte(text), nil
}

// unpackText is the reverse; size is that of all, of which marks bytes are marks.
func unpackText(stored []byte, size, marks int) (text, more string, err error) {
	if marks < 0 || size < marks || size > maxChunkText {
		return "", "", errChunk
	}
	if len(stored) == size {
		text = string(stored)
	} else {
		c, err := theCodec()
		if err != nil {
			return "", "", err
		}
		all, err := c.unpack.DecodeAll(stored, make([]byte, 0, size))
		if err != nil || len(all) != size {
			return "", "", fmt.Errorf("%w: %v", errChunk, err)
		}
		text = string(all)
	}
	return text[:size-marks], text[size-marks:], nil
}
