#!/usr/bin/env bash
# The newest releases of the phone libraries disagree whether the mobile numbers that Gambians have
# been given since September 2026 can exist.
#
# Versions, each the newest that its registry gave when this was written (November 2026):
#   github.com/nyaruka/phonenumbers v1.8.1, npm awesome-phonenumber 7.8.0, phone 3.1.72,
#   google-libphonenumber 3.2.47, libphonenumber-js 1.13.16 (max metadata).
# Background: Gambia adds two digits to mobile numbers, by operator (83 QCell, 86 Comium,
#   87 Africell); both forms are dialled from 4 September to 30 November 2026.
# Guess: the newest releases all know the nine digits: the change was announced beforehand.
# Seen: google-libphonenumber and libphonenumber-js do. nyaruka, awesome-phonenumber and phone call
#   +220 83 301 2345 invalid, nyaruka even impossible (too long). phone does not know the old
#   form either.
# Consequence: a renumbered person is turned away at a form that validates with the newest release,
#   for as long as the library sleeps.
# Needs: bash, go, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 \
	libphonenumber-js@1.13.16 awesome-phonenumber@7.8.0 phone@3.1.72 >npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil } = require('google-libphonenumber');
const { parsePhoneNumber: js } = require('libphonenumber-js/max');
const { parsePhoneNumber: awesome } = require('awesome-phonenumber');
const { phone } = require('phone');
const util = PhoneNumberUtil.getInstance();
for (const e164 of ['+2203012345', '+220833012345']) {
  console.log(e164, 'google-libphonenumber', util.isValidNumber(util.parse(e164, '')),
    'libphonenumber-js', js(e164).isValid(), 'awesome-phonenumber', awesome(e164).valid,
    'phone', phone(e164).isValid);
}
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	for _, e164 := range []string{"+2203012345", "+220833012345"} {
		n, err := p.Parse(e164, "")
		if err != nil {
			panic(err)
		}
		fmt.Println(e164, "nyaruka", p.IsValidNumber(n), "too long",
			p.IsPossibleNumberWithReason(n) == p.TOO_LONG)
	}
}
GO
go mod init check >go.log 2>&1
go get github.com/nyaruka/phonenumbers@v1.8.1 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
+2203012345 google-libphonenumber true libphonenumber-js true awesome-phonenumber true phone false
+220833012345 google-libphonenumber true libphonenumber-js true awesome-phonenumber false phone false
+2203012345 nyaruka true too long false
+220833012345 nyaruka false too long true
SEEN
echo "as described"
