package config

import "regexp"

// Versioning says what happens to requests in flight when a release is followed
// by another one (Temporal's worker versioning).
type Versioning string

const (
	// VersioningNone: any worker carries on any request.
	VersioningNone Versioning = "none"
	// VersioningPinned: a request ends on the release on which it began, whose
	// workers must run for as long.
	VersioningPinned Versioning = "pinned"
	// VersioningAutoUpgrade: a request goes over to the release that is promoted.
	VersioningAutoUpgrade Versioning = "auto-upgrade"
)

// DefaultDeployment is the name of the worker deployment unless configured.
const DefaultDeployment = "lethe"

// Worker says how workers of several releases share the work, and where they say how they
// are.
type Worker struct {
	Versioning Versioning
	// Deployment is the name of Temporal's worker deployment.
	Deployment string
	// Listen is the address at which workers say whether they live and can work; empty
	// for nowhere.
	Listen string
}

// deploymentName leaves out what Temporal separates names with.
var deploymentName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

func workerOf(entries map[string]entry) Worker {
	config := Worker{Versioning: VersioningNone, Deployment: DefaultDeployment}
	e, ok := entries["worker"]
	if !ok {
		return config
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"versioning", "deployment", "listen"}, nil)
	if part, ok := parts["versioning"]; ok {
		text, isText := part.value.text()
		switch config.Versioning = Versioning(text); config.Versioning {
		case VersioningNone, VersioningPinned, VersioningAutoUpgrade:
		default:
			if isText {
				part.value.refuse("is none of none, pinned and auto-upgrade")
			}
		}
	}
	if part, ok := parts["deployment"]; ok {
		text, isText := part.value.text()
		if isText && !deploymentName.MatchString(text) {
			part.value.refuse("is not a name; use up to 64 letters, digits, dashes and underscores")
		}
		config.Deployment = text
	}
	if part, ok := parts["listen"]; ok {
		config.Listen = listenAddress(part.value)
	}
	return config
}
