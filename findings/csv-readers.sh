#!/usr/bin/env bash
# What CSV readers make of a column of phone numbers: the plus goes, and with it the country.
#
# Versions: npm xlsx 0.18.5 (SheetJS), exceljs 4.4.0, csv-parse 7.0.3, papaparse 5.7.1.
# Input: a CSV file with the column "phone": +4915112345678, 033639980001, 00447700900123.
# Guess: leading zeros may be lost where a reader guesses types, but a plus sign makes a value text.
# Seen: SheetJS and exceljs by default, and csv-parse with cast, make +4915112345678 the number
#   4915112345678, and the zeros go too: 33639980001 and 447700900123. Read again as national
#   numbers these are strangers' (see country-code-without-plus.sh). PapaParse with dynamicTyping
#   keeps the plus and loses the zeros: one column, two conventions. SheetJS with raw: true,
#   csv-parse without cast and PapaParse without dynamicTyping keep all.
# Needs: bash, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund xlsx@0.18.5 exceljs@4.4.0 csv-parse@7.0.3 \
	papaparse@5.7.1 >npm.log 2>&1
cat >check.js <<'JS'
const { Readable } = require('node:stream');
const XLSX = require('xlsx');
const ExcelJS = require('exceljs');
const { parse } = require('csv-parse/sync');
const Papa = require('papaparse');

const csv = 'name,phone\nJo,+4915112345678\nAl,033639980001\nBo,00447700900123';
const show = (reader, values) => console.log(reader, JSON.stringify(values));
const phones = rows => rows.map(row => row.phone);
function sheetjs(options) {
  const book = XLSX.read(csv, { type: 'string', ...options });
  return phones(XLSX.utils.sheet_to_json(book.Sheets[book.SheetNames[0]]));
}
async function exceljs() {
  const sheet = await new ExcelJS.Workbook().csv.read(Readable.from([csv]));
  return sheet.getColumn(2).values.slice(2);
}
async function main() {
  show('SheetJS', sheetjs({}));
  show('SheetJS raw', sheetjs({ raw: true }));
  show('exceljs', await exceljs());
  show('csv-parse cast', phones(parse(csv, { columns: true, cast: true })));
  show('csv-parse', phones(parse(csv, { columns: true })));
  const papa = options => phones(Papa.parse(csv, { header: true, ...options }).data);
  show('PapaParse dynamicTyping', papa({ dynamicTyping: true }));
  show('PapaParse', papa({}));
}
main();
JS

node check.js >seen
diff -u - seen <<'SEEN'
SheetJS [4915112345678,33639980001,447700900123]
SheetJS raw ["+4915112345678","033639980001","00447700900123"]
exceljs [4915112345678,33639980001,447700900123]
csv-parse cast [4915112345678,33639980001,447700900123]
csv-parse ["+4915112345678","033639980001","00447700900123"]
PapaParse dynamicTyping ["+4915112345678",33639980001,447700900123]
PapaParse ["+4915112345678","033639980001","00447700900123"]
SEEN
echo "as described"
