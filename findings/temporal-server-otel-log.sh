#!/usr/bin/env bash
# Temporal's server does not compile beside the newest Google API client.
#
# Versions: go.temporal.io/server v1.32.2, google.golang.org/api v0.309.0 and v0.315.0,
#   go.opentelemetry.io/otel/log v0.20.0 and v1.47.0.
# Input: a module that requires the server and Google's client, as a program does that embeds
#   the server and calls Google.
# Guess: both are at their newest releases and neither exports the other's types, so they build
#   together.
# Seen: Google's client requires OpenTelemetry's log module, which went from v0.20.0 to v1.47.0
#   without log.KeyValue. Go takes the newer one for both, and the server's package
#   common/wideevents, which its services import, does not compile: "undefined: log.KeyValue".
#   With v0.309.0 of the client it does. So the client has to stay behind.
# Needs: bash, go 1.21 or newer.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod GOTOOLCHAIN=auto

go mod init check >go.log 2>&1
for client in v0.309.0 v0.315.0; do
	go get go.temporal.io/server@v1.32.2 "google.golang.org/api@$client" >>go.log 2>&1
	printf 'client %s, log %s: ' "$client" "$(go list -m -f '{{.Version}}' go.opentelemetry.io/otel/log)"
	if go build go.temporal.io/server/common/wideevents >build.log 2>&1; then
		echo "the server's package compiles"
	else
		grep -o 'undefined: log.KeyValue' build.log | sort -u
	fi
done >seen
diff -u - seen <<'SEEN'
client v0.309.0, log v0.20.0: the server's package compiles
client v0.315.0, log v1.47.0: undefined: log.KeyValue
SEEN
echo "as described"
