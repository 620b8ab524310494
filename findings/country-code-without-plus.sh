#!/usr/bin/env bash
# A German mobile number that lost its plus sign is another German's valid number.
#
# Versions: npm google-libphonenumber 3.2.47, libphonenumber-js 1.13.16 (max metadata),
#   phone 3.1.72; github.com/nyaruka/phonenumbers v1.8.1.
# Guess: "4915112345678" read in region DE is +4915112345678: it begins with the region's own
#   country code and is far too long for a local number.
# Seen: Google's library and its ports answer +494915112345678, valid, a fixed line in Leer: where
#   the digits as they are fit the library's pattern for Germany, which allows for very long
#   numbers, no country code is looked for. "33639980001" from France and "5215512345678" from
#   Mexico become valid German numbers likewise. AfterShip's phone reads the first one right and
#   refuses the others.
#   In France the same mistake is harmless: 33612345678 read in FR is +33612345678.
# Consequence: where numbers lose their plus (spreadsheets), a validity check stops none.
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
const inputs = [['4915112345678', 'DE'], ['33639980001', 'DE'], ['5215512345678', 'DE'],
  ['33612345678', 'FR']];
for (const [digits, region] of inputs) {
  const g = util.parse(digits, region);
  const j = parsePhoneNumber(digits, region);
  const p = phone(digits, { country: region });
  console.log(digits, region, 'google-libphonenumber', util.format(g, F.E164),
    util.isValidNumber(g));
  console.log(digits, region, 'libphonenumber-js', j.number, j.isValid());
  console.log(digits, region, 'phone', p.phoneNumber, p.isValid);
}
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	for _, in := range [][2]string{{"4915112345678", "DE"}, {"33639980001", "DE"},
		{"5215512345678", "DE"}, {"33612345678", "FR"}} {
		n, err := p.Parse(in[0], in[1])
		if err != nil {
			panic(err)
		}
		fmt.Println(in[0], in[1], "nyaruka", p.Format(n, p.E164), p.IsValidNumber(n))
	}
}
GO
go mod init check >go.log 2>&1
go get github.com/nyaruka/phonenumbers@v1.8.1 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
4915112345678 DE google-libphonenumber +494915112345678 true
4915112345678 DE libphonenumber-js +494915112345678 true
4915112345678 DE phone +4915112345678 true
33639980001 DE google-libphonenumber +4933639980001 true
33639980001 DE libphonenumber-js +4933639980001 true
33639980001 DE phone null false
5215512345678 DE google-libphonenumber +495215512345678 true
5215512345678 DE libphonenumber-js +495215512345678 true
5215512345678 DE phone null false
33612345678 FR google-libphonenumber +33612345678 true
33612345678 FR libphonenumber-js +33612345678 true
33612345678 FR phone +33612345678 true
4915112345678 DE nyaruka +494915112345678 true
33639980001 DE nyaruka +4933639980001 true
5215512345678 DE nyaruka +495215512345678 true
33612345678 FR nyaruka +33612345678 true
SEEN
echo "as described"
