package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/register"
)

const fullRegister = `
policy: Privacy policy of 1 May 2026
recipients:
  - name: gist
    title: Gist (formerly ConvertFox)
    legal_name: Some Chat Inc.
    role: processor
    section: 3.10
    data: [e-mail address, conversations]
    system: chat
  - name: meta
    role: joint_controller
    data: hashed e-mail address
    systems: [facebook-ads, messenger]
  - name: landbot
  - name: x-button
    role: controller
    exempt:
      reason: >-
        It is not told
        who asks.
      decided_by: data protection officer
      decided_on: 2026-11-02
      review_on: "2027-11-02"
`

func loadRegister(t *testing.T, content string) (register.Register, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recipients.yaml")
	write(t, path, []byte(content))
	return config.LoadRegister(path)
}

func TestLoadRegisterReadsEveryKey(t *testing.T) {
	t.Parallel()
	r, err := loadRegister(t, fullRegister)
	require.NoError(t, err)
	require.Equal(t, register.Register{Policy: "Privacy policy of 1 May 2026", Recipients: []register.Recipient{
		{
			Name: "gist", Title: "Gist (formerly ConvertFox)", LegalName: "Some Chat Inc.", Role: dsr.Processor, Section: "3.10",
			Data: []string{"e-mail address", "conversations"}, Systems: []string{"chat"},
		},
		{Name: "meta", Role: dsr.JointController, Data: []string{"hashed e-mail address"}, Systems: []string{"facebook-ads", "messenger"}},
		{Name: "landbot"},
		{Name: "x-button", Role: dsr.Controller, Exempt: &register.Exemption{
			Reason: "It is not told who asks.", DecidedBy: "data protection officer", DecidedOn: "2026-11-02", ReviewOn: "2027-11-02",
		}},
	}}, r)
}

// TestRefusesRegisters tries the registers in testdata/refused_registers. Each
// is an archive of recipients.yaml and the messages it is refused with.
func TestRefusesRegisters(t *testing.T) {
	t.Parallel()
	refusesAll(t, "testdata/refused_registers/*.txtar", "recipients.yaml", func(t *testing.T, path string) error {
		t.Helper()
		r, err := config.LoadRegister(path)
		require.Equal(t, register.Register{}, r)
		return err
	})
}

func TestRefusesFilesThatAreNoRegister(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want string }{
		"empty":     {"", "recipients.yaml: the register is empty; recipients.example.yaml shows how to write one"},
		"a list":    {"- name: gist\n", "recipients.yaml:1: the register is not a mapping; write lines of the form key: value"},
		"not UTF-8": {"policy: \xff\n", "recipients.yaml: the register is not UTF-8; save it in that encoding"},
		"too large": {strings.Repeat("#", 1<<20) + "\n", "recipients.yaml: the register is larger than 1 MiB; a register is a few kilobytes, so check that this is the right file"},
		"tab":       {"recipients:\n\t- name: a\n", "recipients.yaml:2: a tab indents the line; YAML takes spaces only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "recipients.yaml")
			write(t, path, []byte(c.content))
			_, err := config.LoadRegister(path)
			require.EqualError(t, err, filepath.Dir(path)+string(filepath.Separator)+c.want)
		})
	}
	missing := filepath.Join(t.TempDir(), "recipients.yaml")
	_, err := config.LoadRegister(missing)
	require.EqualError(t, err, missing+": the register does not exist; recipients.example.yaml shows how to write one")
}

// FuzzLoadRegister makes sure that no file brings LoadRegister down, and that
// what it takes is fit to be compared.
func FuzzLoadRegister(f *testing.F) {
	f.Add([]byte(fullRegister))
	archives, err := filepath.Glob("testdata/refused_registers/*.txtar")
	require.NoError(f, err)
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(f, err)
		f.Add(archive.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := loadRegister(t, string(content))
		if err != nil {
			var refused *config.Error
			require.ErrorAs(t, err, &refused)
			for _, problem := range refused.Problems {
				require.NotEmpty(t, problem.Text)
			}
			return
		}
		require.NotEmpty(t, r.Recipients)
		for _, recipient := range r.Recipients {
			require.NotEmpty(t, recipient.Name)
			require.NotContains(t, recipient.Systems, "")
			if recipient.Exempt != nil {
				require.NotEmpty(t, recipient.Exempt.Reason)
				require.NotEmpty(t, recipient.Exempt.DecidedBy)
				require.Less(t, recipient.Exempt.DecidedOn, recipient.Exempt.ReviewOn)
				require.Empty(t, recipient.Systems)
			}
		}
	})
}
