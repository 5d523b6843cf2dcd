package theme

import (
	"image/color"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// sixteen is the theme for terminals with the ANSI colours only. It sets no
// backgrounds but by reverse video: which of them are light is the user's choice.
func sixteen(dark bool) *Theme {
	t := plain()
	t.Dark = dark
	accent, red, green, amber, violet, grey := ansi.Cyan, ansi.Red, ansi.Green, ansi.Yellow, ansi.Magenta, ansi.BrightBlack
	if dark {
		accent, red, green, amber, violet = ansi.BrightCyan, ansi.BrightRed, ansi.BrightGreen, ansi.BrightYellow, ansi.BrightMagenta
	}
	paint := func(c ansi.BasicColor, styles ...*uv.Style) {
		for _, s := range styles {
			s.Fg = color.Color(c)
		}
	}
	paint(grey, &t.Border, &t.PanelBorder, &t.Unplayed, &t.Idle)
	paint(accent, &t.Accent, &t.BarTitle, &t.BarAccent, &t.PanelKey, &t.PanelAccent, &t.Played)
	paint(red, &t.Recording, &t.Error, &t.BarRecording, &t.TabRecording, &t.PanelError)
	paint(green, &t.OK, &t.PanelOK)
	paint(amber, &t.Warn, &t.PanelWarn, &t.Hit)
	paint(violet, &t.Marker)
	return t
}

// plain is the theme without colour.
func plain() *Theme {
	attr := func(a uint8) uv.Style { return uv.Style{Attrs: a} }
	const (
		bold    = uv.AttrBold
		faint   = uv.AttrFaint
		reverse = uv.AttrReverse
	)
	return &Theme{
		Dark:  true,
		Muted: attr(faint), Faint: attr(faint), Bold: attr(bold),
		Accent: attr(bold), Match: attr(reverse), MatchCurrent: attr(reverse | bold),
		Recording: attr(bold), OK: attr(0), Warn: attr(bold), Error: attr(bold),

		Bar: attr(0), BarTitle: attr(bold), BarMuted: attr(faint), BarAccent: attr(bold), BarRecording: attr(bold),
		BarKey: attr(bold), BarKeyName: attr(faint),
		Tab: attr(faint), TabActive: attr(reverse), TabActiveRecording: attr(reverse | bold), TabRecording: attr(bold),

		Selected: attr(reverse), SelectedMuted: attr(reverse), SelectedAccent: attr(reverse), SelectedRecording: attr(reverse | bold),
		Border: attr(faint),

		Panel: attr(0), PanelTitle: attr(bold), PanelMuted: attr(faint), PanelBorder: attr(0), PanelKey: attr(bold), PanelAccent: attr(bold),
		PanelOK: attr(bold), PanelWarn: attr(bold), PanelError: attr(bold),
		Field: uv.Style{Underline: uv.UnderlineSingle}, FieldPlaceholder: uv.Style{Underline: uv.UnderlineSingle, Attrs: faint},
		Button: attr(0), ButtonActive: attr(reverse | bold), ButtonDangerous: attr(reverse | bold),

		Played: attr(bold), Unplayed: attr(faint), Idle: attr(faint), Marker: attr(bold), Hit: attr(bold | reverse),
	}
}
