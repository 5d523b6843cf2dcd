package timeline

import (
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"rexec/recording/cast"
)

// The codes of events as a block keeps them.
const (
	output byte = iota
	resize
	other
)

// block is a run of events, decoded, in a few flat slices.
type block struct {
	times []time.Duration
	codes []byte
	ends  []int // of each event's data
	data  []byte
}

func (b *block) add(e cast.Event) {
	code := other
	switch e.Code {
	case cast.Output:
		code = output
	case cast.Resize:
		code = resize
	}
	if code != other {
		b.data = append(b.data, e.Data...)
	}
	b.times = append(b.times, e.Time)
	b.codes = append(b.codes, code)
	b.ends = append(b.ends, len(b.data))
}

func (b *block) event(i int) (code byte, data []byte) {
	start := 0
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.codes[i], b.data[start:b.ends[i]]
}

func (b *block) size() int64 {
	return int64(cap(b.data) + 8*cap(b.times) + 8*cap(b.ends) + cap(b.codes))
}

// clip gives back what the slices reserved for more.
func (b *block) clip() {
	b.times, b.codes, b.ends, b.data = slices.Clip(b.times), slices.Clip(b.codes), slices.Clip(b.ends), slices.Clip(b.data)
}

// cache keeps decoded blocks, as many as fit its limit, the least recently used
// going first. It always keeps the newest.
type cache struct {
	mu    sync.Mutex
	limit int64
	bytes int64
	items []cached // the most recently used last
}

type cached struct {
	i int
	b *block
}

func (c *cache) get(i int) *block {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.items, func(x cached) bool { return x.i == i })
	if at < 0 {
		return nil
	}
	x := c.items[at]
	c.items = append(slices.Delete(c.items, at, at+1), x)
	return x.b
}

func (c *cache) put(i int, b *block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.items, func(x cached) bool { return x.i == i }) {
		return
	}
	c.items = append(c.items, cached{i, b})
	c.bytes += b.size()
	gone := 0
	for c.bytes > c.limit && gone < len(c.items)-1 {
		c.bytes -= c.items[gone].b.size()
		gone++
	}
	c.items = slices.Delete(c.items, 0, gone)
}

// fits tells whether n more bytes displace nothing.
func (c *cache) fits(n int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes+n <= c.limit
}

func (c *cache) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

// load returns the events of block i, from the cache or from the source. With keep
// they stay in the cache; a pass over the whole cast leaves that alone.
func (t *Timeline) load(i int, keep bool) (*block, error) {
	if b := t.cache.get(i); b != nil {
		return b, nil
	}
	t.mu.RLock()
	s, header := t.index.spans[i], t.index.header
	t.mu.RUnlock()
	src, err := t.src.Open(s.pos.Offset)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	r := cast.Resume(src, cast.Lenient, header, s.pos)
	b := &block{}
	for range s.events {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the file is shorter than it was
		}
		if err != nil {
			return nil, err
		}
		b.add(e)
	}
	b.clip()
	if keep {
		t.cache.put(i, b)
	}
	return b, nil
}

// clear forgets all of them.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items, c.bytes = nil, 0
}
