package config

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

const (
	// DefaultArchive is where reports go unless configured: a folder beside
	// the configuration.
	DefaultArchive = "file://./data/reports"
	// DefaultGatherFor is for how long requests wait at most, unless configured, until all
	// systems have shown what they hold. A vendor that is down delays the others by no more.
	DefaultGatherFor = 30 * time.Second
	longestGather    = time.Hour
	// DefaultRecheckAfter is how long after the last erasure all systems are
	// looked into once more unless configured: by then nightly syncs have run.
	DefaultRecheckAfter = 24 * time.Hour
	// DefaultCheckEvery is how often it is checked that a restriction holds unless
	// configured.
	DefaultCheckEvery = 24 * time.Hour
	// DefaultMaxRecords is how many records of a system are erased without
	// asking a person unless configured.
	DefaultMaxRecords = 10
)

// A Config is a lethe.yaml that has been checked.
type Config struct {
	// DefaultRegion is the ISO 3166-1 alpha-2 country whose numbering plan
	// applies to phone numbers without a country code; empty refuses them.
	DefaultRegion string
	// Archive is the gocloud.dev/blob URL of the reports' bucket. A file:// URL
	// has an absolute path.
	Archive string
	// Retention is how long reports are kept in the archive; 0 for good.
	Retention time.Duration
	// Company is who answers requests, as reports and letters name it.
	Company Company
	// GatherFor is for how long nothing is changed anywhere while systems have not shown yet
	// what they hold.
	GatherFor time.Duration
	// RecheckAfter is how long after the last erasure all systems are looked
	// into once more.
	RecheckAfter time.Duration
	// CheckEvery is how often it is checked that a restriction holds.
	CheckEvery time.Duration
	// ApprovalRequired lets a person approve what is to be erased, in every system
	// of every request.
	ApprovalRequired bool
	// Regulation says until when requests must be answered.
	Regulation Regulation
	// Notify says who is told of deadlines, beside the log.
	Notify Notify
	// Mailbox says from which mailbox requests are taken; nil from none.
	Mailbox *Mailbox
	// Vault says where the keys of requests are kept, and for how long.
	Vault Vault
	// CodecServer says who may read what Temporal stores.
	CodecServer CodecServer
	// Gateway says how requests come in over HTTP; nil if they do not.
	Gateway *Gateway
	// Worker says how workers of several releases share the work.
	Worker Worker
	// Systems are the third parties, in the order of the file.
	Systems []System
	// Fingerprint is the same as long as the file and the secrets that were read with it
	// are, byte by byte.
	Fingerprint [sha256.Size]byte
}

// A System is one configured third party.
type System struct {
	// Plan is the system as requests plan with it; it holds no secret.
	Plan dsr.System
	// Kind is the kind of connector that reaches it.
	Kind connectors.Kind
	// Settings are for Kind.New. Log, Now and Pace are left to the caller, and
	// Credentials is nil if the configuration was loaded without secrets.
	Settings connectors.Settings
}

// Support is the version of the vendor's API that the system calls, and until when the
// vendor supports it; the zero value for a system without an API.
func (s System) Support() connectors.Support { return s.Kind.Support(s.Settings) }

// Plan is what every request starts with.
func (c *Config) Plan() dsr.Plan {
	plan := dsr.Plan{RecheckAfter: c.RecheckAfter, GatherFor: c.GatherFor, CheckEvery: c.CheckEvery}
	for _, system := range c.Systems {
		planned := system.Plan
		planned.ApprovalRequired = planned.ApprovalRequired || c.ApprovalRequired
		plan.Systems = append(plan.Systems, planned)
	}
	return plan
}

// Parser brings identifiers into their normal form by the configured region. The company's
// own addresses identify nobody.
func (c *Config) Parser() identity.Parser {
	return identity.Parser{Region: c.DefaultRegion, Own: c.OwnAddresses()}
}

// OwnAddresses are those of the mailbox, its groups and whoever writes for it.
func (c *Config) OwnAddresses() []string {
	var own []string
	if m := c.Mailbox; m != nil {
		own = append(own, m.Username)
		if m.From != nil {
			own = append(own, m.From.Address)
		}
		own = append(own, m.Groups...)
	}
	if e := c.Notify.Email; e != nil && e.From != nil {
		own = append(own, e.From.Address)
	}
	return own
}

// Options says how a configuration is loaded.
type Options struct {
	// WithoutSecrets leaves references to secrets unresolved: for commands that
	// need to know the systems but not to reach them.
	WithoutSecrets bool
	// GatewaySecrets resolves those of the gateway and the codec server all the same:
	// the gateway needs no vendor's keys, and should have none.
	GatewaySecrets bool
	// Env looks an environment variable up; nil means os.LookupEnv.
	Env func(name string) (value string, ok bool)
}

// Load reads the configuration at path, whose systems are of the given kinds.
// The error is an [*Error] that lists everything wrong with the file.
func Load(path string, kinds []connectors.Kind, o Options) (*Config, error) {
	l := &loader{kinds: kinds, without: o.WithoutSecrets, gatewaySecrets: o.GatewaySecrets, env: o.Env, folder: folderOf(path), found: &findings{}, read: &[][]byte{}}
	if l.env == nil {
		l.env = os.LookupEnv
	}
	config := l.load(path)
	if err := l.found.err(path); err != nil {
		return nil, err
	}
	return config, nil
}

// folderOf is the folder to which the file's relative paths relate.
func folderOf(path string) string {
	folder := filepath.Dir(path)
	if absolute, err := filepath.Abs(folder); err == nil {
		return absolute
	}
	return folder
}

// loader turns a file into a Config and notes what is wrong on the way.
type loader struct {
	kinds   []connectors.Kind
	without bool
	// gatewaySecrets is [Options.GatewaySecrets].
	gatewaySecrets bool
	env            func(string) (string, bool)
	folder         string
	found          *findings
	// read is of what was read, the SHA-256 of each part.
	read *[][]byte
}

// note keeps what something that was read is known by.
func (l *loader) note(part []byte) {
	sum := sha256.Sum256(part)
	*l.read = append(*l.read, sum[:])
}

// fingerprint does not depend on the order in which parts were read.
func (l *loader) fingerprint() [sha256.Size]byte {
	slices.SortFunc(*l.read, bytes.Compare)
	return sha256.Sum256(slices.Concat(*l.read...))
}

func (l *loader) load(path string) *Config {
	d := document{noun: "configuration", example: "lethe.example.yaml"}
	content, ok := d.content(path, l.found)
	if !ok {
		return nil
	}
	l.note(content)
	root, ok := d.root(content, l.found)
	if !ok {
		return nil
	}
	config := l.config(root)
	config.Fingerprint = l.fingerprint()
	return config
}

func (l *loader) config(root value) *Config {
	entries := root.entries()
	root.refuseUnknown(entries, []string{"default_region", "archive", "company", "gather_for", "recheck_after", "approval", "notify", "mailbox", "regulation", "vault", "codec_server", "gateway", "worker", "restriction", "systems"}, nil)
	config := &Config{GatherFor: DefaultGatherFor, RecheckAfter: DefaultRecheckAfter}
	if v, ok := entries["default_region"]; ok {
		config.DefaultRegion = region(v.value)
	}
	if v, ok := entries["gather_for"]; ok {
		config.GatherFor = duration(v.value, 0, longestGather, "such as 30s")
	}
	if v, ok := entries["recheck_after"]; ok {
		config.RecheckAfter = duration(v.value, 0, longestRecheck, "within the legal deadline, such as 24h")
	}
	config.Archive, config.Retention = l.archive(root, entries)
	config.Company = l.company(entries)
	if v, ok := entries["approval"]; ok {
		config.ApprovalRequired = approval(v.value)
	}
	config.Notify = l.notify(entries)
	config.Mailbox = l.mailbox(entries, config.Notify)
	config.Regulation = regulation(root, entries)
	config.Vault = l.vault(root, entries)
	config.CodecServer = l.codecServer(entries)
	config.Gateway = l.gateway(entries)
	config.Worker = workerOf(entries)
	config.CheckEvery = checkEvery(entries)
	if systems, ok := entries["systems"]; ok {
		config.Systems = l.systems(systems.value, config.Parser())
	} else if entries != nil {
		root.needed("systems", "the list of third-party systems, each with name and connector")
	}
	return config
}
