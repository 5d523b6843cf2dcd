// Package theme turns semantic roles into styles.
//
// Everything that the app draws around terminals takes its colours from here, by
// role, never by value. What a child or a recording draws keeps its own colours.
// Colour is never the only sign of anything: the drawing code pairs it with a
// glyph or a word.
//
// There are four looks. With 256 colours or more, surfaces are blended from the
// terminal's own background, so that they sit well on any; light and dark differ
// in their hues. With 16 colours the palette's own are used. Without colour
// (NO_COLOR, TERM=dumb) only bold, faint, underline and reverse are left.
package theme

import (
	"image/color"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// Theme is the style of each role.
type Theme struct {
	// Text on the terminal's own background.
	Text, Muted, Faint, Bold uv.Style
	// Accent marks what the eye should find first; Match is text that was searched for.
	Accent, Match, MatchCurrent uv.Style
	// State, each of them drawn with its glyph or word.
	Recording, OK, Warn, Error uv.Style

	// Bar is the line at the top and the bottom; the others stand on it.
	Bar, BarTitle, BarMuted, BarAccent, BarRecording, BarKey, BarKeyName uv.Style
	// Tab is a tab of the tab bar, TabActive the one that is shown.
	Tab, TabActive, TabActiveRecording, TabRecording uv.Style

	// Selected is the row under the cursor where the list has the keys.
	Selected, SelectedMuted, SelectedAccent, SelectedRecording uv.Style
	// Border separates panes.
	Border uv.Style

	// Panel is the surface of dialogs, popups, help and toasts.
	Panel, PanelTitle, PanelMuted, PanelBorder, PanelKey           uv.Style
	PanelAccent, PanelOK, PanelWarn, PanelError                    uv.Style
	Field, FieldPlaceholder, Button, ButtonActive, ButtonDangerous uv.Style

	// The player's position bar: played and unplayed, idle spans, markers and hits.
	Played, Unplayed, Idle, Marker, Hit uv.Style

	// Dark tells whether the theme is for a dark background.
	Dark bool
}

// Options say what the terminal can show.
type Options struct {
	Profile    colorprofile.Profile
	Background color.Color // the terminal's, nil when it did not say
	NoColor    bool        // the user wants none: NO_COLOR is set and not empty
}

// New makes the theme for a terminal. A background that is not known counts as dark.
func New(o Options) *Theme {
	switch {
	case o.NoColor || o.Profile <= colorprofile.Ascii:
		return plain()
	case o.Profile == colorprofile.ANSI:
		return sixteen(isDark(o.Background))
	}
	return rich(o.Background)
}

// hues are what light and dark do not share.
type hues struct {
	bg, fg                    color.RGBA
	accent, red, green, amber color.RGBA
	violet                    color.RGBA
	selection                 float64 // how much accent a selected row has
	surface, raised, line     float64 // how much foreground these surfaces have
	muted, faint              float64 // and these texts
	onAccent                  color.RGBA
}

var darkHues = hues{
	bg: rgb(0x14161b), fg: rgb(0xd8dce6),
	accent: rgb(0x7fb7e8), red: rgb(0xf78a80), green: rgb(0x8cc98a), amber: rgb(0xe3b566), violet: rgb(0xb9a3ec),
	selection: 0.20, surface: 0.065, raised: 0.095, line: 0.22, muted: 0.62, faint: 0.42,
	onAccent: rgb(0x10151c),
}

var lightHues = hues{
	bg: rgb(0xfbfbfa), fg: rgb(0x22262e),
	accent: rgb(0x1a5ca3), red: rgb(0xb22a23), green: rgb(0x256b2a), amber: rgb(0x825305), violet: rgb(0x6a48b8),
	selection: 0.14, surface: 0.055, raised: 0.045, line: 0.22, muted: 0.66, faint: 0.50,
	onAccent: rgb(0xffffff),
}

// rich is the theme for 256 colours and more.
func rich(background color.Color) *Theme {
	h := darkHues
	dark := isDark(background)
	if !dark {
		h = lightHues
	}
	if background != nil {
		h.bg = toRGBA(background)
	}
	var (
		surface   = blend(h.bg, h.fg, h.surface)
		raised    = blend(h.bg, h.fg, h.raised)
		line      = blend(h.bg, h.fg, h.line)
		muted     = blend(h.bg, h.fg, h.muted)
		faint     = blend(h.bg, h.fg, h.faint)
		selection = blend(h.bg, h.accent, h.selection)
		field     = blend(h.bg, h.fg, h.raised+0.07)
	)
	on := func(fg, bg color.Color, attrs ...uint8) uv.Style {
		s := uv.Style{Fg: fg, Bg: bg}
		for _, a := range attrs {
			s.Attrs |= a
		}
		return s
	}
	const bold = uv.AttrBold
	return &Theme{
		Dark:  dark,
		Text:  uv.Style{},
		Muted: on(muted, nil), Faint: on(faint, nil), Bold: on(nil, nil, bold),
		Accent: on(h.accent, nil), Match: on(h.onAccent, h.amber), MatchCurrent: on(h.onAccent, h.accent, bold),
		Recording: on(h.red, nil, bold), OK: on(h.green, nil), Warn: on(h.amber, nil), Error: on(h.red, nil, bold),

		Bar: on(h.fg, surface), BarTitle: on(h.accent, surface, bold), BarMuted: on(muted, surface),
		BarAccent: on(h.accent, surface), BarRecording: on(h.red, surface, bold),
		BarKey: on(h.fg, surface, bold), BarKeyName: on(muted, surface),
		Tab: on(muted, surface), TabActive: on(h.fg, selection, bold),
		TabActiveRecording: on(h.red, selection, bold), TabRecording: on(h.red, surface),

		Selected: on(h.fg, selection, bold), SelectedMuted: on(blend(h.bg, h.fg, 0.8), selection),
		SelectedAccent: on(h.accent, selection, bold), SelectedRecording: on(h.red, selection, bold),
		Border: on(line, nil),

		Panel: on(h.fg, raised), PanelTitle: on(h.fg, raised, bold), PanelMuted: on(muted, raised),
		PanelBorder: on(line, raised), PanelKey: on(h.accent, raised, bold), PanelAccent: on(h.accent, raised),
		PanelOK: on(h.green, raised, bold), PanelWarn: on(h.amber, raised, bold), PanelError: on(h.red, raised, bold),
		Field: on(h.fg, field), FieldPlaceholder: on(faint, field),
		Button: on(h.fg, field), ButtonActive: on(h.onAccent, h.accent, bold), ButtonDangerous: on(h.onAccent, h.red, bold),

		Played: on(h.accent, surface), Unplayed: on(line, surface), Idle: on(faint, surface),
		Marker: on(h.violet, surface, bold), Hit: on(h.amber, surface, bold),
	}
}
