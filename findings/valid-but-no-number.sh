#!/usr/bin/env bash
# A date, a chat link, a chat id and a decimal are valid German phone numbers.
#
# Versions: npm google-libphonenumber 3.2.47, libphonenumber-js 1.13.16 (max metadata).
# Guess: parsing refuses what is not written like a phone number, or validity does; the link
#   https://wa.me/33639980001, if at all, is read as the French number that it names.
# Seen, with region DE: "2026-11-29" is a number of Wuppertal, "33639980001.0" (a number column's
#   text) and the link are numbers in Brandenburg, all valid. Of WhatsApp's id 447700900123@c.us,
#   a British number, libphonenumber-js makes a valid number in Lower Saxony; google-libphonenumber
#   refuses it.
# Consequence: a field must be known to hold a phone number before it is parsed as one, and links
#   and ids of chat networks, which carry the country code without a plus, need a reader of their
#   own.
# Needs: bash, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 \
	libphonenumber-js@1.13.16 >npm.log 2>&1
cat >check.js <<'JS'
const { PhoneNumberUtil, PhoneNumberFormat: F } = require('google-libphonenumber');
const { parsePhoneNumberFromString } = require('libphonenumber-js/max');
const util = PhoneNumberUtil.getInstance();
function google(text) {
  try {
    const n = util.parse(text, 'DE');
    return `${util.format(n, F.E164)} ${util.isValidNumber(n)}`;
  } catch {
    return 'refused';
  }
}
function js(text) {
  const n = parsePhoneNumberFromString(text, 'DE');
  return n ? `${n.number} ${n.isValid()}` : 'refused';
}
for (const text of ['2026-11-29', '33639980001.0', 'https://wa.me/33639980001',
  '447700900123@c.us']) {
  console.log(`${text}: google-libphonenumber ${google(text)}, libphonenumber-js ${js(text)}`);
}
JS

node check.js >seen
diff -u - seen <<'SEEN'
2026-11-29: google-libphonenumber +4920261129 true, libphonenumber-js +4920261129 true
33639980001.0: google-libphonenumber +49336399800010 true, libphonenumber-js +49336399800010 true
https://wa.me/33639980001: google-libphonenumber +4933639980001 true, libphonenumber-js +4933639980001 true
447700900123@c.us: google-libphonenumber refused, libphonenumber-js +49447700900123 true
SEEN
echo "as described"
