#!/usr/bin/env bash
# AfterShip's phone turns a valid mobile number in full E.164 form into a different number.
#
# Versions: npm phone 3.1.72; google-libphonenumber 3.2.47 as the judge of what comes out.
# Guess: a valid number with plus and country code comes back unchanged.
# Seen: where the package's table expects fewer digits, it takes the first national digit for a
#   trunk prefix and drops it:
#   - Argentina: the mobile +54 9 11 2345 6789 becomes +54 11 2345 6789, the form of a fixed line;
#   - Gabon: +241 77 12 34 56 becomes +241 7 12 34 56, the form that was given up in 2019.
#   Both come back with isValid: true. Benin's new numbers it refuses, the old ones it takes.
# Consequence: keys computed after this package differ from everybody else's, and in Argentina they
#   may be another subscriber's.
# Needs: bash, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund phone@3.1.72 google-libphonenumber@3.2.47 \
	>npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil, PhoneNumberType } = require('google-libphonenumber');
const { phone } = require('phone');
const util = PhoneNumberUtil.getInstance();
function kind(e164) {
  const type = util.getNumberType(util.parse(e164, ''));
  return Object.keys(PhoneNumberType).find(key => PhoneNumberType[key] === type);
}
for (const e164 of ['+5491123456789', '+24177123456', '+22997000001', '+2290197000001']) {
  const out = phone(e164);
  console.log(e164, kind(e164), '->', out.isValid, out.phoneNumber,
    out.isValid ? kind(out.phoneNumber) : '');
}
JS

node check.js | sed 's/ *$//' >seen
diff -u - seen <<'SEEN'
+5491123456789 MOBILE -> true +541123456789 FIXED_LINE
+24177123456 MOBILE -> true +2417123456 MOBILE
+22997000001 UNKNOWN -> true +22997000001 UNKNOWN
+2290197000001 MOBILE -> false null
SEEN
echo "as described"
