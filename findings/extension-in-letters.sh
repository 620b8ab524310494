#!/usr/bin/env bash
# A German extension ("App. 22") becomes part of the number, spelt on the keypad.
#
# Versions: github.com/nyaruka/phonenumbers v1.8.1; npm google-libphonenumber 3.2.47,
#   libphonenumber-js 1.13.16 (max metadata).
# Guess: "030 123456 App. 22" (Apparat, the German word for extension) is +49 30 123456, with the
#   extension 22 or without; at worst it is refused.
# Seen: Google's library takes three letters or more for a vanity number: App is 277, and the result
#   +493012345627722 is a valid number in Berlin. "DW 22" (Durchwahl, the usual abbreviation in
#   Austria) has two letters, which are dropped: +493012345622, valid as well. libphonenumber-js
#   refuses both. "ext. 22" is understood by all.
# Needs: bash, go, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 \
	libphonenumber-js@1.13.16 >npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil, PhoneNumberFormat: F } = require('google-libphonenumber');
const { parsePhoneNumberFromString } = require('libphonenumber-js/max');
const util = PhoneNumberUtil.getInstance();
for (const text of ['030 123456 App. 22', '030 123456 DW 22', '030 123456 ext. 22']) {
  const g = util.parse(text, 'DE');
  const j = parsePhoneNumberFromString(text, 'DE');
  console.log(`${text}: google-libphonenumber ${util.format(g, F.E164)} ${util.isValidNumber(g)}`,
    `[${g.getExtensionOrDefault()}], libphonenumber-js`, j ? `${j.number} [${j.ext}]` : 'refused');
}
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	for _, text := range []string{"030 123456 App. 22", "030 123456 DW 22", "030 123456 ext. 22"} {
		n, err := p.Parse(text, "DE")
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: nyaruka %s %t [%s]\n",
			text, p.Format(n, p.E164), p.IsValidNumber(n), n.GetExtension())
	}
}
GO
go mod init check >go.log 2>&1
go get github.com/nyaruka/phonenumbers@v1.8.1 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
030 123456 App. 22: google-libphonenumber +493012345627722 true [], libphonenumber-js refused
030 123456 DW 22: google-libphonenumber +493012345622 true [], libphonenumber-js refused
030 123456 ext. 22: google-libphonenumber +4930123456 true [22], libphonenumber-js +4930123456 [22]
030 123456 App. 22: nyaruka +493012345627722 true []
030 123456 DW 22: nyaruka +493012345622 true []
030 123456 ext. 22: nyaruka +4930123456 true [22]
SEEN
echo "as described"
