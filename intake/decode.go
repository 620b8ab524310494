package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

const (
	// maxBody bounds a request's body, in bytes: twenty identities and the
	// extensions of other processors.
	maxBody = 128 << 10
	// maxDepth bounds how deep a body's values may nest.
	maxDepth = 16
	// maxIdentities and maxCallbacks bound the lists of a request.
	maxIdentities = 50
	maxCallbacks  = 10
	// maxValue is how long an identity may be that nothing is searched by, in bytes.
	maxValue = 254
)

// errNotJSON says that a body cannot be understood at all.
var errNotJSON = errors.New("the body is not valid JSON in UTF-8, an object with each key once")

// parseJSON reads one object. Keys that come twice are refused: readers differ on
// which of them counts.
func parseJSON(body []byte) (map[string]any, error) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, errNotJSON
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	value, err := parseValue(d, maxDepth)
	if err != nil {
		return nil, errNotJSON
	}
	object, ok := value.(map[string]any)
	if _, err := d.Token(); !ok || !errors.Is(err, io.EOF) {
		return nil, errNotJSON
	}
	return object, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth == 0 {
		return nil, errNotJSON
	}
	switch token {
	case json.Delim('{'):
		return parseObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			item, err := parseValue(d, depth-1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err := d.Token()
		return list, err
	default:
		return token, nil
	}
}

func parseObject(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if _, twice := object[name]; !ok || twice {
			return nil, errNotJSON
		}
		if object[name], err = parseValue(d, depth-1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

// A decoder turns the body of a request (OpenDSR 2.0, section 7.1) into what Lethe
// carries out, and notes everything that is wrong with it, without repeating any
// of it.
type decoder struct {
	o          *Options
	version    string
	controller string
	now        time.Time

	problems dsr.Problems
	request  dsr.Request
	intake   dsr.Intake
}

func (d *decoder) problem(field, format string, arguments ...any) {
	d.problems = append(d.problems, dsr.Problem{Field: field, Text: fmt.Sprintf(format, arguments...)})
}

// decode reads the body. The error is [dsr.Problems], or errNotJSON.
func (d *decoder) decode(body []byte) (dsr.Request, error) {
	fields, err := parseJSON(body)
	if err != nil {
		return dsr.Request{}, err
	}
	d.intake = dsr.Intake{Controller: d.controller, AcceptedAt: wire(d.now), Digest: digest(fields)}
	d.id(fields)
	d.kind(fields)
	d.times(fields)
	d.apiVersion(fields)
	extension := d.extensions(fields)
	d.ground(extension)
	d.identities(fields, extension)
	d.callbacks(fields)
	d.request.Intake = &d.intake
	if len(d.problems) == 0 {
		d.whole()
	}
	if len(d.problems) > 0 {
		return dsr.Request{}, d.problems
	}
	return d.request, nil
}

// whole says what is wrong with the request beyond its parts.
func (d *decoder) whole() {
	errors.As(d.request.Validate(d.now, identity.Check), &d.problems)
	for i := range d.problems {
		d.problems[i].Field = strings.Replace(d.problems[i].Field, "identifiers", "subject_identities", 1)
		if d.problems[i].Field == "ground" {
			d.problems[i].Field = "extensions." + d.o.Signer.Domain() + ".ground"
		}
	}
}

// digest is the same for bodies that differ in spaces and in the order of keys only.
func digest(fields map[string]any) string {
	// What was parsed from JSON can be written as JSON.
	canonical, _ := json.Marshal(fields)
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// text reads a field that is a text. Missing ones are noted if they are needed.
func (d *decoder) text(fields map[string]any, at, key string, needed bool) (string, bool) {
	value, ok := fields[key]
	if !ok || value == nil {
		if needed {
			d.problem(at+key, "is required")
		}
		return "", false
	}
	text, ok := value.(string)
	if !ok || text == "" {
		d.problem(at+key, "is not a text, or an empty one")
		return "", false
	}
	// JSON can write half a character, which readers replace by this one.
	if strings.ContainsRune(text, utf8.RuneError) {
		d.problem(at+key, "holds a character that cannot be read; escape those beyond U+FFFF as a pair, or not at all")
		return "", false
	}
	return text, true
}

// list reads a field that is a list.
func (d *decoder) list(fields map[string]any, at, key string, most int) []any {
	value, ok := fields[key]
	if !ok || value == nil {
		return nil
	}
	items, ok := value.([]any)
	switch {
	case !ok:
		d.problem(at+key, "is not a list")
	case len(items) > most:
		d.problem(at+key, "has more than %d entries", most)
		return nil
	}
	return items
}

// uuid4 matches section 1.1: version 4, in small letters.
var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func (d *decoder) id(fields map[string]any) {
	id, ok := d.text(fields, "", "subject_request_id", true)
	if ok && !uuid4.MatchString(id) {
		d.problem("subject_request_id", "is not a UUID of version 4 in small letters")
	}
	d.request.ID = id
}

func (d *decoder) kind(fields map[string]any) {
	kind, ok := d.text(fields, "", "subject_request_type", true)
	switch {
	case !ok:
	case slices.Contains(notOffered, kind):
		d.problem("subject_request_type", "is not carried out here; /discovery names what is: %s", kinds())
	case dsr.CheckKind(dsr.Kind(kind)) != nil:
		d.problem("subject_request_type", "is unknown; /discovery names what is carried out here: %s", kinds())
	}
	d.request.Kind = dsr.Kind(kind)
}

// kinds lists the kinds of request that are carried out.
func kinds() string {
	names := make([]string, 0, len(dsr.Kinds()))
	for _, kind := range dsr.Kinds() {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}

// firstDay is when the GDPR began to apply (Art. 99): no request is older.
var firstDay = time.Date(2018, 5, 25, 0, 0, 0, 0, time.UTC)

// clockSkew is how far the clocks of controller and gateway may be apart.
const clockSkew = 5 * time.Minute

// times reads when the subject asked, and the law by which the answer is due.
func (d *decoder) times(fields map[string]any) {
	d.regulation(fields)
	text, ok := d.text(fields, "", "submitted_time", true)
	if !ok {
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		d.problem("submitted_time", "is not an RFC 3339 time, such as 2026-03-02T15:00:00Z")
	case at.Before(firstDay):
		d.problem("submitted_time", "lies before the GDPR applied, 25 May 2018")
	case at.After(d.now.Add(clockSkew)):
		d.problem("submitted_time", "lies in the future; look at the controller's clock and time zone")
	default:
		d.request.ReceivedAt = at.UTC()
	}
	if d.request.ReceivedAt.IsZero() || d.intake.Regulation == "" {
		return
	}
	if _, err := d.o.Due(d.intake.Regulation, at); err != nil {
		d.problem("regulation", "%v", err)
	}
}

// regulation reads the law. OpenGDPR knew one only and did not name it.
func (d *decoder) regulation(fields map[string]any) {
	text, ok := d.text(fields, "", "regulation", d.version != version1)
	switch {
	case text == "gdpr", text == "ccpa":
		d.intake.Regulation = text
	case ok:
		d.problem("regulation", "is neither gdpr nor ccpa")
	case d.version == version1:
		d.intake.Regulation = "gdpr"
	}
}

// apiVersions matches versions whose major is that of the URL; OpenGDPR's first
// was 0.1.
var apiVersions = map[string]*regexp.Regexp{
	version2: regexp.MustCompile(`^2(\.\d{1,3}){0,2}$`),
	version1: regexp.MustCompile(`^[01](\.\d{1,3}){0,2}$`),
}

func (d *decoder) apiVersion(fields map[string]any) {
	if text, ok := d.text(fields, "", "api_version", false); ok && !apiVersions[d.version].MatchString(text) {
		d.problem("api_version", "is not the version that the URL names")
	}
}

// extensions returns what is meant for this processor. What is meant for others is
// none of its business, and counted only.
func (d *decoder) extensions(fields map[string]any) map[string]any {
	value, ok := fields["extensions"]
	if !ok || value == nil {
		return nil
	}
	all, ok := value.(map[string]any)
	if !ok {
		d.problem("extensions", "is not an object keyed by processors' domains")
		return nil
	}
	own, ok := all[d.o.Signer.Domain()]
	if !ok {
		d.intake.IgnoredExtensions = len(all)
		return nil
	}
	d.intake.IgnoredExtensions = len(all) - 1
	extension, ok := own.(map[string]any)
	if !ok {
		d.problem("extensions."+d.o.Signer.Domain(), "is not an object")
		return nil
	}
	for key := range extension {
		if key != "identities" && key != "ground" {
			d.problem("extensions."+d.o.Signer.Domain(), "holds a key that is unknown here; identities and ground are known")
			break
		}
	}
	return extension
}

// ground reads why a restriction is asked for, which OpenDSR has no field for.
func (d *decoder) ground(extension map[string]any) {
	if ground, ok := d.text(extension, "extensions."+d.o.Signer.Domain()+".", "ground", false); ok {
		d.request.Ground = dsr.Ground(ground)
	}
}

func (d *decoder) identities(fields, extension map[string]any) {
	at := "extensions." + d.o.Signer.Domain() + "."
	before := len(d.problems)
	own, more := d.list(fields, "", "subject_identities", maxIdentities), d.list(extension, at, "identities", maxIdentities)
	for i, item := range own {
		d.identity(fmt.Sprintf("subject_identities[%d]", i), i, item)
	}
	for i, item := range more {
		d.extendedIdentity(fmt.Sprintf("%sidentities[%d]", at, i), item)
	}
	switch {
	case len(d.problems) > before || len(d.request.Subject.Identifiers) > 0:
	case len(d.intake.Unused) > 0:
		d.problem("subject_identities", "holds none by which a system can be searched; give at least one identity of a type that /discovery names, as "+
			"advertising ids lead nowhere")
	default:
		d.problem("subject_identities", "is required, or identities in the extension of this processor")
	}
}

// identity reads one identity object (section 5.3).
func (d *decoder) identity(at string, index int, item any) {
	fields, ok := item.(map[string]any)
	if !ok {
		d.problem(at, "is not an object")
		return
	}
	kind, kindOK := d.text(fields, at+".", "identity_type", true)
	value, valueOK := d.text(fields, at+".", "identity_value", true)
	format, formatOK := d.text(fields, at+".", "identity_format", true)
	known, usable := searchable[kind]
	switch {
	case !kindOK || !valueOK || !formatOK:
	case !usable && !slices.Contains(unsearchable, kind):
		d.problem(at+".identity_type", "is none of OpenDSR's; others belong into the extension of this processor")
	case !slices.Contains(identityFormats, format):
		d.problem(at+".identity_format", "is none of %s", strings.Join(identityFormats, ", "))
	case len(value) > maxValue:
		d.problem(at+".identity_value", "is longer than %d bytes", maxValue)
	case !usable:
		d.intake.Unused = append(d.intake.Unused, dsr.UnusedIdentity{Index: index, Type: kind, Format: format})
	default:
		d.add(at, kind, known, format, value)
	}
}

// extendedIdentity reads an identity of a type that OpenDSR does not know.
func (d *decoder) extendedIdentity(at string, item any) {
	fields, ok := item.(map[string]any)
	if !ok {
		d.problem(at, "is not an object")
		return
	}
	kind, kindOK := d.text(fields, at+".", "identity_type", true)
	value, valueOK := d.text(fields, at+".", "identity_value", true)
	format, formatOK := d.text(fields, at+".", "identity_format", false)
	known, usable := extended[kind]
	if !formatOK {
		format = formatRaw
	}
	switch {
	case !kindOK || !valueOK:
	case !usable:
		d.problem(at+".identity_type", "is none of %s", strings.Join(slices.Sorted(maps.Keys(extended)), ", "))
	case format != formatRaw && !known.Hashed(dsr.Digest(format)).Known():
		d.problem(at+".identity_format", "is none that this type comes in; /discovery names them")
	default:
		d.add(at, kind, known, format, value)
	}
}

// add takes an identifier in, once. The name is the one that its type has in OpenDSR.
func (d *decoder) add(at, name string, kind dsr.IdentifierType, format, value string) {
	if format != formatRaw {
		kind = kind.Hashed(dsr.Digest(format))
	}
	id, err := d.o.Parser.Parse(kind, value)
	if err != nil {
		d.problem(at+".identity_value", "%v", err)
		return
	}
	if d.intake.Understood == nil {
		d.intake.Understood = map[string]int{}
	}
	d.intake.Understood[name]++
	if !slices.ContainsFunc(d.request.Subject.Identifiers, id.Same) {
		d.request.Subject.Identifiers = append(d.request.Subject.Identifiers, id)
	}
}

func (d *decoder) callbacks(fields map[string]any) {
	for i, item := range d.list(fields, "", "status_callback_urls", maxCallbacks) {
		at := fmt.Sprintf("status_callback_urls[%d]", i)
		raw, ok := item.(string)
		if !ok {
			d.problem(at, "is not a text")
			continue
		}
		if err := d.o.Destinations.Check(raw); err != nil {
			d.problem(at, "%v", err)
			continue
		}
		if d.names(raw) {
			d.problem(at, "names the person; a callback's URL must not")
			continue
		}
		if !slices.Contains(d.intake.Callbacks, raw) {
			d.intake.Callbacks = append(d.intake.Callbacks, raw)
		}
	}
}

// names reports whether a URL holds an identifier of the subject, escaped or not.
func (d *decoder) names(raw string) bool {
	// Customer ids can be as short as a digit, and be met anywhere.
	telling := dsr.Subject{Identifiers: d.request.Subject.Of(append(dsr.HashedTypes(), dsr.Email, dsr.Phone)...)}
	plain, err := url.QueryUnescape(raw)
	return err != nil || identity.MentionedIn(telling, raw) || identity.MentionedIn(telling, plain)
}
