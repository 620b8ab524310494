#!/usr/bin/env bash
# A phone number in a plain number cell comes out of SheetJS with six digits, for some countries.
#
# Versions: npm xlsx 0.18.5 (SheetJS), exceljs 4.4.0; github.com/xuri/excelize/v2 v2.11.1.
# Input: a workbook with three cells of format General, as typing leaves them: 33639980001,
#   447700900123, 5215512345678.
# Guess: whoever asks a reader for a cell's text gets all digits, as a phone number has far fewer
#   than the fifteen that a cell keeps exactly.
# Seen: SheetJS shows General as a spreadsheet does in a narrow column: from twelve digits on
#   sheet_to_json with raw: false and sheet_to_csv give 4.47701E+11 and 5.21551E+12. So French
#   numbers survive, British and Mexican ones are lost beyond repair. The value (the default of
#   sheet_to_json) is whole. excelize and exceljs give all digits as text, too.
# Needs: bash, go, node with npm.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund xlsx@0.18.5 exceljs@4.4.0 >npm.log 2>&1
cat >check.js <<'JS'
const XLSX = require('xlsx');
const ExcelJS = require('exceljs');
async function main() {
  const written = new ExcelJS.Workbook();
  written.addWorksheet('Contacts').addRows([['phone'], [33639980001], [447700900123],
    [5215512345678]]);
  await written.xlsx.writeFile('contacts.xlsx');

  const sheet = XLSX.readFile('contacts.xlsx').Sheets.Contacts;
  const phones = options => XLSX.utils.sheet_to_json(sheet, options).map(row => row.phone);
  console.log('SheetJS', phones({}).join(' '));
  console.log('SheetJS raw: false', phones({ raw: false }).join(' '));
  console.log('SheetJS csv', XLSX.utils.sheet_to_csv(sheet).trim().split('\n').slice(1).join(' '));

  const read = new ExcelJS.Workbook();
  await read.xlsx.readFile('contacts.xlsx');
  const cells = [2, 3, 4].map(row => read.getWorksheet('Contacts').getCell(row, 1).text);
  console.log('exceljs text', cells.join(' '));
}
main();
JS
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

func main() {
	book, err := excelize.OpenFile("contacts.xlsx")
	if err != nil {
		panic(err)
	}
	rows, err := book.GetRows("Contacts")
	if err != nil {
		panic(err)
	}
	fmt.Println("excelize", rows[1][0], rows[2][0], rows[3][0])
}
GO
go mod init check >go.log 2>&1
go get github.com/xuri/excelize/v2@v2.11.1 >>go.log 2>&1

{ node check.js; go run .; } >seen
diff -u - seen <<'SEEN'
SheetJS 33639980001 447700900123 5215512345678
SheetJS raw: false 33639980001 4.47701E+11 5.21551E+12
SheetJS csv 33639980001 4.47701E+11 5.21551E+12
exceljs text 33639980001 447700900123 5215512345678
excelize 33639980001 447700900123 5215512345678
SEEN
echo "as described"
