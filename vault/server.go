package vault

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/rs/cors"
	"github.com/rs/zerolog"
	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// maxCodecBody bounds what the codec server is sent, in bytes. Temporal's own
// limit for a payload is 2 MiB.
const maxCodecBody = 8 << 20

// ServerOptions say who may use a codec server and how.
type ServerOptions struct {
	// Namespace is that of the payloads whose callers name none.
	Namespace string
	// Origins are the Web UIs whose pages may call, such as
	// "https://temporal.example.com". Pages from elsewhere are refused.
	Origins []string
	// Tokens and JWT let callers in.
	Tokens []Token
	JWT    *JWT
	// Anonymous lets callers without credentials see masked values, and is their
	// name in the log: for a Web UI that has no login itself, on a loopback
	// address. Empty refuses them.
	Anonymous string
	// AnonymousEncodes lets those callers have texts encrypted as well, which the workflows
	// take for an operator's: for the demo, whose data are nobody's.
	AnonymousEncodes bool
	// Log is told of every decoding: by whom, of which requests, and why.
	Log zerolog.Logger
}

type codecServer struct {
	ServerOptions
	vault *Vault
	now   func() time.Time
}

// NewCodecServer returns the handler by which the Temporal Web UI and the
// Temporal CLI show payloads, by Temporal's protocol for codec servers:
//
//	POST /decode                    identifiers come back masked
//	POST /reveal/{reason}/decode    whole, to those who hold the grant
//	POST /encode                    encrypts what an operator types
//
// The reason is part of the codec server's address, since neither the Web UI nor
// the CLI can send anything else along: it is a ticket's number, or words joined
// by dashes.
func (v *Vault) NewCodecServer(o ServerOptions) http.Handler {
	s := &codecServer{ServerOptions: o, vault: v, now: v.now}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /decode", s.decode)
	mux.HandleFunc("POST /reveal/{reason}/decode", s.decode)
	mux.HandleFunc("POST /encode", s.encode)
	// A Web UI that is told to reveal sends what is typed there, too.
	mux.HandleFunc("POST /reveal/{reason}/encode", s.encode)
	shared := cors.New(cors.Options{
		AllowOriginFunc: s.knownOrigin,
		AllowedMethods:  []string{http.MethodPost},
		AllowedHeaders:  []string{"Authorization", "Authorization-Extras", "Content-Type", "X-Namespace", "X-CSRF-Token"},
		MaxAge:          600,
	})
	return shared.Handler(s.refuseStrangers(mux))
}

func (s *codecServer) knownOrigin(origin string) bool { return slices.Contains(s.Origins, origin) }

// refuseStrangers turns away pages from elsewhere and callers without the right
// to call.
func (s *codecServer) refuseStrangers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if origin := r.Header.Get("Origin"); origin != "" && !s.knownOrigin(origin) {
			s.refuse(w, r, http.StatusForbidden, errors.New("this codec server is not for pages from there"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *codecServer) refuse(w http.ResponseWriter, r *http.Request, status int, reason error) {
	// The path itself may hold anything.
	s.Log.Warn().Str("route", r.Pattern).Int("status", status).Str("reason", reason.Error()).Msg("the codec server refused a call")
	http.Error(w, reason.Error(), status)
}

// admit authenticates the caller and reads the payloads, or answers why not.
func (s *codecServer) admit(w http.ResponseWriter, r *http.Request) (caller, []*commonpb.Payload, bool) {
	who, err := s.authenticate(r)
	if err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		s.refuse(w, r, http.StatusUnauthorized, err)
		return caller{}, nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCodecBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		s.refuse(w, r, http.StatusRequestEntityTooLarge, errors.New("the body is larger than 8 MiB"))
		return caller{}, nil, false
	}
	var payloads commonpb.Payloads
	if err != nil || protojson.Unmarshal(body, &payloads) != nil {
		s.refuse(w, r, http.StatusBadRequest, errors.New("the body does not hold Temporal payloads in JSON"))
		return caller{}, nil, false
	}
	return who, payloads.GetPayloads(), true
}

// codec is the codec of the namespace that the caller names.
func (s *codecServer) codec(r *http.Request) *Codec {
	if namespace := r.Header.Get("X-Namespace"); namespace != "" {
		return s.vault.NewCodec(namespace)
	}
	return s.vault.NewCodec(s.Namespace)
}

// goodReason matches the reasons for which identifiers are revealed. They stay
// in the log, so they cannot hold an e-mail address.
var goodReason = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{2,79}$`)

// plainKey matches the names of keys, which may be logged.
var plainKey = regexp.MustCompile(`^(?:erasure|restriction|operator|system)/[A-Za-z0-9._-]{1,64}$`)

func (s *codecServer) decode(w http.ResponseWriter, r *http.Request) {
	who, payloads, ok := s.admit(w, r)
	if !ok {
		return
	}
	reason := r.PathValue("reason")
	reveal := reason != ""
	switch {
	case reveal && !who.reveal:
		s.refuse(w, r, http.StatusForbidden, fmt.Errorf("%s has no grant to see whole identifiers", who.name))
		return
	case reveal && !goodReason.MatchString(reason):
		s.refuse(w, r, http.StatusBadRequest, errors.New("the reason must be 3 to 80 letters, digits, dots, dashes or underscores"))
		return
	}
	codec := s.codec(r)
	decoded := make([]*commonpb.Payload, len(payloads))
	var keys []string
	for i, payload := range payloads {
		name, encrypted := encryptedUnder(payload)
		if encrypted && plainKey.MatchString(name) && !slices.Contains(keys, name) {
			keys = append(keys, name)
		}
		opened, err := s.show(codec, payload, reveal)
		if err != nil {
			s.refuse(w, r, http.StatusServiceUnavailable, err)
			return
		}
		decoded[i] = opened
	}
	// Keys are named by their requests.
	s.Log.Info().Str("caller", who.name).Strs("requests", keys).Int("payloads", len(payloads)).
		Bool("revealed", reveal).Str("reason", reason).Msg("decoded")
	s.answer(w, decoded)
}

// show opens a payload for people to read. What can never be read again says
// so.
func (s *codecServer) show(codec *Codec, payload *commonpb.Payload, reveal bool) (*commonpb.Payload, error) {
	opened := payload
	if name, encrypted := encryptedUnder(payload); encrypted {
		var err error
		opened, err = codec.open(name, payload)
		switch {
		case lasting(err):
			return note("(" + err.Error() + ")"), nil
		case err != nil:
			return nil, err
		}
	}
	if !reveal {
		opened = mask(opened)
	}
	return opened, nil
}

func (s *codecServer) encode(w http.ResponseWriter, r *http.Request) {
	who, payloads, ok := s.admit(w, r)
	if !ok {
		return
	}
	if who.anonymous && !s.AnonymousEncodes {
		w.Header().Set("WWW-Authenticate", "Bearer")
		s.refuse(w, r, http.StatusUnauthorized, errAnonymousText)
		return
	}
	name, err := s.vault.monthlyKey(operatorPrefix)
	var encoded []*commonpb.Payload
	if err == nil {
		encoded, err = s.codec(r).encodeUnder(name, payloads)
	}
	if err != nil {
		s.refuse(w, r, http.StatusServiceUnavailable, err)
		return
	}
	s.Log.Info().Str("caller", who.name).Int("payloads", len(payloads)).Msg("encoded")
	s.answer(w, encoded)
}

func (s *codecServer) answer(w http.ResponseWriter, payloads []*commonpb.Payload) {
	content, err := protojson.Marshal(&commonpb.Payloads{Payloads: payloads})
	if err != nil {
		http.Error(w, "the payloads cannot be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(content) // the caller has gone if this fails
}
