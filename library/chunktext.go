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

// unpackText is the reverse; size is that of the text.
func unpackText(stored []byte, size int) (string, error) {
	if len(stored) == size {
		return string(stored), nil
	}
	c, err := theCodec()
	if err != nil {
		return "", err
	}
	if size < 0 || size > maxChunkText {
		return "", errChunk
	}
	text, err := c.unpack.DecodeAll(stored, make([]byte, 0, size))
	if err != nil || len(text) != size {
		return "", fmt.Errorf("%w: %v", errChunk, err)
	}
	return string(text), nil
}
