package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// app is what all subcommands work with.
type app struct {
	in       *os.File
	out, err *os.File
	home     string // --home: one folder for everything, "" for the user's usual places
}

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
			if len(args) == 0 {
				return nil
			}
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				return usagef("there is no command %q; did you mean %s?", args[0], strings.Join(near, " or "))
			}
			return usagef("there is no command %q; see rexec --help", args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return a.openApp(cmd.Context()) },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see %s --help", err, cmd.CommandPath())
	})
	root.PersistentFlags().StringVar(&a.home, "home", os.Getenv("REXEC_HOME"),
		"keep everything in `DIR` (REXEC_HOME)")
	root.AddCommand(
		newRec(a),
		newPlay(a),
		newLs(a),
		newSearch(a),
		newRecall(a),
		newDiff(a),
		newImport(a),
		newExport(a),
		newCompress(a),
		newSet(a),
		newAudit(a),
		newRm(a),
		newRestore(a),
		newTrash(a),
		newPrune(a),
		newDoctor(a),
		newScreen(a),
		newEdit(a),
		newSecrets(a),
		newTranscript(a),
		newValidate(a),
		newRepair(a),
		newConvert(a),
		newVersion(a),
	)
	return root
}
