package timeline

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Cache is a folder that keeps the index of big casts, so that the next time all of
// a cast can be reached at once. It may be deleted at any time. What is in it holds
// screens of recordings: files are private (0600), and DropCache takes those of a
// recording away.
//
// A file of it is used only if it is whole (checksums), of this version, and of
// these very bytes: the size of the cast and both of its ends are compared, and a
// piece of it is played and compared with the keyframe behind it. Any other file is
// passed over, and replaced.
type Cache struct {
	Dir string // "": no cache
	Key Key    // of the cast; "": no cache
	// MinBytes is the size from which a cast is worth it: 4 MB when zero. MaxBytes is
	// what all files of the folder may have: 512 MB when zero; those that were not
	// used for the longest time go first.
	MinBytes, MaxBytes int64
	Now                func() time.Time // nil: time.Now
}

func (c Cache) withDefaults() Cache {
	c.MinBytes, c.MaxBytes = cmp.Or(c.MinBytes, 4<<20), cmp.Or(c.MaxBytes, 512<<20)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Key names the content of a cast in a Cache.
type Key string

// ContentKey is the key of a cast by the SHA-256 of its bytes, not compressed, in
// hexadecimal. It stays the same wherever the cast is.
func ContentKey(sha256 string) Key { return Key("sha256:" + sha256) }

// FileKey is the key of a file by what the system knows of it: size, time of the
// last change, number, and both of its ends. It is found without reading it all.
func FileKey(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", path)
	}
	ends, err := fingerprint(readerAt{f}, info.Size())
	if err != nil {
		return "", err
	}
	return Key(fmt.Sprintf("file:%d:%d:%d:%x", info.Size(), info.ModTime().UnixNano(), inode(info), ends)), nil
}

// CacheOf is the Cache of a file in a folder, by the SHA-256 of its cast if that is
// known, else by the file itself.
func CacheOf(dir, path, sha256 string) Cache {
	c := Cache{Dir: dir}
	if dir == "" {
		return c
	}
	if c.Key = ContentKey(sha256); sha256 == "" {
		c.Key, _ = FileKey(path) // what cannot be read now is told of when it is opened
	}
	return c
}

// readerAt is a file as a Source, opened already.
type readerAt struct{ f *os.File }

func (r readerAt) Open(offset int64) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(r.f, offset, 1<<62)), nil
}

func (r readerAt) Size() int64 { return -1 }

// sampleBytes of the start and of the end of a cast tell it from others.
const sampleBytes = 64 << 10

// fingerprint is the hash of a cast's size and ends.
func fingerprint(src Source, size int64) ([sha256.Size]byte, error) {
	h := sha256.New()
	fmt.Fprintln(h, size)
	for _, at := range []int64{0, max(size-sampleBytes, 0)} {
		r, err := src.Open(at)
		if err != nil {
			return [sha256.Size]byte{}, err
		}
		_, err = io.CopyN(h, r, min(sampleBytes, size))
		r.Close()
		if err != nil {
			return [sha256.Size]byte{}, err
		}
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

const (
	cacheSuffix = ".index"
	tempSuffix  = ".part"
)

func cachePath(dir string, key Key) string { return filepath.Join(dir, cacheName(key)+cacheSuffix) }

func cacheName(key Key) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

// DropCache deletes what a cache folder holds of a cast. It is no error when that is
// nothing. Who is just making an index does not finish it.
func DropCache(dir string, key Key) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	name := cacheName(key)
	errs := []error{err}
	for _, e := range entries {
		rest, is := strings.CutPrefix(e.Name(), name)
		if !is || rest != cacheSuffix && !strings.HasSuffix(rest, tempSuffix) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("delete the index of a recording: %w", err)
	}
	return nil
}

// prune deletes the files that were not used for the longest time until the folder
// is within its bound, and what a crash left half written. keep stays.
func (c Cache) prune(keep string) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return
	}
	type file struct {
		path string
		size int64
		used time.Time
	}
	var files []file
	total := int64(0)
	for _, e := range entries {
		info, err := e.Info()
		path := filepath.Join(c.Dir, e.Name())
		switch {
		case err != nil || !info.Mode().IsRegular():
		case strings.HasSuffix(path, tempSuffix):
			const abandoned = 24 * time.Hour
			if c.Now().Sub(info.ModTime()) > abandoned {
				_ = os.Remove(path)
			}
		case strings.HasSuffix(path, cacheSuffix):
			total += info.Size()
			if path != keep {
				files = append(files, file{path, info.Size(), info.ModTime()})
			}
		}
	}
	slices.SortFunc(files, func(a, b file) int { return a.used.Compare(b.used) })
	for _, f := range files {
		if total <= c.MaxBytes {
			return
		}
		if os.Remove(f.path) == nil {
			total -= f.size
		}
	}
}

// wanted tells whether the index of a cast of some version and size is kept. A v1
// cast is one JSON value, in whose middle reading cannot go on from two numbers.
func (c Cache) wanted(version int, size int64) bool {
	return c.Dir != "" && c.Key != "" && version >= 2 && size >= c.MinBytes
}

// use returns the index of a cast from the cache, false when there is none that can
// be used.
func (c Cache) use(src Source) (*stored, index, bool) {
	path := cachePath(c.Dir, c.Key)
	s, x, err := openStored(path)
	if err != nil {
		return nil, index{}, false
	}
	if sum, err := fingerprint(src, src.Size()); err != nil || x.offset != src.Size() || s.sum != sum {
		s.close()
		return nil, index{}, false
	}
	now := c.Now()
	_ = os.Chtimes(path, now, now) // it was used: prune takes others first
	return s, x, true
}
