package config

import (
	"time"

	"go.yaml.in/yaml/v3"
)

const (
	// shortestRetention keeps a slip of the pen from removing what a complaint may
	// still need; longestRetention is beyond every period of limitation.
	shortestRetention = 30 * 24 * time.Hour
	longestRetention  = 30 * 366 * 24 * time.Hour
)

// archive reads where reports go, and for how long: the URL alone, or a mapping
// that says more.
func (l *loader) archive(root value, entries map[string]entry) (store string, retention time.Duration) {
	e, ok := entries["archive"]
	if !ok {
		return l.bucketURL(DefaultArchive, root), 0
	}
	if e.value.node.Kind != yaml.MappingNode {
		return l.bucket(e.value), 0
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"store", "retention"}, nil)
	if part, ok := parts["store"]; ok {
		store = l.bucket(part.value)
	} else {
		store = l.bucketURL(DefaultArchive, e.value)
	}
	if part, ok := parts["retention"]; ok {
		retention = duration(part.value, shortestRetention, longestRetention, "such as 43800h for five years")
	}
	return store, retention
}
