#!/usr/bin/env bash
# Lists which direct dependencies are behind, and which are known to be vulnerable. It changes nothing, and fails if a
# known vulnerability is called. Where a module proxy or the vulnerability database cannot be reached, it says so.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

unknown=0
for module in . standalone tools; do
	echo "== behind: $module =="
	direct=$(cd "$module" && GOWORK=off go list -mod=readonly -m -f '{{if not (or .Indirect .Main .Replace)}}{{.Path}}{{end}}' all)
	# The tools that tools/go.mod names count as direct.
	if [ "$module" = tools ]; then
		direct=$(cd tools && GOWORK=off go list -mod=readonly -f '{{with .Module}}{{.Path}}{{end}}' tool | sort -u)
	fi
	# shellcheck disable=SC2086 # one module a word
	if ! answer=$(cd "$module" && GOWORK=off go list -mod=readonly -m -u \
		-f '{{with .Update}}{{$.Path}} {{$.Version}} → {{.Version}}{{end}}' $direct 2>&1); then
		echo "not known: the module proxy cannot be reached: ${answer##*$'\n'}"
		unknown=1
		continue
	fi
	echo "${answer:-nothing}" | sed '/^$/d'
done

vulnerable=0
for module in . standalone; do
	echo "== known to be vulnerable: $module =="
	report=$(cd "$module" && GOWORK=off go tool -modfile="$OLDPWD/tools/go.mod" govulncheck ./... 2>&1)
	status=$?
	case $status in
	0) echo "${report##*$'\n'}" ;;
	3)
		echo "$report"
		vulnerable=1
		;;
	*)
		echo "not known: the vulnerability database cannot be reached: ${report##*$'\n'}"
		unknown=1
		;;
	esac
done
if [ $unknown -eq 1 ]; then
	echo "The audit is incomplete: repeat it where the module proxy and the vulnerability database can be reached." >&2
fi
exit $vulnerable
