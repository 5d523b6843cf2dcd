package keys

// Movement in lists, shared by name between pages.
const (
	Up       ID = "up"
	Down     ID = "down"
	PageUp   ID = "page-up"
	PageDown ID = "page-down"
	Top      ID = "top"
	Bottom   ID = "bottom"
)

// The library.
const (
	Open        ID = "open"
	Record      ID = "record"
	NewTerminal ID = "new-terminal"
	Find        ID = "search"
	NextMatch   ID = "next-match"
	PrevMatch   ID = "previous-match"
	Clear       ID = "clear"
	Edit        ID = "edit"
	Tags        ID = "tags"
	Trash       ID = "trash"
	Delete      ID = "delete"
	Undo        ID = "undo"
	Redo        ID = "redo"
	Keep        ID = "keep"
	MarkRow     ID = "mark-row"
	MarkRange   ID = "mark-range"
	MarkAll     ID = "mark-all"
	Sort        ID = "sort"
	Group       ID = "group"
	Import      ID = "import"
	Preview     ID = "preview"
	ShowHelp    ID = "help"
	Quit        ID = "quit"
)

var library = []Binding{
	{ID: Open, Context: Library, Keys: []string{"enter", "o"}, Label: "enter", Short: "open", Help: "play the recording, or go to the running terminal", Group: "Recordings", Hint: true},
	{ID: Find, Context: Library, Keys: []string{"/"}, Short: "search", Help: "search everything that was ever on a screen, as you type", Group: "Search", Hint: true},
	{ID: Preview, Context: Library, Keys: []string{"tab", "shift+tab"}, Label: "tab", Short: "preview", Help: "show or hide the preview", Group: "Recordings", Hint: true},
	{ID: Clear, Context: Library, Keys: []string{"esc"}, Short: "clear", Help: "clear the marks, then the search", Group: "Search", Hint: true},
	{ID: Group, Context: Library, Keys: []string{"b"}, Short: "by recording", Help: "what was found by recording, or one by one", Group: "Search", Hint: true},
	{ID: Record, Context: Library, Keys: []string{"r"}, Short: "record", Help: "record a new terminal; asks for a title, enter skips", Group: "Terminals", Hint: true},
	{ID: NewTerminal, Context: Library, Keys: []string{"c"}, Short: "shell", Help: "open a new terminal without recording it", Group: "Terminals", Hint: true},
	{ID: Trash, Context: Library, Keys: []string{"d"}, Short: "trash", Help: "move to the trash; / is:trash shows what is there", Group: "Recordings", Hint: true},
	{ID: Undo, Context: Library, Keys: []string{"z"}, Short: "undo", Help: "bring back from the trash what went there last, or what is chosen there", Group: "Recordings", Hint: true},
	{ID: Edit, Context: Library, Keys: []string{"e"}, Short: "edit", Help: "change title and description", Group: "Recordings", Hint: true},
	{ID: Tags, Context: Library, Keys: []string{"t"}, Short: "tags", Help: "change the tags", Group: "Recordings", Hint: true},
	{ID: Keep, Context: Library, Keys: []string{"K"}, Short: "keep", Help: "spare from clearing up by age and size, or not", Group: "Recordings"},
	{ID: Import, Context: Library, Keys: []string{"i"}, Short: "import", Help: "import a file, a folder or a pattern; again: end the import", Group: "Recordings", Hint: true},
	{ID: Delete, Context: Library, Keys: []string{"D"}, Short: "delete", Help: "delete for good; asks first", Group: "Recordings"},
	{ID: Redo, Context: Library, Keys: []string{"Z"}, Short: "redo", Help: "do again what was undone", Group: "Recordings"},
	{ID: MarkRow, Context: Library, Keys: []string{"space"}, Short: "mark", Help: "mark for d, D, t, K: they are about all that is marked", Group: "Recordings", Hint: true},
	{ID: MarkRange, Context: Library, Keys: []string{"v"}, Short: "mark range", Help: "begin to mark from here; again: mark to here", Group: "Recordings"},
	{ID: MarkAll, Context: Library, Keys: []string{"ctrl+a"}, Short: "mark all", Help: "mark all that are listed, or none", Group: "Recordings"},
	{ID: Sort, Context: Library, Keys: []string{"s"}, Short: "sort", Help: "sort in another way: newest, oldest, longest, largest, title; what was found: newest, best", Group: "Search", Hint: true},
	{ID: NextMatch, Context: Library, Keys: []string{"n"}, Short: "next", Help: "next match", Group: "Search"},
	{ID: PrevMatch, Context: Library, Keys: []string{"N"}, Short: "previous", Help: "previous match", Group: "Search"},
	{ID: Up, Context: Library, Keys: []string{"up", "k"}, Label: "↑ k", Short: "up", Help: "move up", Group: "Move"},
	{ID: Down, Context: Library, Keys: []string{"down", "j"}, Label: "↓ j", Short: "down", Help: "move down", Group: "Move"},
	{ID: PageUp, Context: Library, Keys: []string{"ctrl+u", "pgup"}, Label: "ctrl+u pgup", Short: "page up", Help: "half a page up", Group: "Move"},
	{ID: PageDown, Context: Library, Keys: []string{"ctrl+d", "pgdown"}, Label: "ctrl+d pgdn", Short: "page down", Help: "half a page down", Group: "Move"},
	{ID: Top, Context: Library, Keys: []string{"g", "home"}, Label: "g home", Short: "first", Help: "first", Group: "Move"},
	{ID: Bottom, Context: Library, Keys: []string{"G", "end"}, Label: "G end", Short: "last", Help: "last", Group: "Move"},
	{ID: ExportCast, Context: Library, Short: "export", Help: "export as a cast, to a file", Group: "Tools"},
	{ID: ExportText, Context: Library, Short: "text", Help: "export as text, to a file", Group: "Tools"},
	{ID: FindSecrets, Context: Library, Short: "secrets", Help: "look for passwords and tokens in it", Group: "Tools"},
	{ID: MaskSecrets, Context: Library, Short: "mask", Help: "make a copy in which passwords and tokens are masked", Group: "Tools"},
	{ID: ShortenPauses, Context: Library, Short: "shorten", Help: "make a copy without long pauses", Group: "Tools"},
	{ID: CheckCast, Context: Library, Short: "check", Help: "check it against the asciicast format", Group: "Tools"},
	{ID: OpenPalette, Context: Library, Keys: []string{"ctrl+p", ":"}, Label: "ctrl+p :", Short: "palette", Help: "find what can be done by its name", Group: "Rexec"},
	{ID: ShowHelp, Context: Library, Keys: []string{"?"}, Short: "help", Help: "all keys", Group: "Rexec", Hint: true},
	{ID: Quit, Context: Library, Keys: []string{"q", "ctrl+c"}, Label: "q", Short: "quit", Help: "quit; asks while terminals are running", Group: "Rexec", Hint: true},
}

// The library's search line.
const (
	Accept ID = "accept"
	Cancel ID = "cancel"
)

var filter = []Binding{
	{ID: Accept, Context: Filter, Keys: []string{"enter"}, Short: "keep", Help: "keep the search and go back to the list", Group: "Search", Hint: true},
	{ID: Cancel, Context: Filter, Keys: []string{"esc", "ctrl+c"}, Label: "esc", Short: "clear", Help: "clear the search", Group: "Search", Hint: true},
	{ID: Up, Context: Filter, Keys: []string{"up"}, Label: "↑", Short: "up", Help: "move up", Group: "Move"},
	{ID: Down, Context: Filter, Keys: []string{"down"}, Label: "↓", Short: "down", Help: "move down", Group: "Move"},
}

// After the prefix.
const (
	NewTab       ID = "new-tab"
	NextTab      ID = "next-tab"
	PrevTab      ID = "previous-tab"
	GoTab        ID = "go-tab"
	ToLibrary    ID = "library"
	ToggleRecord ID = "toggle-record"
	Mark         ID = "marker"
	PauseRecord  ID = "pause-recording"
	CloseTab     ID = "close-tab"
	SendPrefix   ID = "send-prefix"
)

// live returns the bindings that follow the prefix: striking the prefix again
// sends it to the terminal.
func live(prefix []string) []Binding {
	return []Binding{
		{ID: ToLibrary, Context: Prefix, Keys: []string{"d"}, Short: "library", Help: "to the library; the terminals keep running", Group: "Terminals", Hint: true},
		{ID: NewTab, Context: Prefix, Keys: []string{"c"}, Short: "new", Help: "new terminal", Group: "Terminals", Hint: true},
		{ID: NextTab, Context: Prefix, Keys: []string{"n"}, Short: "next", Help: "next terminal", Group: "Terminals"},
		{ID: PrevTab, Context: Prefix, Keys: []string{"p"}, Short: "previous", Help: "previous terminal", Group: "Terminals"},
		{ID: GoTab, Context: Prefix, Keys: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, Label: "1–9", Short: "go to", Help: "go to the terminal with that number", Group: "Terminals"},
		{ID: CloseTab, Context: Prefix, Keys: []string{"x"}, Short: "close", Help: "close the terminal; asks while it is running", Group: "Terminals", Hint: true},
		{ID: ToggleRecord, Context: Prefix, Keys: []string{"R"}, Short: "record", Help: "start recording from here, or stop and save", Group: "Recording", Hint: true},
		{ID: PauseRecord, Context: Prefix, Keys: []string{"P"}, Short: "pause", Help: "pause the recording, or go on with it", Group: "Recording"},
		{ID: Mark, Context: Prefix, Keys: []string{"m"}, Short: "marker", Help: "leave a marker in the recording", Group: "Recording"},
		{ID: SendPrefix, Context: Prefix, Keys: prefix, Label: prefix[0], Short: "send it", Help: "send " + prefix[0] + " to the terminal", Group: "Terminals"},
		{ID: OpenPalette, Context: Prefix, Keys: []string{":"}, Short: "palette", Help: "find what can be done by its name", Group: "Rexec"},
		{ID: ShowHelp, Context: Prefix, Keys: []string{"?"}, Short: "help", Help: "all keys", Group: "Rexec", Hint: true},
		{ID: Cancel, Context: Prefix, Keys: []string{"esc", "ctrl+c"}, Label: "esc", Short: "cancel", Help: "do nothing", Group: "Rexec"},
	}
}

var ended = []Binding{
	{ID: CloseTab, Context: Ended, Keys: []string{"x", "q"}, Label: "x", Short: "close", Help: "close this tab", Group: "Ended terminal", Hint: true},
	{ID: Open, Context: Ended, Keys: []string{"enter"}, Short: "play", Help: "play what was recorded in it", Group: "Ended terminal", Hint: true},
	{ID: OpenPalette, Context: Ended, Keys: []string{"ctrl+p", ":"}, Label: "ctrl+p :", Short: "palette", Help: "find what can be done by its name", Group: "Ended terminal"},
}

// The player.
const (
	Pause       ID = "pause"
	Back5       ID = "back-5s"
	Forward5    ID = "forward-5s"
	Back60      ID = "back-60s"
	Forward60   ID = "forward-60s"
	Back10      ID = "back-10%"
	Forward10   ID = "forward-10%"
	Tenth       ID = "tenth" // Key.Code - '0' says which
	Start       ID = "start"
	End         ID = "end"
	StepBack    ID = "step-back"
	StepForward ID = "step-forward"
	PrevMarker  ID = "previous-marker"
	NextMarker  ID = "next-marker"
	Slower      ID = "slower"
	Faster      ID = "faster"
	Halve       ID = "halve-speed"
	Double      ID = "double-speed"
	NormalSpeed ID = "normal-speed"
	SkipIdle    ID = "skip-idle"
	FullScreen  ID = "full-screen"
	Info        ID = "info"

	Backward       ID = "backward"
	PrevCommand    ID = "previous-command"
	NextCommand    ID = "next-command"
	ListCommands   ID = "commands"
	ListTranscript ID = "transcript"
	CopyCommand    ID = "copy-command"
	CopyOutput     ID = "copy-output"
	PanLeft        ID = "pan-left"
	PanRight       ID = "pan-right"
	PanUp          ID = "pan-up"
	PanDown        ID = "pan-down"
	Regexp         ID = "regexp"
)

var player = []Binding{
	{ID: Pause, Context: Player, Keys: []string{"space", "p"}, Label: "space", Short: "pause", Help: "pause and play on", Group: "Play", Hint: true},
	{ID: Backward, Context: Player, Keys: []string{"r"}, Short: "backward", Help: "play backward, and forward again", Group: "Play"},
	{ID: Back5, Context: Player, Keys: []string{"left", "h"}, Label: "← h", Short: "−5 s", Help: "5 seconds back", Group: "Seek", Hint: true},
	{ID: Forward5, Context: Player, Keys: []string{"right", "l"}, Label: "→ l", Short: "+5 s", Help: "5 seconds forward", Group: "Seek", Hint: true},
	{ID: Forward60, Context: Player, Keys: []string{"up", "k"}, Label: "↑ k", Short: "+1 min", Help: "a minute forward", Group: "Seek"},
	{ID: Back60, Context: Player, Keys: []string{"down", "j"}, Label: "↓ j", Short: "−1 min", Help: "a minute back", Group: "Seek"},
	{ID: Back10, Context: Player, Keys: []string{"shift+left"}, Label: "shift+←", Short: "−10%", Help: "a tenth back", Group: "Seek"},
	{ID: Forward10, Context: Player, Keys: []string{"shift+right"}, Label: "shift+→", Short: "+10%", Help: "a tenth forward", Group: "Seek"},
	{ID: Tenth, Context: Player, Keys: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, Label: "0–9", Short: "to n×10%", Help: "to 0 %, 10 % … 90 %", Group: "Seek"},
	{ID: Start, Context: Player, Keys: []string{"home", "g"}, Label: "g home", Short: "start", Help: "to the start", Group: "Seek"},
	{ID: End, Context: Player, Keys: []string{"end", "G"}, Label: "G end", Short: "end", Help: "to the end", Group: "Seek"},
	{ID: StepBack, Context: Player, Keys: []string{","}, Short: "frame back", Help: "one frame back", Group: "Seek"},
	{ID: StepForward, Context: Player, Keys: []string{"."}, Short: "frame on", Help: "one frame forward", Group: "Seek"},
	{ID: PrevMarker, Context: Player, Keys: []string{"["}, Short: "marker back", Help: "previous marker", Group: "Seek"},
	{ID: NextMarker, Context: Player, Keys: []string{"]"}, Short: "marker on", Help: "next marker", Group: "Seek"},
	{ID: PrevCommand, Context: Player, Keys: []string{"(", "pgup"}, Label: "( pgup", Short: "command back", Help: "previous command", Group: "Commands"},
	{ID: NextCommand, Context: Player, Keys: []string{")", "pgdown"}, Label: ") pgdn", Short: "command on", Help: "next command", Group: "Commands"},
	{ID: ListCommands, Context: Player, Keys: []string{"c"}, Short: "commands", Help: "list the commands beside the recording, or not", Group: "Commands", Hint: true},
	{ID: ListTranscript, Context: Player, Keys: []string{"T"}, Short: "transcript", Help: "list all lines beside the recording, or not", Group: "Commands", Hint: true},
	{ID: CopyCommand, Context: Player, Keys: []string{"y"}, Short: "copy", Help: "copy the command of this moment", Group: "Commands"},
	{ID: CopyOutput, Context: Player, Keys: []string{"Y"}, Short: "copy output", Help: "copy what the command of this moment printed", Group: "Commands"},
	{ID: Slower, Context: Player, Keys: []string{"-"}, Short: "slower", Help: "slower", Group: "Play", Hint: true},
	{ID: Faster, Context: Player, Keys: []string{"+", "="}, Label: "+", Short: "faster", Help: "faster", Group: "Play", Hint: true},
	{ID: Halve, Context: Player, Keys: []string{"{"}, Short: "half", Help: "half the speed", Group: "Play"},
	{ID: Double, Context: Player, Keys: []string{"}"}, Short: "double", Help: "double the speed", Group: "Play"},
	{ID: NormalSpeed, Context: Player, Keys: []string{"backspace"}, Short: "1×", Help: "normal speed", Group: "Play"},
	{ID: SkipIdle, Context: Player, Keys: []string{"s"}, Short: "skip idle", Help: "skip pauses longer than 2 s, or not", Group: "Play", Hint: true},
	{ID: Find, Context: Player, Keys: []string{"/"}, Short: "search", Help: "search everything that was ever on the screen", Group: "Search", Hint: true},
	{ID: NextMatch, Context: Player, Keys: []string{"n"}, Short: "next", Help: "next match", Group: "Search"},
	{ID: PrevMatch, Context: Player, Keys: []string{"N"}, Short: "previous", Help: "previous match", Group: "Search"},
	{ID: PanLeft, Context: Player, Keys: []string{"ctrl+left", "alt+left"}, Label: "ctrl+←", Short: "left", Help: "show what is left of the window, of a larger recording", Group: "View"},
	{ID: PanRight, Context: Player, Keys: []string{"ctrl+right", "alt+right"}, Label: "ctrl+→", Short: "right", Help: "show what is right of it", Group: "View"},
	{ID: PanUp, Context: Player, Keys: []string{"ctrl+up", "alt+up"}, Label: "ctrl+↑", Short: "above", Help: "show what is above it", Group: "View"},
	{ID: PanDown, Context: Player, Keys: []string{"ctrl+down", "alt+down"}, Label: "ctrl+↓", Short: "below", Help: "show what is below it", Group: "View"},
	{ID: FullScreen, Context: Player, Keys: []string{"f"}, Short: "full screen", Help: "show or hide the bars", Group: "View"},
	{ID: Info, Context: Player, Keys: []string{"i"}, Short: "info", Help: "about this recording", Group: "View"},
	{ID: OpenPalette, Context: Player, Keys: []string{"ctrl+p", ":"}, Label: "ctrl+p :", Short: "palette", Help: "find what can be done by its name", Group: "View"},
	{ID: ShowHelp, Context: Player, Keys: []string{"?"}, Short: "help", Help: "all keys", Group: "View", Hint: true},
	{ID: Quit, Context: Player, Keys: []string{"q", "esc", "ctrl+c"}, Label: "q", Short: "back", Help: "back to where you came from", Group: "View", Hint: true},
}

var search = []Binding{
	{ID: Accept, Context: Search, Keys: []string{"enter"}, Short: "find", Help: "go to the first match", Group: "Search", Hint: true},
	{ID: Cancel, Context: Search, Keys: []string{"esc", "ctrl+c"}, Label: "esc", Short: "cancel", Help: "leave the search", Group: "Search", Hint: true},
	{ID: Regexp, Context: Search, Keys: []string{"ctrl+r"}, Short: "regexp", Help: "search a regular expression, or plain text; / at the start does the same", Group: "Search", Hint: true},
}

// A panel of the player. Keys that are not here are the player's.
var panel = []Binding{
	{ID: Open, Context: Panel, Keys: []string{"enter"}, Short: "go there", Help: "go to where it is in the recording", Group: "Panel", Hint: true},
	{ID: Find, Context: Panel, Keys: []string{"/"}, Short: "filter", Help: "show only what has these words", Group: "Panel", Hint: true},
	{ID: Cancel, Context: Panel, Keys: []string{"esc"}, Short: "close", Help: "show all again; close the panel", Group: "Panel", Hint: true},
	{ID: Up, Context: Panel, Keys: []string{"up", "k"}, Label: "↑ k", Short: "up", Help: "move up", Group: "Panel"},
	{ID: Down, Context: Panel, Keys: []string{"down", "j"}, Label: "↓ j", Short: "down", Help: "move down", Group: "Panel"},
	{ID: PageUp, Context: Panel, Keys: []string{"pgup", "ctrl+u"}, Label: "pgup", Short: "page up", Help: "a page up", Group: "Panel"},
	{ID: PageDown, Context: Panel, Keys: []string{"pgdown", "ctrl+d"}, Label: "pgdn", Short: "page down", Help: "a page down", Group: "Panel"},
	{ID: Top, Context: Panel, Keys: []string{"home", "g"}, Label: "g home", Short: "first", Help: "first", Group: "Panel"},
	{ID: Bottom, Context: Panel, Keys: []string{"end", "G"}, Label: "G end", Short: "last", Help: "last", Group: "Panel"},
}

var panelFilter = []Binding{
	{ID: Accept, Context: PanelFilter, Keys: []string{"enter"}, Short: "go there", Help: "go to the one under the cursor", Group: "Filter", Hint: true},
	{ID: Cancel, Context: PanelFilter, Keys: []string{"esc", "ctrl+c"}, Label: "esc", Short: "clear", Help: "show all again", Group: "Filter", Hint: true},
	{ID: Up, Context: PanelFilter, Keys: []string{"up"}, Label: "↑", Short: "up", Help: "move up", Group: "Filter"},
	{ID: Down, Context: PanelFilter, Keys: []string{"down"}, Label: "↓", Short: "down", Help: "move down", Group: "Filter"},
}

// Dialogs.
const (
	Yes       ID = "yes"
	No        ID = "no"
	NextField ID = "next-field"
	PrevField ID = "previous-field"
)

var dialog = []Binding{
	{ID: Accept, Context: Dialog, Keys: []string{"enter"}, Short: "confirm", Help: "confirm", Group: "Dialog", Hint: true},
	{ID: Cancel, Context: Dialog, Keys: []string{"esc", "ctrl+c"}, Label: "esc", Short: "cancel", Help: "cancel", Group: "Dialog", Hint: true},
	{ID: NextField, Context: Dialog, Keys: []string{"tab", "down"}, Label: "tab", Short: "next", Help: "next button or field", Group: "Dialog"},
	{ID: PrevField, Context: Dialog, Keys: []string{"shift+tab", "up"}, Label: "shift+tab", Short: "previous", Help: "previous button or field", Group: "Dialog"},
	{ID: Yes, Context: Dialog, Keys: []string{"y", "Y"}, Label: "y", Short: "yes", Help: "yes (only where the question is yes or no)", Group: "Dialog"},
	{ID: No, Context: Dialog, Keys: []string{"n", "N"}, Label: "n", Short: "no", Help: "no (only where the question is yes or no)", Group: "Dialog"},
}

// The palette, and what only it does.
const (
	OpenPalette   ID = "palette"
	ExportCast    ID = "export-cast"
	ExportText    ID = "export-text"
	FindSecrets   ID = "find-secrets"
	MaskSecrets   ID = "mask-secrets"
	ShortenPauses ID = "shorten-pauses"
	CheckCast     ID = "check-cast"
)

var palette = []Binding{
	{ID: Accept, Context: Palette, Keys: []string{"enter"}, Short: "do it", Help: "do what the cursor is on", Group: "Palette", Hint: true},
	{ID: Cancel, Context: Palette, Keys: []string{"esc", "ctrl+c"}, Label: "esc", Short: "close", Help: "close the palette", Group: "Palette", Hint: true},
	{ID: Up, Context: Palette, Keys: []string{"up", "ctrl+p", "shift+tab"}, Label: "↑", Short: "up", Help: "move up", Group: "Palette"},
	{ID: Down, Context: Palette, Keys: []string{"down", "ctrl+n", "tab"}, Label: "↓", Short: "down", Help: "move down", Group: "Palette"},
	{ID: PageUp, Context: Palette, Keys: []string{"pgup"}, Short: "page up", Help: "half a page up", Group: "Palette"},
	{ID: PageDown, Context: Palette, Keys: []string{"pgdown"}, Short: "page down", Help: "half a page down", Group: "Palette"},
}

var help = []Binding{
	{ID: Cancel, Context: Help, Keys: []string{"esc", "q", "?", "enter", "ctrl+c"}, Label: "esc", Short: "close", Help: "close the help", Group: "Help", Hint: true},
	{ID: Up, Context: Help, Keys: []string{"up", "k"}, Label: "↑", Short: "up", Help: "scroll up", Group: "Help"},
	{ID: Down, Context: Help, Keys: []string{"down", "j"}, Label: "↓", Short: "scroll", Help: "scroll down", Group: "Help", Hint: true},
	{ID: PageUp, Context: Help, Keys: []string{"pgup", "ctrl+u"}, Short: "page up", Help: "a page up", Group: "Help"},
	{ID: PageDown, Context: Help, Keys: []string{"pgdown", "ctrl+d", "space"}, Short: "page down", Help: "a page down", Group: "Help"},
}
