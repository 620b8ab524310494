package worker

import (
	"net/http"

	"github.com/rs/zerolog"

	"ite.digital/lethe/config"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/vault"
)

// CodecParts are what a codec server works with beside its configuration.
type CodecParts struct {
	Vault *vault.Vault
	// Namespace is the one in Temporal whose payloads are decoded.
	Namespace string
	// Origins are further Web UIs whose pages may call.
	Origins []string
	// Anonymous is how the log names callers without a token; empty lets none in.
	Anonymous string
	// AnonymousEncodes lets them have texts encrypted, too: in the demo only.
	AnonymousEncodes bool
	Log              zerolog.Logger
}

// NewCodecServer makes the codec server that the configuration describes, with the limits
// of its callers. The gateway has one of its own, which shares the gateway's limits.
func NewCodecServer(c config.CodecServer, p CodecParts) http.Handler {
	o := c.Options(p.Namespace)
	o.Origins, o.Log = append(p.Origins, o.Origins...), p.Log
	o.Anonymous, o.AnonymousEncodes = p.Anonymous, p.AnonymousEncodes
	return intake.LimitCodec(p.Vault.NewCodecServer(o), intake.CodecLimits{
		Rate: c.Rate, BehindProxy: c.BehindProxy, Anonymous: p.Anonymous != "",
	})
}
