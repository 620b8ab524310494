#!/usr/bin/env bash
# The phone library of Debian 12 judges the numbers of Benin the wrong way round.
#
# Versions: Debian 12 "bookworm", python3-phonenumbers 8.12.57-4; npm google-libphonenumber 3.2.47.
# Background: on 30 November 2024 Benin put 01 before every number.
# Guess: a package that consists of numbering data follows such a change while its release lives.
# Seen: 8.12.57 calls the old +229 97 00 00 01 valid and today's +229 01 97 00 00 01 impossible;
#   the current npm package says the opposite. Nigeria's fixed lines (20 before them since January
#   2024) likewise.
# Consequence: two systems of one company, one of them on Debian's package, each refuse what the
#   other stores.
# Needs: bash, Debian 12 with apt, python3, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"

download() { apt-get download python3-phonenumbers=8.12.57-4 >apt.log 2>&1; }
download || { apt-get update -q >apt.log 2>&1 && download; }
dpkg -x python3-phonenumbers_*.deb debian
npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund google-libphonenumber@3.2.47 >npm.log 2>&1
cat >check.py <<'PY'
import phonenumbers
for text in ["+22997000001", "+2290197000001", "+23414480001", "+2342014480001"]:
    number = phonenumbers.parse(text)
    print("Debian", phonenumbers.__version__, text, phonenumbers.is_valid_number(number))
PY
cat >check.js <<'JS'
const util = require('google-libphonenumber').PhoneNumberUtil.getInstance();
for (const text of ['+22997000001', '+2290197000001', '+23414480001', '+2342014480001']) {
  console.log('npm 3.2.47', text, util.isValidNumber(util.parse(text, '')));
}
JS

{ PYTHONPATH=debian/usr/lib/python3/dist-packages python3 check.py; node check.js; } >seen
diff -u - seen <<'SEEN'
Debian 8.12.57 +22997000001 True
Debian 8.12.57 +2290197000001 False
Debian 8.12.57 +23414480001 True
Debian 8.12.57 +2342014480001 False
npm 3.2.47 +22997000001 false
npm 3.2.47 +2290197000001 true
npm 3.2.47 +23414480001 false
npm 3.2.47 +2342014480001 true
SEEN
echo "as described"
