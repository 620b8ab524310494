package requests

import (
	"context"
	"fmt"
	"strings"

	"ite.digital/lethe/dsr"
)

// A Name is how people name a request: by its id, or by its kind and id, as
// "restriction/ticket-4711". An erasure and a restriction can have the same id.
type Name struct {
	// Kind is empty if only the id was given.
	Kind dsr.Kind
	ID   string
	// said tells that the kind was typed, so it has to be typed again.
	said bool
}

// ParseName reads a name. The error never repeats the text: it may be a person's
// identifier.
func ParseName(text string) (Name, error) {
	n := Name{ID: text}
	if kind, id, said := strings.Cut(text, "/"); said {
		n = Name{Kind: dsr.Kind(kind), ID: id, said: true}
		if err := dsr.CheckKind(n.Kind); err != nil {
			return Name{}, fmt.Errorf("the kind before the slash %w", err)
		}
	}
	if err := dsr.CheckRequestID(n.ID); err != nil {
		return Name{}, fmt.Errorf("the request id %w", err)
	}
	return n, nil
}

// String is what to type: an erasure's id, with the kind if that was typed; a
// restriction's kind and id.
func (n Name) String() string {
	if n.said || n.Kind == dsr.Restriction {
		return n.Full()
	}
	return n.ID
}

// Full is the name with the kind, which is never ambiguous.
func (n Name) Full() string { return dsr.WorkflowID(n.Kind, n.ID) }

// Choose returns the name of the one kind that there is. If there is none it is
// taken for an erasure: whoever asks for that says that it is unknown. If there are
// several, the error asks for the kind.
func (n Name) Choose(exists func(dsr.Kind) (bool, error)) (Name, error) {
	if n.Kind != "" {
		return n, nil
	}
	var found []Name
	for _, kind := range dsr.Kinds() {
		there, err := exists(kind)
		if err != nil {
			return Name{}, err
		}
		if there {
			found = append(found, Name{Kind: kind, ID: n.ID})
		}
	}
	switch len(found) {
	case 0:
		return Name{Kind: dsr.Erasure, ID: n.ID}, nil
	case 1:
		return found[0], nil
	default:
		return Name{}, fmt.Errorf("%s and %s are two requests; say which one is meant, by typing it like that", found[0].Full(), found[1].Full())
	}
}

// Find finds out which kind of request is meant where only the id was given.
// Requests that Temporal has dropped count as long as their end is noted.
func (d *Desk) Find(ctx context.Context, n Name) (Name, error) {
	return n.Choose(func(kind dsr.Kind) (bool, error) { return d.exists(ctx, kind, n.ID) })
}
