package render

import "github.com/carlos7ags/folio/font"

// RightToLeftText is what the typesetter is given of an Arabic text.
func RightToLeftText(text string) string { return rightToLeftText(text) }

// Printable reports whether the built-in font has a shape for the character.
func Printable(r rune) bool {
	content, err := fonts.ReadFile("fonts/DejaVuSans.ttf")
	if err != nil {
		return false
	}
	face, err := font.ParseTTF(content)
	return err == nil && face.GlyphIndex(r) != 0
}
