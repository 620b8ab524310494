#!/usr/bin/env bash
# One telephone line has two or three valid E.164 numbers, years after the renumbering.
#
# Version: npm google-libphonenumber 3.2.47.
# Guess: of the old and the new form of a renumbered line at most one is valid, so that a valid
#   number is a key for a person.
# Seen: all of these are valid, side by side:
#   Gabon, since November 2019: +241 66 03 12 34, before +241 06 03 12 34, and as foreign systems
#     stored it without the zero +241 6 03 12 34: three keys for one mobile.
#   Kosovo, since February 2019: +383 44 123 456, before +377 44 123 456, which the library puts in
#     Monaco: two keys in two countries.
# Consequence: comparing or hashing validated E.164 numbers misses the same person.
# Needs: bash, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 >npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil, PhoneNumberFormat: F } = require('google-libphonenumber');
const util = PhoneNumberUtil.getInstance();
for (const text of ['+24166031234', '+24106031234', '+2416031234', '+38344123456',
  '+37744123456']) {
  const n = util.parse(text, '');
  console.log(util.format(n, F.E164), util.isValidNumber(n), util.getRegionCodeForNumber(n));
}
JS

node check.js >seen
diff -u - seen <<'SEEN'
+24166031234 true GA
+24106031234 true GA
+2416031234 true GA
+38344123456 true XK
+37744123456 true MC
SEEN
echo "as described"
