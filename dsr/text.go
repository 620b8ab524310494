package dsr

import (
	"reflect"
	"strings"
	"time"
	"unicode"
)

// OneParagraph makes a text that people or vendors wrote into one paragraph of visible
// characters. Line breaks and control characters become spaces; characters that only format,
// such as those that turn the direction of a text or have no width, are left out. A text is
// data: it does not break out of its line, and a terminal does not obey it.
func OneParagraph(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Paragraphs returns the value with all texts in it made one paragraph each.
func Paragraphs[T any](value T) T { return MapText(value, OneParagraph) }

// MapText returns a copy of the value in which the function has replaced all texts.
func MapText[T any](value T, replace func(string) string) T {
	mapped, _ := mapText(reflect.ValueOf(&value).Elem(), replace).Interface().(T) // it is a copy
	return mapped
}

// mapText copies what is reached from the value. Fields that are not exported stay as they are.
func mapText(v reflect.Value, replace func(string) string) reflect.Value {
	mapped := reflect.New(v.Type()).Elem()
	mapped.Set(v)
	switch {
	case v.Kind() == reflect.String:
		mapped.SetString(replace(v.String()))
	case v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				mapped.Field(i).Set(mapText(v.Field(i), replace))
			}
		}
	case v.Kind() == reflect.Slice && !v.IsNil():
		mapped.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			mapped.Index(i).Set(mapText(v.Index(i), replace))
		}
	case v.Kind() == reflect.Map && !v.IsNil():
		mapped.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for key, value := range v.Seq2() {
			mapped.SetMapIndex(key, mapText(value, replace))
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		mapped.Set(reflect.New(v.Type().Elem()))
		mapped.Elem().Set(mapText(v.Elem(), replace))
	}
	return mapped
}
