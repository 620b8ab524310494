#!/usr/bin/env bash
# go-msgauth refuses Authentication-Results that mail systems write: a comment behind the server's
# name, and the form without a name that Exchange Online uses.
#
# Version: github.com/emersion/go-msgauth v0.7.0, package authres.
# Input: headers that the grammar of RFC 8601 allows: a comment stands wherever white space may.
# Guess: both give their results; comments after a result, as Google writes them, are common, and
#   those are read.
# Seen: a comment after a result is read. A comment after the server's name is taken for a version:
#   "unsupported version", no results, not even the name.
# The form of Exchange Online, which leaves the server's name out against RFC 8601 (it starts with
#   "spf=pass (sender IP is 192.0.2.1) …"), is refused with the same "unsupported version".
# Needs: bash, go.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/emersion/go-msgauth/authres"
)

func main() {
	headers := []string{
		"mx.example.org; spf=pass (mx1 says so) smtp.mailfrom=jo@example.com",
		"mx.example.org (host mx1); spf=pass smtp.mailfrom=jo@example.com",
		"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=none",
	}
	for _, header := range headers {
		id, results, err := authres.Parse(header)
		from := ""
		for _, result := range results {
			if spf, ok := result.(*authres.SPFResult); ok {
				from = spf.From
			}
		}
		fmt.Printf("%s\n  name %q, results %d, spf from %q, error %v\n",
			header, id, len(results), from, err)
	}
}
GO
go mod init check >go.log 2>&1
go get github.com/emersion/go-msgauth@v0.7.0 >>go.log 2>&1

go run . >seen
diff -u - seen <<'SEEN'
mx.example.org; spf=pass (mx1 says so) smtp.mailfrom=jo@example.com
  name "mx.example.org", results 1, spf from "jo@example.com", error <nil>
mx.example.org (host mx1); spf=pass smtp.mailfrom=jo@example.com
  name "", results 0, spf from "", error msgauth: unsupported version
spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=none
  name "", results 0, spf from "", error msgauth: unsupported version
SEEN
echo "as described"
