package dsr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Ground is why processing is to be restricted (GDPR Art. 18(1)).
type Ground string

const (
	// GroundAccuracy: the subject contests that the data are accurate, Art.
	// 18(1)(a).
	GroundAccuracy Ground = "accuracy"
	// GroundUnlawful: the processing is unlawful, and the subject wants the data
	// restricted rather than erased, Art. 18(1)(b).
	GroundUnlawful Ground = "unlawful"
	// GroundClaims: the controller needs the data no longer, and the subject needs
	// them for legal claims, Art. 18(1)(c).
	GroundClaims Ground = "claims"
	// GroundObjection: the subject has objected, and it is not decided whose grounds
	// prevail, Art. 18(1)(d).
	GroundObjection Ground = "objection"
)

// Grounds lists them in the order of the law.
func Grounds() []Ground {
	return []Ground{GroundAccuracy, GroundUnlawful, GroundClaims, GroundObjection}
}

// Article is where the law has the ground.
func (g Ground) Article() string {
	at := slices.Index(Grounds(), g)
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("Art. 18(1)(%c)", 'a'+at)
}

// Expectation says what is expected to lift the restriction.
func (g Ground) Expectation() string {
	switch g {
	case GroundAccuracy:
		return "the accuracy of the data has been verified"
	case GroundUnlawful:
		return "the subject agrees to erasure or to further processing"
	case GroundClaims:
		return "the subject needs the data for legal claims no longer"
	case GroundObjection:
		return "it is decided whether the controller's grounds override those of the subject"
	default:
		return ""
	}
}

// Preserves reports whether the ground asks for the data to be kept: an erasure
// that is under way would take from the subject what they need. A ground that nobody
// has named yet may be one that does.
func (g Ground) Preserves() bool { return g == "" || g == GroundUnlawful || g == GroundClaims }

// Cite names the ground by its article, or says that nobody has named it yet.
func (g Ground) Cite() string {
	if g == "" {
		return "ground not named yet"
	}
	return g.Article()
}

// CheckGround says what is wrong with the ground of a restriction, if anything.
func CheckGround(g Ground) error {
	if slices.Contains(Grounds(), g) {
		return nil
	}
	names := make([]string, 0, len(Grounds()))
	for _, known := range Grounds() {
		names = append(names, string(known)+" ("+known.Article()+")")
	}
	return fmt.Errorf("say why the processing is to be restricted: %s", strings.Join(names, ", "))
}

// checkGround says what is wrong with the request's ground, if anything. A subject
// line asks for a restriction and names no ground: whoever approves the request does.
func (r Request) checkGround() error {
	switch {
	case r.Kind != Restriction && r.Ground != "":
		return errors.New("is for restrictions only")
	case r.Kind != Restriction, r.Ground == "" && r.Channel == ChannelMail:
		return nil
	}
	return CheckGround(r.Ground)
}

// checkChannel says what is wrong with the way that the request came, if anything.
func (r Request) checkChannel() error {
	switch {
	case r.Channel != "" && r.Channel != ChannelMail:
		return fmt.Errorf("must be %s or left out", ChannelMail)
	case r.Channel == ChannelMail && !r.ApprovalRequired:
		return errors.New("a From line proves nothing, so a request that came by mail requires approval")
	case r.Channel == ChannelMail && r.Intake != nil:
		return errors.New("a request cannot come by mail and through the gateway")
	}
	return nil
}
