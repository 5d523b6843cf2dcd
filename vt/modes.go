package vt

// MouseTracking is what a program wants to hear of the mouse.
type MouseTracking uint8

// The mouse tracking modes (xterm ctlseqs, "Mouse Tracking").
const (
	MouseOff    MouseTracking = iota
	MouseX10                  // DECSET 9: presses
	MouseNormal               // DECSET 1000: presses and releases
	MouseButton               // DECSET 1002: also motion while a button is down
	MouseAny                  // DECSET 1003: all motion
)

// MouseEncoding is how mouse reports are written.
type MouseEncoding uint8

// The mouse report encodings.
const (
	MouseEncodingX10       MouseEncoding = iota // CSI M and three bytes
	MouseEncodingUTF8                           // DECSET 1005
	MouseEncodingSGR                            // DECSET 1006
	MouseEncodingURXVT                          // DECSET 1015
	MouseEncodingSGRPixels                      // DECSET 1016
)

// KittyFlags are the progressive enhancements of the kitty keyboard protocol.
type KittyFlags uint8

// The flags, as in CSI = flags u.
const (
	KittyDisambiguate KittyFlags = 1 << iota
	KittyEventTypes
	KittyAlternateKeys
	KittyAllKeys
	KittyText
)

// Modes are the settings of a child that its owner needs: to encode input for
// it, and to show its screen.
type Modes struct {
	AppCursor       bool          // DECCKM: cursor keys send SS3
	AppKeypad       bool          // DECKPAM: the keypad sends SS3
	BackarrowBS     bool          // DECBKM: backspace sends BS, not DEL
	NewLine         bool          // LNM: enter sends CR LF
	BracketedPaste  bool          // 2004
	FocusEvents     bool          // 1004
	Mouse           MouseTracking // 9, 1000, 1002, 1003
	MouseEncoding   MouseEncoding // 1005, 1006, 1015, 1016
	AltScroll       bool          // 1007: the wheel sends arrows on the alternate screen
	ModifyOtherKeys uint8         // CSI > 4 ; n m: 0, 1 or 2
	Kitty           KittyFlags    // CSI = flags u, CSI > flags u
	AltScreen       bool          // 47, 1047, 1049
	ReverseScreen   bool          // DECSCNM
	Synchronized    bool          // 2026: the child is in the middle of a frame
	Clusters        bool          // 2027: widths count grapheme clusters
	ColorScheme     bool          // 2031: the child wants to hear of light and dark
}

// CursorShape is the form of the cursor (DECSCUSR).
type CursorShape uint8

// The cursor shapes.
const (
	CursorBlock CursorShape = iota
	CursorUnderline
	CursorBar
)

// Cursor is where the cursor stands and how it looks.
type Cursor struct {
	X, Y    int // column and row, from 0
	Visible bool
	Blink   bool
	Shape   CursorShape
}
