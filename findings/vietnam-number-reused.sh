#!/usr/bin/env bash
# The same stored E.164 number belonged to an office in 2016 and belongs to a mobile phone today.
#
# Versions: npm google-libphonenumber 2.0.4 (October 2016) and 3.2.47 (2026).
# Guess: after Vietnam's renumbering of 2017 and 2018 the newer release calls the old numbers
#   invalid, so that a check of validity finds the stale ones.
# Seen: it calls them valid mobile numbers. Ho Chi Minh City's area code 8 became 28, and the
#   mobile prefixes 123, 124 … became 83, 84 …: +84 8 3812 3456, a fixed line then (now
#   +84 28 3812 3456), is digit for digit the mobile number +84 838 123 456 of somebody else now.
#   The same with the old area code 31 of Hai Phong (now 225) and the new mobile prefix 31.
# Consequence: what a stored number means depends on the year in which it was stored.
# Needs: bash, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund old@npm:google-libphonenumber@2.0.4 \
	new@npm:google-libphonenumber@3.2.47 >npm.log 2>&1
cat >check.js <<'JS'
for (const release of ['old', 'new']) {
  const { PhoneNumberUtil, PhoneNumberType, PhoneNumberFormat: F } = require(release);
  const util = PhoneNumberUtil.getInstance();
  const name = t => Object.keys(PhoneNumberType).find(k => PhoneNumberType[k] === t);
  for (const e164 of ['+84838123456', '+84313123456']) {
    const n = util.parse(e164, '');
    console.log(release, e164, util.isValidNumber(n), name(util.getNumberType(n)),
      util.format(n, F.NATIONAL));
  }
}
JS

node check.js >seen
diff -u - seen <<'SEEN'
old +84838123456 true FIXED_LINE 08 3812 3456
old +84313123456 true FIXED_LINE 031 3123 456
new +84838123456 true MOBILE 0838 123 456
new +84313123456 true MOBILE 0313 123 456
SEEN
echo "as described"
