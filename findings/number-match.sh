#!/usr/bin/env bash
# isNumberMatch says the same of a renumbered line and of a stranger's.
#
# Version: npm google-libphonenumber 3.2.47.
# Guess: for two numbers written in full, with country code, isNumberMatch answers NO_MATCH unless
#   they are equal; SHORT_NSN_MATCH is for a number that lacks its area or country code.
# Seen: SHORT_NSN_MATCH whenever the digits of one end in the digits of the other. So it finds old
#   and new form of one line in Mexico, Benin and Ivory Coast, and just so
#   - the old +225 07 00 00 01, which became +225 07 07 00 00 01, with another operator's
#     +225 05 07 00 00 01,
#   - the mobile +54 9 11 2345 6789 with the fixed line +54 11 2345 6789,
#   - the fixed line +84 28 3812 3456 with the mobile +84 838 123 456, both valid today.
#   Brazil's ninth digit, which stands inside the number, it does not find: NO_MATCH.
# Needs: bash, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 >npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil } = require('google-libphonenumber');
const util = PhoneNumberUtil.getInstance();
const types = PhoneNumberUtil.MatchType;
const name = type => Object.keys(types).find(key => types[key] === type);
const pairs = {
  same: [['+525512345678', '+5215512345678'], ['+2290197000001', '+22997000001'],
    ['+2250707000001', '+22507000001'], ['+5511987654321', '+551187654321']],
  other: [['+2250507000001', '+22507000001'], ['+5491123456789', '+541123456789'],
    ['+842838123456', '+84838123456']],
};
for (const [line, list] of Object.entries(pairs)) {
  for (const [a, b] of list) console.log(line, a, b, name(util.isNumberMatch(a, b)));
}
JS

node check.js >seen
diff -u - seen <<'SEEN'
same +525512345678 +5215512345678 SHORT_NSN_MATCH
same +2290197000001 +22997000001 SHORT_NSN_MATCH
same +2250707000001 +22507000001 SHORT_NSN_MATCH
same +5511987654321 +551187654321 NO_MATCH
other +2250507000001 +22507000001 SHORT_NSN_MATCH
other +5491123456789 +541123456789 SHORT_NSN_MATCH
other +842838123456 +84838123456 SHORT_NSN_MATCH
SEEN
echo "as described"
