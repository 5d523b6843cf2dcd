//go:build !unix

package live

import "os"

// supported tells whether terminals can be hosted here.
const supported = false

// process cannot exist here: spawn never returns one.
type process struct{ pty *os.File }

func spawn(Config) (*process, error) { return nil, ErrUnsupported }

func (*process) pid() int                    { return 0 }
func (*process) resize(cols, rows int) error { return ErrUnsupported }
func (*process) discipline() discipline      { return discipline{} }
func (*process) hangUp()                     {}
func (*process) kill()                       {}
func (*process) wait() ExitStatus            { return ExitStatus{} }
