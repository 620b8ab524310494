package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	stdlog "log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/rs/zerolog"
	"github.com/temporalio/ui-server/v2/server/api"
	"github.com/temporalio/ui-server/v2/server/auth"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/cors"
	"github.com/temporalio/ui-server/v2/server/csrf"
	"github.com/temporalio/ui-server/v2/server/headers"
	"github.com/temporalio/ui-server/v2/server/route"
	"github.com/temporalio/ui-server/v2/ui"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
)

const uiStopTimeout = 2 * time.Second

// A webUI serves Temporal's Web UI.
//
// It puts the parts of ui-server together itself: the server that comes with them ends the process when its port is
// taken, and never closes its connection to Temporal.
type webUI struct {
	listener net.Listener
	http     *http.Server
}

// listenUI takes the port, for serve to answer on later.
func listenUI(o Options) (*webUI, error) {
	l, err := listen(o.IP, o.UIPort, defaultUIPort)
	if err != nil {
		return nil, fmt.Errorf("Web UI: %w", err) //nolint:staticcheck // it is a name
	}
	return &webUI{listener: l}, nil
}

// codecPath is where the codec server is, beside the Web UI.
const codecPath = "/codec"

// beside serves the codec server below its path, and the UI everywhere else.
func beside(codec, ui http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, codecPath+"/") {
			codec.ServeHTTP(w, r)
			return
		}
		ui.ServeHTTP(w, r)
	})
}

// origins are those of the UI's pages, under each name by which it may be asked for.
func (u *webUI) origins(o Options) []string {
	port := fmt.Sprint(u.port())
	origins := []string{"http://" + dialable(o.IP, u.port()), "http://localhost:" + port}
	for _, name := range o.UIHosts {
		origins = append(origins, "https://"+name, "http://"+name, "http://"+net.JoinHostPort(name, port))
	}
	return origins
}

func (u *webUI) port() int { return u.listener.Addr().(*net.TCPAddr).Port }

// serve answers requests, in the background, with what the Temporal server behind conn says.
func (u *webUI) serve(o Options, address string, conn *grpc.ClientConn) error {
	log := o.Log.With().Str("part", "web-ui").Logger()
	config := uiConfig(o, address)
	if o.Codec != nil {
		// Without a host, so that it is asked for where the page came from: through
		// the same proxy, with its login.
		config.Codec.Endpoint = codecPath
	}
	handler, err := uiHandler(config, conn, log)
	if err != nil {
		return fmt.Errorf("set up the Web UI: %w", err)
	}
	if o.Codec != nil {
		handler = beside(http.StripPrefix(codecPath, o.Codec(u.origins(o))), handler)
	}
	handler = knownHosts(o.UIHosts, handler)
	u.http = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: stdlog.New(log, "", 0)}
	go func() {
		if err := u.http.Serve(u.listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error().Err(err).Msg("the Web UI stopped")
		}
	}()
	return nil
}

// knownHosts refuses requests for other names than loopback ones, IP addresses and those given.
func knownHosts(names []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Host
		if host, _, err := net.SplitHostPort(name); err == nil {
			name = host
		}
		name = strings.Trim(name, "[]")
		_, err := netip.ParseAddr(name)
		local := err == nil || strings.EqualFold(name, "localhost")
		if !local && !slices.ContainsFunc(names, func(known string) bool { return strings.EqualFold(known, name) }) {
			http.Error(w, "the Web UI is not known by this name", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// stop closes the port; requests under way get a moment to end.
func (u *webUI) stop() {
	if u.http == nil {
		_ = u.listener.Close()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), uiStopTimeout)
	defer cancel()
	if u.http.Shutdown(ctx) != nil {
		_ = u.http.Close()
	}
}

func uiConfig(o Options, address string) *config.Config {
	return &config.Config{
		TemporalGRPCAddress: address,
		DefaultNamespace:    o.Namespace,
		EnableUI:            true,
		// The one thing the UI would ask the internet for.
		DisableNewsFetch: true,
		// It is served over plain HTTP.
		CORS: config.CORS{CookieInsecure: true},
	}
}

// uiHandler is the UI's own set of middleware and routes, in its order.
func uiHandler(c *config.Config, conn *grpc.ClientConn, log zerolog.Logger) (http.Handler, error) {
	provider, err := config.NewConfigProviderWithRefresh(c)
	if err != nil {
		return nil, err
	}
	assets, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	if assets, err = fs.Sub(assets, "local"); err != nil {
		return nil, err
	}

	e := echo.New()
	e.Logger.SetOutput(log)
	forwarded := []string{auth.AuthorizationExtrasHeader, "Caller-Type"}
	e.Use(
		middleware.Recover(),
		middleware.Gzip(),
		cors.CORSMiddleware(cors.CORSConfig{
			AllowHeaders: append([]string{
				echo.HeaderOrigin, echo.HeaderContentType, echo.HeaderAccept, echo.HeaderXCSRFToken,
				echo.HeaderAuthorization,
			}, forwarded...),
			AllowCredentials: true,
			ConfigProvider:   provider,
		}),
		middleware.Secure(),
		csrf.EnsureTokenCookie(!c.CORS.CookieInsecure),
		middleware.CSRFWithConfig(csrf.MiddlewareConfig(provider, !c.CORS.CookieInsecure)),
	)
	route.SetHealthRoute(e)
	setAPIRoutes(e, provider, conn, []api.Middleware{headers.WithForwardHeaders(forwarded)})
	if err := route.SetUIRoutes(e, c.PublicPath, assets, provider); err != nil {
		return nil, err
	}
	route.SetRenderRoute(e, c.PublicPath)
	return e, nil
}

// setAPIRoutes is route.SetAPIRoutes over a connection that is ours to close.
func setAPIRoutes(
	e *echo.Echo, provider *config.ConfigProviderWithRefresh, conn *grpc.ClientConn, forward []api.Middleware,
) {
	g := e.Group("/api/v1")
	g.GET("/settings", api.GetSettings(provider))
	history := api.WorkflowRawHistoryHandler(workflowservice.NewWorkflowServiceClient(conn))
	g.GET(api.WorkflowRawHistoryUrl, history)
	g.Any("/*", api.TemporalAPIHandler(provider, forward, conn))
}
