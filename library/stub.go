package library

import (
	"context"
	"errors"
	"time"

	"rexec/recording/cast"
)

var errStub = errors.New("not built yet")

type Options struct {
	Now   func() time.Time
	NewID func() (string, error)
	Host  string
}

type Library struct{}

func Open(ctx context.Context, d Dirs, o Options) (*Library, error) { return nil, errStub }
func (l *Library) Close() error                                     { return nil }
func (l *Library) Dirs() Dirs                                       { return Dirs{} }

// ReadOnly returns nil, or *ErrReadOnly when only reading is possible.
func (l *Library) ReadOnly() error                            { return nil }
func (l *Library) Version(ctx context.Context) (int64, error) { return 0, errStub }
func (l *Library) Stats(ctx context.Context) (Stats, error)   { return Stats{}, errStub }
func (l *Library) List(ctx context.Context, o ListOptions) ([]Recording, error) {
	return nil, errStub
}
func (l *Library) Get(ctx context.Context, idOrPrefix string) (Recording, error) {
	return Recording{}, errStub
}
func (l *Library) Resolve(ctx context.Context, arg string) (Target, error) {
	return Target{}, errStub
}
func (l *Library) Commands(ctx context.Context, id string) ([]Command, error) { return nil, errStub }
func (l *Library) Begin(ctx context.Context, n NewRecording) (Recording, cast.Header, error) {
	return Recording{}, cast.Header{}, errStub
}
func (l *Library) Finish(ctx context.Context, id string, info FinishInfo) (Recording, error) {
	return Recording{}, errStub
}
func (l *Library) Recover(ctx context.Context) ([]Recovered, error) { return nil, errStub }
func (l *Library) Import(ctx context.Context, path string, progress func(done, total int64)) (Recording, error) {
	return Recording{}, errStub
}
func (l *Library) ImportAll(ctx context.Context, paths []string, progress func(ImportProgress)) ([]ImportResult, error) {
	return nil, errStub
}
func (l *Library) SetTitle(ctx context.Context, id, title string) (Recording, error) {
	return Recording{}, errStub
}
func (l *Library) Update(ctx context.Context, id string, p Patch) (Recording, error) {
	return Recording{}, errStub
}
func (l *Library) Delete(ctx context.Context, ids ...string) error { return errStub }
