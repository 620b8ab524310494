#!/usr/bin/env bash
# Whether ß in a mail domain becomes ss depends, in idna-uts46-hx, on the top-level domain.
#
# Versions: npm idna-uts46-hx 6.2.2, tr46 6.0.0; golang.org/x/net v0.61.0; the running Node.
# Guess: idna-uts46-hx uses transitional processing by default (ß becomes ss) for every domain, and
#   { transitional: false } turns it off, as in its versions before 6.
# Seen: faß.de is xn--fa-hia.de, but faß.com is fass.com: a different domain, which somebody else
#   may own. The old option is ignored without a word; the new one is called
#   transitionalProcessing. Greek final sigma goes the same way. tr46, Node and every profile of
#   x/net/idna say xn--fa-hia.com.
# Consequence: systems that store domains through different packages hold two addresses for one
#   mailbox, and one of the two may be a stranger's.
# Needs: bash, go, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund idna-uts46-hx@6.2.2 tr46@6.0.0 >npm.log 2>&1
cat >check.js <<'JS'
const hx = require('idna-uts46-hx');
const tr46 = require('tr46');
const { domainToASCII } = require('node:url');
for (const domain of ['faß.de', 'faß.com', 'βόλος.com']) {
  console.log(domain, 'idna-uts46-hx', hx.toAscii(domain),
    'transitional', hx.toAscii(domain, { transitional: false }),
    'transitionalProcessing', hx.toAscii(domain, { transitionalProcessing: false }));
  console.log(domain, 'tr46', tr46.toASCII(domain), 'Node', domainToASCII(domain));
}
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	"golang.org/x/net/idna"
)

func main() {
	for _, domain := range []string{"faß.de", "faß.com", "βόλος.com"} {
		fmt.Print(domain)
		for _, profile := range []*idna.Profile{idna.Lookup, idna.Display, idna.Registration} {
			ascii, err := profile.ToASCII(domain)
			if err != nil {
				panic(err)
			}
			fmt.Print(" ", ascii)
		}
		fmt.Println()
	}
}
GO
go mod init check >go.log 2>&1
go get golang.org/x/net/idna@v0.61.0 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
faß.de idna-uts46-hx xn--fa-hia.de transitional xn--fa-hia.de transitionalProcessing xn--fa-hia.de
faß.de tr46 xn--fa-hia.de Node xn--fa-hia.de
faß.com idna-uts46-hx fass.com transitional fass.com transitionalProcessing xn--fa-hia.com
faß.com tr46 xn--fa-hia.com Node xn--fa-hia.com
βόλος.com idna-uts46-hx xn--nxasmq6b.com transitional xn--nxasmq6b.com transitionalProcessing xn--nxasmm1c.com
βόλος.com tr46 xn--nxasmm1c.com Node xn--nxasmm1c.com
faß.de xn--fa-hia.de xn--fa-hia.de xn--fa-hia.de
faß.com xn--fa-hia.com xn--fa-hia.com xn--fa-hia.com
βόλος.com xn--nxasmm1c.com xn--nxasmm1c.com xn--nxasmm1c.com
SEEN
echo "as described"
