package live

import (
	"os"

	"rexec/recording/cast"
	"rexec/recording/shell"
)

// teach makes the command of c, if it is a shell that can be taught, say where its
// commands begin and end, and returns the nonce that its marks carry. Where nothing
// can be taught the command is started as it is.
func (c *Config) teach() (nonce string) {
	if len(c.Integration) == 0 {
		return ""
	}
	_, args, err := lookup(*c)
	if err != nil {
		return "" // starting it will say why
	}
	launch, ok, err := shell.Teach(args, c.Env, c.Integration, c.Record.continued())
	if err != nil || !ok {
		return ""
	}
	c.Command, c.Env = launch.Args, launch.Env
	return launch.Nonce
}

// signed adds a nonce to the header of a recording, for its readers.
func (o RecordOptions) signed(nonce string) RecordOptions {
	if nonce == "" {
		return o
	}
	x := cast.Rexec{}
	if o.Header.Rexec != nil {
		x = *o.Header.Rexec
	}
	x.Nonce = nonce
	o.Header.Rexec = &x
	return o
}

// continued returns the nonce of the recording that is continued, whose header stays
// as it is; "" without one.
func (o *RecordOptions) continued() string {
	if o == nil || !o.Append {
		return ""
	}
	f, err := os.Open(o.Path)
	if err != nil {
		return "" // opening it to write will say why
	}
	defer f.Close()
	r, err := cast.NewReader(f, cast.Lenient)
	if err != nil || r.Header().Rexec == nil {
		return ""
	}
	return r.Header().Rexec.Nonce
}
