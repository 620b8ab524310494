#!/usr/bin/env bash
# Runs every fuzz test beyond its seeds, one after the other, each for FUZZTIME (a minute unless set).
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=()
# How often an input may be tried to make it smaller. Unless told, the fuzzer spends up to a minute on
# each one that reaches new code, which is all the time there is.
smaller=20x
while IFS=: read -r file _ line; do
	name=${line#func }
	name=${name%%(*}
	folder=./$(dirname "$file")
	echo "== $name in $folder =="
	if go test "$folder" -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-1m}" -fuzzminimizetime "$smaller" >"$log" 2>&1; then
		tail -n 3 "$log" | head -n 1 # how many inputs were tried
		continue
	fi
	# The fuzzer of Go 1.26 can take the end of its own time for a failure (golang/go#75804). A real one
	# comes with the input that causes it, which is written into testdata/fuzz.
	if grep -q 'context deadline exceeded' "$log" && ! grep -qE 'Failing input written|panic:|minimizing' "$log"; then
		echo "$name was interrupted at the end of its time and found nothing"
		continue
	fi
	cat "$log"
	failed+=("$name")
done < <(git ls-files -z '*_test.go' | xargs -0 grep -n '^func Fuzz')
if [ ${#failed[@]} -gt 0 ]; then
	echo "failed: ${failed[*]}; the inputs are in testdata/fuzz: commit them with the fix" >&2
	exit 1
fi
