package main

import (
	"context"
	"io"
	"os"

	"rexec/recording/pack"
)

// recording is an open recording: a stream of its uncompressed bytes that ends when
// the context does, and shows how far it was read.
type recording struct {
	*source
	file     *pack.File
	progress *progress
	stream   io.Reader
	ctx      context.Context
}

// openRecording opens what an argument FILE|ID|- stands for. verb says what is done
// with it, for the progress: "validating". close must be called.
func (a *app) openRecording(ctx context.Context, verb, arg string) (*recording, error) {
	src, err := a.source(ctx, arg)
	if err != nil {
		return nil, err
	}
	f, err := pack.Open(src.path)
	if err != nil {
		src.close()
		return nil, err
	}
	r := &recording{source: src, file: f, progress: a.progress(verb + " " + arg), ctx: ctx}
	r.start()
	return r, nil
}

func (r *recording) start() {
	r.stream = r.progress.reader(readerWithContext{r.ctx, r.file}, r.file.Size())
}

// Read implements io.Reader.
func (r *recording) Read(p []byte) (int, error) { return r.stream.Read(p) }

// rewind goes back to the beginning.
func (r *recording) rewind() error {
	_, err := r.file.Seek(0, io.SeekStart)
	r.start()
	return err
}

// isFile tells whether path, which has info, is the file that is being read.
func (r *recording) isFile(info os.FileInfo) bool {
	own, err := r.file.Stat()
	return err == nil && os.SameFile(info, own)
}

func (r *recording) close() {
	r.progress.end()
	r.file.Close()
	r.source.close()
}
