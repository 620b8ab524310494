#!/usr/bin/env bash
# A number copied from a contact card is refused by the Go port of libphonenumber only.
#
# Versions: github.com/nyaruka/phonenumbers v1.8.1; npm google-libphonenumber 3.2.47,
#   libphonenumber-js 1.13.16 (max metadata).
# Input: U+202A, the number, U+202C: the marks that keep a number's direction in right-to-left
#   text; contact lists put them around numbers, and people paste them along.
# Guess: all three take it; the port's README says that it matches Google's library as closely as
#   possible, and marks outside the number are cut off there.
# Seen: the JavaScript libraries do. nyaruka cuts the leading mark, keeps the trailing one, and
#   says "the phone number supplied is not a number".
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
const { parsePhoneNumber } = require('libphonenumber-js/max');
const util = PhoneNumberUtil.getInstance();
const pasted = '\u202a+44 7700 900123\u202c';
console.log('google-libphonenumber', util.format(util.parse(pasted, ''), F.E164));
console.log('libphonenumber-js', parsePhoneNumber(pasted).number);
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	for _, pasted := range []string{"\u202a+44 7700 900123", "+44 7700 900123\u202c"} {
		n, err := p.Parse(pasted, "")
		if err != nil {
			fmt.Printf("nyaruka %+q: %v\n", pasted, err)
			continue
		}
		fmt.Printf("nyaruka %+q: %s\n", pasted, p.Format(n, p.E164))
	}
}
GO
go mod init check >go.log 2>&1
go get github.com/nyaruka/phonenumbers@v1.8.1 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
google-libphonenumber +447700900123
libphonenumber-js +447700900123
nyaruka "\u202a+44 7700 900123": +447700900123
nyaruka "+44 7700 900123\u202c": the phone number supplied is not a number
SEEN
echo "as described"
