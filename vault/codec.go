package vault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"ite.digital/lethe/dsr"
)

const (
	// encryptedEncoding marks encrypted payloads, by the convention of Temporal's
	// samples, which its tools know.
	encryptedEncoding = "binary/encrypted"
	// keyMetadata names the key of an encrypted payload. It is bound to the
	// payload by the associated data.
	keyMetadata = "lethe-key"
	// operatorPrefix begins the names of the keys under which the codec server encrypts
	// what operators type in the Web UI. Each serves a month.
	operatorPrefix = "operator/"
	// systemPrefix begins the names of the keys of Lethe's own workflows, which belong to
	// no request. Each serves a month. They are others than those of operators: whoever
	// may use the codec server must not be able to answer for a workflow.
	systemPrefix = "system/"
	// SystemPrefix begins the ids of Lethe's own workflows, which concern no
	// person.
	SystemPrefix = "lethe-"
)

// A Codec encrypts what workflows give to Temporal. Each payload is sealed with
// AES-256-GCM under its workflow's key; the associated data binds it to the
// namespace and the workflow, so that it opens nowhere else.
type Codec struct {
	vault     *Vault
	namespace string
	// workflowID is that of the workflow whose payloads are worked on. Without
	// one nothing is encrypted or decrypted.
	workflowID string
}

var _ converter.PayloadCodecWithSerializationContext = (*Codec)(nil)

// NewCodec returns the codec of a namespace. It works once it has been told
// which workflow it works for.
func (v *Vault) NewCodec(namespace string) *Codec { return &Codec{vault: v, namespace: namespace} }

// WithSerializationContext implements
// [converter.PayloadCodecWithSerializationContext].
func (c *Codec) WithSerializationContext(sc converter.SerializationContext) converter.PayloadCodec {
	bound := *c
	switch sc := sc.(type) {
	case converter.WorkflowSerializationContext:
		bound.workflowID = sc.WorkflowID
	case converter.ActivitySerializationContext:
		bound.workflowID = sc.WorkflowID
	}
	return &bound
}

// Encode implements [converter.PayloadCodec].
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	name, err := c.keyName()
	if err != nil {
		return nil, err
	}
	return c.encodeUnder(name, payloads)
}

// keyName is the name of the key that the workflow's payloads are encrypted
// under.
func (c *Codec) keyName() (string, error) {
	kind, id, _ := strings.Cut(c.workflowID, "/")
	switch {
	case c.workflowID == "":
		return "", ErrNoContext
	case dsr.CheckKind(dsr.Kind(kind)) == nil && dsr.CheckRequestID(id) == nil:
		return c.workflowID, nil
	case strings.HasPrefix(c.workflowID, SystemPrefix):
		return c.vault.monthlyKey(systemPrefix)
	default:
		return "", ErrNoKey
	}
}

// owns reports whether the key of that name is the workflow's own. The keys of Lethe's
// own workflows change from month to month.
func (c *Codec) owns(name string) bool {
	return name == c.workflowID || strings.HasPrefix(c.workflowID, SystemPrefix) && strings.HasPrefix(name, systemPrefix)
}

// monthlyKey is the name of this month's key with the prefix, which is made if need be.
func (v *Vault) monthlyKey(prefix string) (string, error) {
	name := prefix + v.now().UTC().Format("2006-01")
	if v.cache.Has(name) {
		return name, nil
	}
	return name, v.Ensure(context.Background(), name) // the SDK's codecs have no context; it has a time limit
}

func (c *Codec) encodeUnder(name string, payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	aead, err := c.vault.cipher(name)
	if err != nil {
		return nil, err
	}
	encoded := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		plain, err := proto.Marshal(payload)
		if err != nil {
			return nil, fmt.Errorf("encode a payload: %w", err)
		}
		encoded[i] = &commonpb.Payload{
			Metadata: map[string][]byte{
				converter.MetadataEncoding: []byte(encryptedEncoding),
				keyMetadata:                []byte(name),
			},
			Data: aead.Seal(nil, nil, plain, c.associated(name)), //nolint:gosec // this cipher makes the nonces itself
		}
	}
	return encoded, nil
}

// associated is the data that binds a payload to its place.
func (c *Codec) associated(name string) []byte {
	return []byte("lethe payload 1\x00" + c.namespace + "\x00" + name)
}

// Decode implements [converter.PayloadCodec]. Payloads that are not encrypted are
// returned as they are: which of them count is decided by the converters of
// [Vault.Protect], which know what each is decoded into.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	decoded := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		var err error
		if decoded[i], err = c.decode(payload); err != nil {
			return nil, err
		}
	}
	return decoded, nil
}

func (c *Codec) decode(payload *commonpb.Payload) (*commonpb.Payload, error) {
	name, ok := encryptedUnder(payload)
	if !ok {
		return payload, nil
	}
	if _, err := c.keyName(); err != nil {
		return nil, err
	}
	own := c.owns(name)
	if !own && !strings.HasPrefix(name, operatorPrefix) {
		return nil, ErrTampered
	}
	opened, err := c.open(name, payload)
	if !own && lasting(err) && !errors.Is(err, ErrDestroyed) {
		return nil, ErrForeign // to be refused, not to be waited for
	}
	return opened, err
}

// encryptedUnder names the key that a payload is encrypted under.
func encryptedUnder(payload *commonpb.Payload) (name string, ok bool) {
	if string(payload.GetMetadata()[converter.MetadataEncoding]) != encryptedEncoding {
		return "", false
	}
	return string(payload.GetMetadata()[keyMetadata]), true
}

// open decrypts a payload under the key of that name.
func (c *Codec) open(name string, payload *commonpb.Payload) (*commonpb.Payload, error) {
	aead, err := c.vault.cipher(name)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, payload.GetData(), c.associated(name))
	if err != nil {
		return nil, ErrTampered
	}
	opened := &commonpb.Payload{}
	if err := proto.Unmarshal(plain, opened); err != nil {
		return nil, ErrTampered
	}
	return opened, nil
}

// OperatorKey reports whether the name is that of a key of what operators type, and when
// the month that it serves ends.
func OperatorKey(name string) (until time.Time, ok bool) { return month(name, operatorPrefix) }

// SystemKey reports whether the name is that of a key of Lethe's own workflows, and when
// the month that it serves ends.
func SystemKey(name string) (until time.Time, ok bool) { return month(name, systemPrefix) }

func month(name, prefix string) (until time.Time, ok bool) {
	text, ok := strings.CutPrefix(name, prefix)
	begins, err := time.Parse("2006-01", text)
	if !ok || err != nil {
		return time.Time{}, false
	}
	return begins.AddDate(0, 1, 0), true
}
