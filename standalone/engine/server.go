package engine

import (
	"fmt"
	"sync/atomic"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const (
	clusterName = "active"
	storeName   = "sqlite"

	// historyShards is written into the file when it is made and cannot change afterwards. All writes pass through one
	// connection, so more than one would gain nothing.
	historyShards = 1

	// buildAttempts bounds how often other ports are tried when one was taken between choosing and opening it.
	buildAttempts = 8
)

// settings are what differs from the server's defaults.
var settings = dynamicconfig.StaticClient{
	// No call home.
	dynamicconfig.EnableServerVersionCheck.Key(): false,

	// A search attribute or Nexus endpoint added while running can be used at once, at the price of more reads, which
	// the raised limits allow for.
	dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
	dynamicconfig.ForceNexusEndpointRefreshOnRead.Key():         true,
	dynamicconfig.FrontendPersistenceMaxQPS.Key():               10_000,
	dynamicconfig.HistoryPersistenceMaxQPS.Key():                45_000,

	// The default of 10 a second is spent by one person clicking through the Web UI.
	dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,

	// One partition a task queue keeps priorities and rate limits exact; more are for many matching hosts.
	dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
	dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,

	// The default is sized for a dedicated host.
	dynamicconfig.HistoryCacheHostLevelMaxSize.Key(): 8_192,
}

// A server is the running Temporal server.
type server struct {
	temporal.Server
	port     int
	stopping *atomic.Bool
}

// startServer runs the server on port. When that turns out to be taken after all and the caller has not insisted on
// one, it tries others.
func startServer(o Options, s *store, port int) (*server, error) {
	for attempt := 1; ; attempt++ {
		srv, err := buildServer(o, s, port)
		if err == nil {
			if err = srv.Start(); err == nil {
				return srv, nil
			}
			srv.stop(stopTimeout)
			return nil, fmt.Errorf("start the Temporal server: %w", err)
		}
		if !isListenError(err) || attempt == buildAttempts {
			return nil, fmt.Errorf("set up the Temporal server: %w", err)
		}
		if port, err = choosePort(o.IP, o.Port, 0); err != nil {
			return nil, err
		}
	}
}

// buildServer opens the server's ports and sets up its parts, without starting them.
func buildServer(o Options, s *store, port int) (srv *server, err error) {
	defer func() {
		if r := recover(); r != nil {
			fatal, ok := r.(fatalError)
			if !ok {
				panic(r)
			}
			err = fatal
		}
	}()
	conf, err := serverConfig(o, s, port)
	if err != nil {
		return nil, err
	}
	stopping := new(atomic.Bool)
	built, err := temporal.NewServer(
		temporal.WithConfig(conf),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts(conf)),
		temporal.WithDynamicConfigClient(settings),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return authorization.NewNoopClaimMapper()
		}),
		temporal.WithLogger(serverLog{to: o.Log.With().Str("part", "temporal").Logger(), stopping: stopping}),
	)
	if err != nil {
		return nil, err
	}
	return &server{Server: built, port: port, stopping: stopping}, nil
}

func serverConfig(o Options, s *store, port int) (*config.Config, error) {
	frontend := dialable(o.IP, port)
	conf := &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     storeName,
			VisibilityStore:  storeName,
			NumHistoryShards: historyShards,
			DataStores:       map[string]config.DataStore{storeName: {SQL: s.sql}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: frontend},
		Services: map[string]config.Service{
			string(primitives.FrontendService): {RPC: config.RPC{BindOnIP: o.IP, GRPCPort: port}},
		},
	}
	conf.Global.Membership.MaxJoinDuration = readyTimeout
	conf.Global.Membership.BroadcastAddress = defaultIP
	conf.Archival.History.State = config.ArchivalDisabled
	conf.Archival.Visibility.State = config.ArchivalDisabled
	conf.NamespaceDefaults.Archival.History.State = config.ArchivalDisabled
	conf.NamespaceDefaults.Archival.Visibility.State = config.ArchivalDisabled

	for _, name := range []primitives.ServiceName{
		primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		internal, err := choosePort(defaultIP, 0, 0)
		if err != nil {
			return nil, err
		}
		conf.Services[string(name)] = config.Service{RPC: config.RPC{BindOnIP: defaultIP, GRPCPort: internal}}
	}
	return conf, nil
}

// hosts tells the parts of the server where the others are, so that they need no membership protocol.
func hosts(conf *config.Config) map[primitives.ServiceName]static.Hosts {
	all := make(map[primitives.ServiceName]static.Hosts, len(conf.Services))
	for name, service := range conf.Services {
		all[primitives.ServiceName(name)] = static.SingleLocalHost(dialable(service.RPC.BindOnIP, service.RPC.GRPCPort))
	}
	return all
}

// stop ends the server and reports whether it did so within the limit.
func (s *server) stop(limit time.Duration) bool {
	s.stopping.Store(true)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		// It reports nothing that the log has not.
		_ = s.Stop()
	}()
	select {
	case <-stopped:
		return true
	case <-time.After(limit):
		return false
	}
}
