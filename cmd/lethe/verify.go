package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ite.digital/lethe/report"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/vault"
)

const (
	// maxKeyFile and maxReportFile bound the files that are read, in bytes.
	maxKeyFile    = 1 << 20
	maxReportFile = 8 << 20
)

// A keysFlag names the public keys that reports are verified with.
type keysFlag struct {
	files         []string
	require       bool
	configuration *configFlag
}

func newKeysFlag(s *streams, cmd *cobra.Command) *keysFlag {
	f := &keysFlag{configuration: newConfigFlag(s, cmd)}
	f.flag(cmd)
	return f
}

// flag adds the flags to the command.
func (f *keysFlag) flag(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.files, "key", nil, "public key `FILE`, as 'lethe keys export' prints it; can be given several times (default: the keys of the configured vault)")
	cmd.Flags().BoolVar(&f.require, "require-key", false, "fail unless --key is given: for scripts, which must not rely on the lethe.yaml of the folder that they run in")
}

// check says what is wrong with the flags.
func (f *keysFlag) check(cmd *cobra.Command) error {
	if f.require && len(f.files) == 0 {
		return usagef(cmd, "name the public keys that you trust with --key FILE; --require-key takes no others")
	}
	return nil
}

// A keyOrigin is where public keys come from: whoever can choose them can have any report
// verified.
type keyOrigin struct {
	// Files are those of --key.
	Files []string `json:"files,omitempty"`
	// Configuration is the file that names the vault they are of.
	Configuration string `json:"configuration,omitempty"`
	// Found says that nobody has named the configuration: it lies in the current folder.
	Found bool `json:"found_in_current_folder,omitempty"`
}

// String says it in words.
func (o keyOrigin) String() string {
	switch {
	case len(o.Files) > 0:
		return strings.Join(o.Files, ", ")
	case o.Found:
		return "the vault that " + o.Configuration + " in the current folder names; if somebody else may have written that file, use --key"
	default:
		return "the vault that " + o.Configuration + " names"
	}
}

// ring reads the public keys from the files, or from the vault if none is named.
func (f *keysFlag) ring(ctx context.Context) (report.Keyring, keyOrigin, error) {
	ring := report.Keyring{}
	for _, path := range f.files {
		content, err := readFile(ctx, path, maxKeyFile)
		if err != nil {
			return nil, keyOrigin{}, fmt.Errorf("the key file: %w", err)
		}
		keys, err := report.ParseKeys(content)
		if err != nil {
			return nil, keyOrigin{}, fmt.Errorf("the key file %s is of no use: %w", path, err)
		}
		maps.Copy(ring, keys)
	}
	if len(ring) > 0 {
		return ring, keyOrigin{Files: f.files}, nil
	}
	cfg, err := f.configuration.optional()
	if err != nil {
		return nil, keyOrigin{}, err
	}
	if cfg == nil {
		return nil, keyOrigin{}, errors.New("name the company's public keys with --key FILE; 'lethe keys export' prints them")
	}
	err = withVault(ctx, cfg, true, func(keys *vault.Vault) error {
		public, err := keys.ReportKeys(ctx)
		ring = report.NewKeyring(public...)
		return err
	})
	path, named := f.configuration.file()
	return ring, keyOrigin{Configuration: path, Found: !named}, err
}

// readFile reads a file of at most limit bytes.
func readFile(ctx context.Context, path string, limit int64) ([]byte, error) {
	content, err := readUntil(ctx, func() (io.ReadCloser, error) { return os.Open(path) }, limit+1) //nolint:gosec // the user names the file
	if err == nil && int64(len(content)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes, so it is not what Lethe wrote", path, limit)
	}
	return content, err
}

func newReportVerify(s *streams) *cobra.Command {
	var keys *keysFlag
	cmd := &cobra.Command{
		Use:   "verify FILE…",
		Short: "Make sure that reports are as they were signed",
		Long: `Make sure that files with reports in JSON are as the company signed them. Nothing
but its public keys is needed: no network, no archive. The last line says where those
came from.

That a report is authentic does not say that it is the newest one, or that none
is missing: 'lethe archive verify' does.`,
		Example: `  lethe report verify --key report-keys.pem ticket-4711.json
  lethe report verify --require-key --key /etc/lethe/report-keys.pem *.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef(cmd, "name the files to verify")
			}
			if err := keys.check(cmd); err != nil {
				return err
			}
			ring, origin, err := keys.ring(cmd.Context())
			if err != nil {
				return err
			}
			return s.verifyFiles(cmd.Context(), args, ring, origin)
		},
	}
	keys = newKeysFlag(s, cmd)
	return cmd
}

// verifyFiles looks at each file and fails if one is not as it was signed.
func (s *streams) verifyFiles(ctx context.Context, paths []string, ring report.Keyring, origin keyOrigin) error {
	failed := 0
	for _, path := range paths {
		line, err := verifyFile(ctx, path, ring)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			line = "! " + err.Error()
		}
		if len(paths) == 1 && err != nil {
			return err // it says it all
		}
		if err := s.print(line + "\n"); err != nil {
			return err
		}
	}
	if err := s.print("public keys from " + origin.String() + "\n"); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files are not authentic", failed, len(paths))
	}
	return nil
}

func verifyFile(ctx context.Context, path string, ring report.Keyring) (string, error) {
	content, err := readFile(ctx, path, maxReportFile)
	if err != nil {
		return "", err
	}
	r, key, err := report.Check(content, ring)
	if err != nil {
		return "", fmt.Errorf("%s is not authentic: %w", path, err)
	}
	return fmt.Sprintf("%s: the %s report on %s, %s, is as it was signed with the key %s", path, r.Kind, r.RequestID, report.StatusText(r.Standing()), key), nil
}

func newArchive(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "archive",
		Short:   "Look after the archive of reports",
		Example: `  lethe archive verify`,
		Args:    subcommands,
		RunE:    help,
	}
	cmd.AddCommand(newArchiveVerify(s))
	return cmd
}

func newArchiveVerify(s *streams) *cobra.Command {
	var keys *keysFlag
	var location string
	var heads []string
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Make sure that no report was altered, swapped or taken away",
		Long: `Compare all reports of the archive with the signed chain over them. It says in a
sentence each what was altered, swapped, added, put back or taken away, and which
objects have a name that Lethe does not give, and fails then. Reports that were
removed because their time was over are counted, not missed.

It ends with the chain's head. Note it down elsewhere, and give it to a later
run with --head: then it also shows if the end of the chain was cut off, or the
whole chain was written anew.`,
		Example: `  lethe archive verify
  lethe archive verify --archive file:///mnt/copy --key report-keys.pem
  lethe archive verify --head 42:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			noted := make([]report.Head, len(heads))
			for i, text := range heads {
				head, err := report.ParseHead(text)
				if err != nil {
					return usagef(cmd, "--head %v", err)
				}
				noted[i] = head
			}
			if err := keys.check(cmd); err != nil {
				return err
			}
			ring, origin, err := keys.ring(cmd.Context())
			if err != nil {
				return err
			}
			bucket, err := openArchive(cmd.Context(), keys.configuration, location)
			if err != nil {
				return err
			}
			defer func() { _ = bucket.Close() }() // it was only read
			v, err := report.NewArchive(bucket).Verify(cmd.Context(), ring, noted...)
			if err != nil {
				return err
			}
			return s.verified(verification{v, origin}, *asJSON)
		},
	}
	cmd.Flags().StringArrayVar(&heads, "head", nil, "`HEAD` of the chain that an earlier run has printed; can be given several times")
	archiveFlag(cmd, &location)
	asJSON = jsonFlag(cmd)
	keys = newKeysFlag(s, cmd)
	return cmd
}

func archiveFlag(cmd *cobra.Command, location *string) {
	cmd.Flags().StringVar(location, "archive", "", "`URL` of the archive, such as file:///var/lib/lethe/archive (default: as configured)")
}

// openArchive opens the archive at the location, or the configured one. The caller
// closes it.
func openArchive(ctx context.Context, configuration *configFlag, location string) (*storage.Bucket, error) {
	if location == "" {
		cfg, err := configuration.outline()
		if err != nil {
			return nil, err
		}
		location = cfg.Archive
	}
	bucket, err := storage.OpenExisting(ctx, location)
	if err != nil {
		return nil, fmt.Errorf("open the archive: %w", err)
	}
	return bucket, nil
}

// A verification is one with the keys that it was made with.
type verification struct {
	report.Verification
	PublicKeys keyOrigin `json:"public_keys"`
}

// verified writes what a verification has shown, and returns an error for what is
// not as it was archived.
func (s *streams) verified(v verification, asJSON bool) error {
	var failure error
	if n := len(v.Problems); n > 0 {
		failure = fmt.Errorf("the archive is not as it was written: %s", counted(n, "problem"))
	}
	if asJSON {
		return errors.Join(s.printJSON(v), failure)
	}
	var b strings.Builder
	for _, problem := range v.Problems {
		fmt.Fprintf(&b, "! %s\n", problem)
	}
	for _, name := range v.Pending {
		fmt.Fprintf(&b, "%s waits for its entry in the chain: the process that stored it was interrupted; the next sweep writes it\n", name)
	}
	fmt.Fprintf(&b, "%s as archived, %d removed by retention, %s in the chain\n", counted(v.Reports, "report"), v.Removed, countedEntries(v.Entries))
	fmt.Fprintf(&b, "public keys from %s\nhead %s\n", v.PublicKeys, v.Head)
	return errors.Join(s.print(b.String()), failure)
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func countedEntries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
