package config_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

const full = `
default_region: NO
archive:
  store: file:///var/lib/lethe/reports?metadata=skip
  retention: 43800h
company:
  name: Example SAS
  address: [1 rue de l'Exemple, 75001 Paris]
  contact: privacy@example.com
  authority: CNIL
  letters: .
recheck_after: 36h
systems:
  - name: sales
    connector: crm
    title: Sales CRM
    processor: Some CRM Inc.
    role: joint_controller
    category: customer relations
    base_url: http://127.0.0.1:8080/v1
    credentials: { token: "${TOKEN}" }
    rate: 0.5
    max_records: 3
    fields: { ga_client_id: ga, customer_id: [number, old_number] }
  - name: numbers
    connector: analytics
    property: 0123
    credentials:
      key_file: file:key.json
  - name: chat
    connector: manual
    steps:
      - Log in.
      - "Delete: the contact."
    identifiers: [phone]
`

func load(t *testing.T, content string, o config.Options) *config.Config {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "key.json"), []byte("{\"k\": 1}\n"))
	write(t, filepath.Join(dir, "lethe.yaml"), []byte(content))
	if o.Env == nil {
		o.Env = env
	}
	c, err := config.Load(filepath.Join(dir, "lethe.yaml"), kinds(), o)
	require.NoError(t, err)
	return c
}

func TestLoadReadsEveryKey(t *testing.T) {
	t.Parallel()
	c := load(t, full, config.Options{})

	require.Equal(t, "NO", c.DefaultRegion, "Norway is a country, not a boolean")
	require.Equal(t, identity.Parser{Region: "NO"}, c.Parser())
	require.Equal(t, "file:///var/lib/lethe/reports?metadata=skip", c.Archive)
	require.Equal(t, 43800*time.Hour, c.Retention)
	require.Equal(t, "Example SAS", c.Company.Name)
	require.Equal(t, []string{"1 rue de l'Exemple", "75001 Paris"}, c.Company.Address)
	require.Equal(t, "privacy@example.com", c.Company.Contact)
	require.Equal(t, "CNIL", c.Company.Authority)
	require.DirExists(t, c.Company.Letters)
	require.Equal(t, 36*time.Hour, c.RecheckAfter)
	require.Len(t, c.Systems, 3)

	require.Equal(t, connectors.Settings{
		System: "sales", BaseURL: "http://127.0.0.1:8080/v1", Rate: 0.5,
		Credentials: map[string]string{"token": secret}, Options: map[string][]string{},
		Fields: map[dsr.IdentifierType][]string{dsr.GAClientID: {"ga"}, dsr.CustomerID: {"number", "old_number"}},
		Parser: identity.Parser{Region: "NO"},
	}, c.Systems[0].Settings)
	require.Equal(t, connectors.Settings{
		System: "numbers", BaseURL: "https://analytics.example", Credentials: map[string]string{"key_file": `{"k": 1}`},
		Options: map[string][]string{"property": {"0123"}}, Parser: identity.Parser{Region: "NO"},
	}, c.Systems[1].Settings)
	require.Equal(t, "crm", c.Systems[0].Kind.Name)
}

func TestLoadPlansWhatRequestsNeed(t *testing.T) {
	t.Parallel()
	require.Equal(t, dsr.Plan{RecheckAfter: 36 * time.Hour, GatherFor: config.DefaultGatherFor, CheckEvery: config.DefaultCheckEvery, Systems: []dsr.System{
		{
			Name: "sales", Title: "Sales CRM", Connector: "crm", Processor: "Some CRM Inc.", Role: dsr.JointController, Category: "customer relations", Mode: dsr.Automatic,
			Needs: []dsr.IdentifierType{dsr.Email, dsr.Phone}, MaxRecords: 3,
		},
		{
			Name: "numbers", Title: "Some Analytics", Connector: "analytics", Mode: dsr.Automatic,
			Needs: []dsr.IdentifierType{dsr.GAClientID}, MaxRecords: config.DefaultMaxRecords,
		},
		{
			Name: "chat", Title: "Task", Connector: "manual", Mode: dsr.Manual, Needs: []dsr.IdentifierType{dsr.Phone},
			Task: &dsr.Task{Steps: []string{"Log in.", "Delete: the contact."}},
		},
	}}, load(t, full, config.Options{}).Plan())
}

func TestLoadHasDefaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "lethe.yaml")
	write(t, path, []byte("systems:\n  - {name: old, connector: none, reason: retired}\n"))

	c, err := config.Load(path, kinds(), config.Options{})

	require.NoError(t, err)
	require.Empty(t, c.DefaultRegion)
	require.Equal(t, "file://"+dir+"/data/reports", c.Archive)
	require.Equal(t, config.DefaultRecheckAfter, c.RecheckAfter)
	require.Equal(t, config.Vault{
		Store: "file://" + dir + "/data/keys", KEK: "file://" + dir + "/data/key-encryption.key",
		CacheFor: config.DefaultCacheFor, GracePeriod: config.DefaultGracePeriod,
	}, c.Vault)
}

func TestLoadWithoutSecretsResolvesNone(t *testing.T) {
	t.Parallel()
	unset := func(string) (string, bool) { return "", false }
	c := load(t, full, config.Options{WithoutSecrets: true, Env: unset})

	require.Equal(t, load(t, full, config.Options{}).Plan(), c.Plan())
	for _, system := range c.Systems {
		require.Nil(t, system.Settings.Credentials)
	}
}

func TestLoadWithoutSecretsStillRefusesLiteralOnes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lethe.yaml")
	write(t, path, []byte("systems:\n  - name: a\n    connector: crm\n    credentials:\n      token: "+secret+"\n"))

	_, err := config.Load(path, kinds(), config.Options{WithoutSecrets: true})

	require.EqualError(t, err, path+":5: systems[0].credentials.token: holds the secret itself; put it into an environment variable and write ${NAME}, or into a file and write file:/path")
}

func TestLoadReadsTheProcessEnvironmentByDefault(t *testing.T) {
	t.Setenv("LETHE_TEST_TOKEN", "from the process")
	path := filepath.Join(t.TempDir(), "lethe.yaml")
	write(t, path, []byte("systems:\n  - name: a\n    connector: crm\n    credentials:\n      token: ${LETHE_TEST_TOKEN}\n"))

	c, err := config.Load(path, kinds(), config.Options{})

	require.NoError(t, err)
	require.Equal(t, "from the process", c.Systems[0].Settings.Credentials["token"])
}

func TestTheFingerprintFollowsTheFileAndItsSecrets(t *testing.T) {
	t.Parallel()
	first := load(t, full, config.Options{}).Fingerprint
	require.Equal(t, first, load(t, full, config.Options{}).Fingerprint)
	require.NotEqual(t, first, load(t, full+"\n", config.Options{}).Fingerprint)
	changed := load(t, full, config.Options{Env: func(string) (string, bool) { return "another secret", true }})
	require.NotEqual(t, first, changed.Fingerprint)
}
