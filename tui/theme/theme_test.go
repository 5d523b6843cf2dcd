package theme

import (
	"image/color"
	"math"
	"reflect"
	"testing"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// contrast is the WCAG 2 contrast ratio of two colours, 1 to 21.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	v := toRGBA(c)
	part := func(n uint8) float64 {
		f := float64(n) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(v.R) + 0.7152*part(v.G) + 0.0722*part(v.B)
}

// roles calls do for each role of a theme.
func roles(t *Theme, do func(name string, s uv.Style)) {
	v := reflect.ValueOf(*t)
	for i := range v.NumField() {
		if s, ok := v.Field(i).Interface().(uv.Style); ok {
			do(v.Type().Field(i).Name, s)
		}
	}
}

func TestTextCanBeRead(t *testing.T) {
	// Lines and glyphs that say nothing by themselves may be fainter.
	lines := map[string]bool{"Border": true, "PanelBorder": true, "Unplayed": true, "Idle": true, "Faint": true, "FieldPlaceholder": true}
	for name, background := range map[string]color.Color{
		"black": rgb(0), "a dark grey": rgb(0x1e1e2e), "solarized dark": rgb(0x002b36), "not known": nil,
		"white": rgb(0xffffff), "solarized light": rgb(0xfdf6e3), "a light grey": rgb(0xe8e8e8),
	} {
		theme := New(Options{Profile: colorprofile.TrueColor, Background: background})
		bg := background
		if bg == nil {
			bg = darkHues.bg
		}
		roles(theme, func(role string, s uv.Style) {
			if s.Fg == nil {
				return
			}
			on := s.Bg
			if on == nil {
				on = bg
			}
			least := 4.0
			if lines[role] {
				least = 1.3
			}
			if got := contrast(s.Fg, on); got < least {
				t.Errorf("on %s, %s has a contrast of %.1f, want %.1f", name, role, got, least)
			}
		})
	}
}

func TestNoColourMeansNone(t *testing.T) {
	for _, o := range []Options{{NoColor: true, Profile: colorprofile.TrueColor}, {Profile: colorprofile.Ascii}, {Profile: colorprofile.NoTTY}} {
		roles(New(o), func(role string, s uv.Style) {
			if s.Fg != nil || s.Bg != nil || s.UnderlineColor != nil {
				t.Errorf("%+v: %s is coloured", o, role)
			}
		})
	}
}

func TestSixteenColoursAreTheTerminalsOwn(t *testing.T) {
	roles(New(Options{Profile: colorprofile.ANSI}), func(role string, s uv.Style) {
		if _, ok := s.Fg.(ansi.BasicColor); s.Fg != nil && !ok {
			t.Errorf("%s is %v", role, s.Fg)
		}
		if s.Bg != nil {
			t.Errorf("%s has a background, whose look is not known", role)
		}
	})
}

// What is selected, and what a button would do, must be seen without colour.
func TestSelectionShowsWithoutColour(t *testing.T) {
	for _, o := range []Options{{NoColor: true}, {Profile: colorprofile.ANSI}} {
		theme := New(o)
		for name, s := range map[string]uv.Style{"Selected": theme.Selected, "ButtonActive": theme.ButtonActive, "TabActive": theme.TabActive, "Match": theme.Match} {
			if s.Attrs&uv.AttrReverse == 0 {
				t.Errorf("%+v: %s is not reversed", o, name)
			}
		}
	}
}
