package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func TestTheCompanysOwnAddressesIdentifyNobody(t *testing.T) {
	t.Parallel()
	c := &config.Config{DefaultRegion: "FR", Mailbox: &config.Mailbox{Username: "privacy@company.example", Groups: []string{"support@company.example"}}}
	for _, own := range []string{"privacy@company.example", "Support@Company.example"} {
		_, err := c.Parser().Parse(dsr.Email, own)
		require.Equal(t, identity.OwnAddress, identity.ReasonOf(err), own)
	}
	_, err := c.Parser().Parse(dsr.Email, "kim@company.example")
	require.NoError(t, err, "whoever works there may ask as well")
}
