package intake

import (
	"crypto/sha256"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/jellydator/ttlcache/v3"
	"golang.org/x/time/rate"
)

const (
	// strangersRate and strangersBurst bound the calls, a second, from one address that
	// come without a client's token: what they may read is the same for everybody.
	strangersRate, strangersBurst = 20, 40
	// failuresRate and failuresBurst bound the wrong tokens, a second, from one address.
	// A system that goes on with its old token stays below.
	failuresRate, failuresBurst = 1, 20
	// codecBurst is how many seconds' worth of calls a user of the codec server may make
	// at once: the Web UI decodes each event of a page by a call of its own.
	codecBurst = 10
	// maxLimited bounds how many callers are told apart; those who were not heard of for
	// the longest time are forgotten first, and so is everybody after rememberFor, when
	// they may call as often as a newcomer anyway.
	maxLimited  = 10_000
	rememberFor = 10 * time.Minute
	// networkV6 is how many bits of an IPv6 address tell callers apart: whoever has one
	// address has all of its /64.
	networkV6 = 64
)

// limiters limit many callers, each on their own.
type limiters struct {
	each  *ttlcache.Cache[string, *rate.Limiter]
	rate  rate.Limit
	burst int
}

func newLimiters(perSecond float64, burst int) *limiters {
	return &limiters{rate: rate.Limit(perSecond), burst: burst, each: ttlcache.New(
		ttlcache.WithTTL[string, *rate.Limiter](rememberFor), ttlcache.WithCapacity[string, *rate.Limiter](maxLimited),
	)}
}

func (l *limiters) of(caller string) *rate.Limiter {
	item, _ := l.each.GetOrSet(caller, rate.NewLimiter(l.rate, l.burst))
	return item.Value()
}

// origin is the address, or the network, that a call comes from; empty if a proxy does
// not tell. A proxy appends whom it saw to X-Forwarded-For; what stands before that
// was written by the caller.
func origin(r *http.Request, behindProxy bool) string {
	text, _, err := net.SplitHostPort(r.RemoteAddr)
	if behindProxy {
		text, err = "", nil
		if all := r.Header.Values("X-Forwarded-For"); len(all) > 0 {
			text = all[len(all)-1]
			text = strings.TrimSpace(text[strings.LastIndex(text, ",")+1:])
		}
	}
	if withPort, parseErr := netip.ParseAddrPort(text); parseErr == nil { // as some proxies write it
		text = withPort.Addr().String()
	}
	address, parseErr := netip.ParseAddr(text)
	if err != nil || parseErr != nil {
		return ""
	}
	return networkOf(address)
}

// networkOf is by what an address is told from others.
func networkOf(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	if address.Is6() {
		network, _ := address.Prefix(networkV6) // 64 is within the bits there are
		return network.String()
	}
	return address.String()
}

// A gate limits those who are not known, by their address.
type gate struct {
	strangers, failures *limiters
	behindProxy         bool
}

func newGate(behindProxy bool) *gate {
	return &gate{
		strangers: newLimiters(strangersRate, strangersBurst), failures: newLimiters(failuresRate, failuresBurst), behindProxy: behindProxy,
	}
}

// guessing answers callers from whose address too many wrong tokens came: the next is
// not looked at, or they could go on guessing. Where a proxy does not tell the address,
// everybody would be shut out, and nobody is.
func (g *gate) guessing(w http.ResponseWriter, r *http.Request) bool {
	address := origin(r, g.behindProxy)
	failures := g.failures.of(address)
	if address == "" || failures.Tokens() >= 1 {
		return false
	}
	return !admit(w, failures)
}

// failed notes a wrong token, and answers if there were too many.
func (g *gate) failed(w http.ResponseWriter, r *http.Request) (answered bool) {
	return !admit(w, g.failures.of(origin(r, g.behindProxy)))
}

// stranger answers strangers who call too often.
func (g *gate) stranger(w http.ResponseWriter, r *http.Request) (admitted bool) {
	return admit(w, g.strangers.of(origin(r, g.behindProxy)))
}

// unknown is stranger for callers without a token, and notes wrong ones.
func (g *gate) unknown(w http.ResponseWriter, r *http.Request) (admitted bool) {
	if r.Header.Get("Authorization") == "" {
		return g.stranger(w, r)
	}
	return !g.failed(w, r)
}

// admit answers callers that call too often.
func admit(w http.ResponseWriter, limiter *rate.Limiter) bool {
	turn := limiter.Reserve()
	wait := turn.Delay()
	if wait == 0 {
		return true
	}
	turn.Cancel()
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	refuse(w, http.StatusTooManyRequests, "there are too many calls; come back later")
	return false
}

// CodecLimits are those of the callers of a codec server.
type CodecLimits struct {
	// Rate is how many calls a second each credential may make.
	Rate float64
	// BehindProxy says that a proxy stands in front, which tells callers' addresses in
	// X-Forwarded-For. Without one anybody could write that header.
	BehindProxy bool
	// Anonymous says that callers without a credential are let in. Each address may make
	// as many calls then as a credential.
	Anonymous bool
}

// LimitCodec limits the callers of a codec server, which knows itself whom it lets in:
// calls of each credential, and wrong ones by the address they come from.
func LimitCodec(codec http.Handler, l CodecLimits) http.Handler {
	return newGate(l.BehindProxy).codec(codec, l)
}

func (g *gate) codec(next http.Handler, l CodecLimits) http.Handler {
	callers := newLimiters(l.Rate, int(math.Ceil(codecBurst*l.Rate)))
	withoutCredential := g.stranger
	if l.Anonymous {
		withoutCredential = func(w http.ResponseWriter, r *http.Request) bool {
			return admit(w, callers.of("from "+origin(r, g.behindProxy)))
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		credential := r.Header.Get("Authorization")
		if credential == "" {
			// Browsers ask whether a page may call, without a token and for each address.
			if r.Method == http.MethodOptions || withoutCredential(w, r) {
				next.ServeHTTP(w, r)
			}
			return
		}
		sum := sha256.Sum256([]byte(credential)) // nothing keeps a token longer than it has to
		if !g.guessing(w, r) && admit(w, callers.of(string(sum[:]))) {
			next.ServeHTTP(&codecAnswer{ResponseWriter: w, failed: func() bool { return g.failed(w, r) }}, r)
		}
	})
}

// A codecAnswer is one of a codec server. It notes wrong tokens.
type codecAnswer struct {
	http.ResponseWriter
	// failed notes one, and reports whether it has answered instead.
	failed   func() bool
	answered bool
}

// WriteHeader implements [http.ResponseWriter].
func (a *codecAnswer) WriteHeader(status int) {
	if a.answered = status == http.StatusUnauthorized && a.failed(); !a.answered {
		a.ResponseWriter.WriteHeader(status)
	}
}

// Write implements [http.ResponseWriter].
func (a *codecAnswer) Write(p []byte) (int, error) {
	if a.answered {
		return len(p), nil
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (a *codecAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
