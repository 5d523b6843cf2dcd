package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"rexec/internal/config"
	"rexec/library"
)

func newConfig(a *app) *cobra.Command {
	var defaults bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the settings, and where they stand",
		Long: `Print all settings as they hold now, with what each is about, in the form of the file
that they are read from: config.toml in Rexec's config folder. Without that file, and
for what it leaves out, the defaults hold.`,
		Example: "  rexec config                     # the file's name is said beside it\n  rexec config --defaults > config.toml",
		Args:    args(0, 0, "no arguments"),
		RunE:    func(*cobra.Command, []string) error { return a.config(defaults) },
	}
	cmd.Flags().BoolVar(&defaults, "defaults", false, "print the defaults instead")
	return cmd
}

func (a *app) config(defaults bool) error {
	dirs, err := library.DefaultDirs(a.home)
	if err != nil {
		return err
	}
	if defaults {
		return config.Write(a.out, config.Default())
	}
	settings, err := config.Load(dirs.Config)
	if err != nil {
		return err
	}
	path := config.Path(dirs.Config)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		a.say("the defaults; to change them, write %s", path)
	} else {
		a.say("the settings, from %s", path)
	}
	return config.Write(a.out, settings)
}
