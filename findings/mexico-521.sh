#!/usr/bin/env bash
# The form in which WhatsApp knows Mexican mobiles is impossible to one library and a second valid
# number to another.
#
# Versions: npm google-libphonenumber 3.2.47, libphonenumber-js 1.13.16 (max metadata), phone
#   3.1.72; github.com/nyaruka/phonenumbers v1.8.1.
# Background: until August 2019 a mobile was called from abroad with a 1 after the country code;
#   WhatsApp's ids still have it (5215512345678), and so have the chatbots and CRMs they fill.
# Guess: +52 1 55 1234 5678 is read as +52 55 1234 5678, since it cannot be anything else.
# Seen: no library does so. The three of Google's family keep the 1 and call the number impossible;
#   phone keeps it and calls both forms valid, so that one person has two numbers.
# Needs: bash, go, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 \
	libphonenumber-js@1.13.16 phone@3.1.72 >npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil, PhoneNumberFormat: F } = require('google-libphonenumber');
const { parsePhoneNumber } = require('libphonenumber-js/max');
const { phone } = require('phone');
const util = PhoneNumberUtil.getInstance();
for (const e164 of ['+525512345678', '+5215512345678']) {
  const g = util.parse(e164, '');
  const j = parsePhoneNumber(e164);
  const p = phone(e164);
  console.log('google-libphonenumber', util.format(g, F.E164), util.isPossibleNumber(g));
  console.log('libphonenumber-js', j.number, j.isPossible());
  console.log('phone', p.phoneNumber, p.isValid);
}
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	for _, e164 := range []string{"+525512345678", "+5215512345678"} {
		n, err := p.Parse(e164, "")
		if err != nil {
			panic(err)
		}
		fmt.Println("nyaruka", p.Format(n, p.E164), p.IsPossibleNumber(n))
	}
}
GO
go mod init check >go.log 2>&1
go get github.com/nyaruka/phonenumbers@v1.8.1 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
google-libphonenumber +525512345678 true
libphonenumber-js +525512345678 true
phone +525512345678 true
google-libphonenumber +5215512345678 false
libphonenumber-js +5215512345678 false
phone +5215512345678 true
nyaruka +525512345678 true
nyaruka +5215512345678 false
SEEN
echo "as described"
