package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"text/template"

	_ "embed"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/authority"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/googleanalytics"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/website"
)

//go:embed demo.yaml.tmpl
var demoConfig string

// serveVendors starts the simulated vendors and writes a lethe.yaml that leads
// to them, with their keys in files beside it. The returned function stops
// them.
func serveVendors(town *population.Town, dir string) (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range stops {
			s()
		}
	}
	urls := map[string]string{"Dir": dir}
	for _, vendor := range []struct {
		name, key string
		handler   http.Handler
	}{
		{"HubSpot", hubspot.DefaultToken, town.HubSpot},
		{"Gist", gist.DefaultToken, town.Gist},
		{"Landbot", landbot.DefaultToken, town.Landbot},
		{"GoogleAnalytics", googleanalytics.DefaultToken, town.GoogleAnalytics},
		{"Website", website.DefaultSecret, town.Website},
	} {
		url, stopOne, err := simulators.Serve(vendor.handler)
		if err != nil {
			stop()
			return nil, fmt.Errorf("start the simulated vendor %s: %w", vendor.name, err)
		}
		stops = append(stops, stopOne)
		urls[vendor.name] = url
		if err := os.WriteFile(filepath.Join(dir, vendor.name+".key"), []byte(vendor.key), 0o600); err != nil {
			stop()
			return nil, fmt.Errorf("write a vendor's key: %w", err)
		}
	}
	urls["Listen"], err = gatewayFiles(dir)
	if err == nil {
		err = writeConfig(filepath.Join(dir, "lethe.yaml"), urls)
	}
	if err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

const (
	// demoDomain is for whom the demo's gateway signs.
	demoDomain = "demo.example.com"
	// gatewayPort is where the demo's gateway listens if nobody else does.
	gatewayPort = "8235"
)

// gatewayFiles writes the certificate with which the demo's gateway signs, and says
// where it is to listen.
func gatewayFiles(dir string) (address string, err error) {
	issuer, err := authority.New()
	if err != nil {
		return "", fmt.Errorf("make the demo's certificate authority: %w", err)
	}
	pair, err := issuer.Issue(demoDomain)
	if err != nil {
		return "", fmt.Errorf("make the demo's certificate: %w", err)
	}
	for name, content := range map[string][]byte{"opendsr.pem": pair.Certificate, "opendsr.key": pair.Key, "authority.pem": issuer.PEM} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return "", fmt.Errorf("write the demo's certificate: %w", err)
		}
	}
	address = net.JoinHostPort("127.0.0.1", gatewayPort)
	free, err := net.Listen("tcp", address)
	if err != nil {
		return net.JoinHostPort("127.0.0.1", "0"), nil //nolint:nilerr // another port does as well
	}
	return address, free.Close()
}

func writeConfig(path string, urls map[string]string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // below a folder of our own
	if err != nil {
		return fmt.Errorf("write the demo's configuration: %w", err)
	}
	if err := template.Must(template.New("lethe.yaml").Parse(demoConfig)).Execute(file, urls); err != nil {
		return fmt.Errorf("write the demo's configuration: %w", err)
	}
	return file.Close()
}
