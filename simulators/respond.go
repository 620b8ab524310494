package simulators

import (
	"encoding/json"
	"net/http"
)

// JSON is an object as simulators send it.
type JSON map[string]any

// Encode returns v as JSON. It panics on what JSON cannot hold, which
// only a mistake in a simulator produces.
func Encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic("simulators: " + err.Error())
	}
	return body
}

// WriteJSON answers with v as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(Encode(v))
}
