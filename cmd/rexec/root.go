package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// app is what all subcommands work with.
type app struct {
	in   *os.File
	out  *output
	err  *os.File
	home string // --home: one folder for everything, "" for the user's usual places
}

// ownSignals are the subcommands that see to signals themselves: one passes them on to
// what it records, one has a screen to give back.
var ownSignals = map[string]bool{"rec": true, "play": true}

// newRoot builds the command line.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "rexec",
		Short: "Host, record, find and replay terminals",
		Long: `Rexec hosts terminals, records them, keeps every recording in a library on this
machine, finds what was on their screens, and replays them.

Without a command it opens the full-screen library.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(cmd, args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return a.openApp(cmd.Context()) },
	}
	root.SuggestionsMinimumDistance = 2
	root.Version = version()
	root.SetVersionTemplate("rexec {{.Version}}\n")
	root.SetHelpCommand(newHelp())
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see %s --help", err, cmd.CommandPath())
	})
	root.PersistentFlags().StringVar(&a.home, "home", os.Getenv("REXEC_HOME"),
		"keep everything in `DIR` (REXEC_HOME)")
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Record and replay:", []*cobra.Command{newRec(a), newPlay(a)}},
		{"Find what was there:", []*cobra.Command{newLs(a), newSearch(a), newRecall(a), newDiff(a), newScreen(a), newTranscript(a)}},
		{"Change and check recordings:", []*cobra.Command{newSet(a), newEdit(a), newSecrets(a), newValidate(a), newRepair(a), newConvert(a)}},
		{"In and out of the library:", []*cobra.Command{newImport(a), newExport(a), newRm(a), newRestore(a), newTrash(a)}},
		{"Keep the library in order:", []*cobra.Command{newPrune(a), newCompress(a), newDoctor(a), newAudit(a), newConfig(a)}},
	} {
		root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.title
			if !ownSignals[c.Name()] {
				interruptible(c)
			}
		}
		root.AddCommand(g.commands...)
	}
	root.AddCommand(newVersion(a))
	return root
}

// noCommand says that there is no such command, and which might be meant.
func noCommand(root *cobra.Command, name string) error {
	if near := root.SuggestionsFor(name); len(near) > 0 {
		return usagef("there is no command %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return usagef("there is no command %q; see rexec --help", name)
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Tell about a command",
		RunE: func(cmd *cobra.Command, names []string) error {
			about, _, err := cmd.Root().Find(names)
			if err != nil || len(names) > 0 && about == cmd.Root() {
				return noCommand(cmd.Root(), names[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
