#!/usr/bin/env bash
# Argentine numbers in national format do not read back.
#
# Versions: github.com/nyaruka/phonenumbers v1.8.1; npm google-libphonenumber 3.2.47.
# Guess: both print the mobile +54 9 11 2345-6789 as "011 15-2345-6789", and whatever either prints
#   in national format it parses back, in region AR, to the same number.
# Seen: nyaruka prints "09 15-2345-6789": the area code is gone, the mobile mark 9 stands in its
#   place. Both misread the national format of a fixed line of Buenos Aires that begins with 15:
#   "011 1583-3165" becomes +5401115833165, because 15 after an area code is the mobile mark.
# Consequence: a CRM filled from such strings holds numbers that are nobody's.
# Needs: bash, go, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 >npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil, PhoneNumberFormat: F } = require('google-libphonenumber');
const util = PhoneNumberUtil.getInstance();
for (const e164 of ['+5491123456789', '+541115833165']) {
  const national = util.format(util.parse(e164), F.NATIONAL);
  const back = util.format(util.parse(national, 'AR'), F.E164);
  console.log(`google-libphonenumber ${e164} = ${national} = ${back}`);
}
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	for _, e164 := range []string{"+5491123456789", "+541115833165"} {
		n, err := p.Parse(e164, "")
		if err != nil {
			panic(err)
		}
		national := p.Format(n, p.NATIONAL)
		back, err := p.Parse(national, "AR")
		if err != nil {
			panic(err)
		}
		fmt.Printf("nyaruka %s = %s = %s\n", e164, national, p.Format(back, p.E164))
	}
}
GO
go mod init check >go.log 2>&1
go get github.com/nyaruka/phonenumbers@v1.8.1 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
google-libphonenumber +5491123456789 = 011 15-2345-6789 = +5491123456789
google-libphonenumber +541115833165 = 011 1583-3165 = +5401115833165
nyaruka +5491123456789 = 09 15-2345-6789 = +5491523456789
nyaruka +541115833165 = 011 1583-3165 = +5401115833165
SEEN
echo "as described"
