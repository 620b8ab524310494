#!/usr/bin/env bash
# Finds out which programs the demo and the tests lack, and installs them on Debian and its relatives.
#
#     tools/setup.sh          lists what is missing, asks, and installs it; YES=1 installs without a question
#     tools/setup.sh demo     ends with 1 and one line if the demo lacks something
#     tools/setup.sh test     likewise for the tests
set -euo pipefail

# Mail servers are in /usr/sbin, which is not on everybody's PATH.
PATH=$PATH:/usr/sbin:/sbin

# Go 1.21 is the first that fetches the toolchain which go.mod names.
oldest_go=21

has() {
	local program
	for program; do
		if command -v "$program" >/dev/null; then return; fi
	done
	return 1
}

check_go() {
	local version minor
	if ! has go; then
		echo "Go is missing: install it from https://go.dev/dl/; any release since 1.$oldest_go fetches the one that go.mod names" >&2
		exit 1
	fi
	version=$(GOTOOLCHAIN=local go version | cut -d' ' -f3)
	minor=${version#go1.}
	minor=${minor%%[!0-9]*}
	if [[ $version == go1.* && ${minor:-0} -lt $oldest_go ]]; then
		echo "$version is too old: install Go from https://go.dev/dl/; any release since 1.$oldest_go fetches the one that go.mod names" >&2
		exit 1
	fi
}

# missing lists the Debian packages that the demo, or the tests, lack.
missing() {
	has curl || echo curl # the demo ends with two curl commands to try
	if [ "$1" = demo ]; then return; fi
	# The race detector is written in C.
	if ! has cc gcc || [ ! -e /usr/include/stdlib.h ]; then echo gcc libc6-dev; fi
	# The Web UI is looked at with Chromium, and text on pictures needs a font.
	has chromium chromium-browser google-chrome || echo chromium fonts-dejavu-core
	# Mail is sent to a real server and read from one; each test starts its own.
	has exim4 exim || echo exim4-daemon-light
	has dovecot || echo dovecot-imapd
	# Signatures are checked as the receiver of a callback would.
	has openssl || echo openssl
}

check_go
purpose=${1:-test}
case $purpose in
demo | test) ;;
*)
	echo "usage: tools/setup.sh [demo|test]" >&2
	exit 2
	;;
esac
read -r -d '' -a packages < <(missing "$purpose") || true
if [ ${#packages[@]} -eq 0 ]; then
	if [ $# -eq 0 ]; then echo "Nothing is missing: make demo, make test"; fi
	exit
fi
if [ $# -eq 1 ]; then
	echo "missing for 'make $purpose': ${packages[*]}; install with 'make setup' (Debian), or by hand" >&2
	exit 1
fi
if ! has apt-get; then
	echo "missing: ${packages[*]} (names of Debian packages); install them by hand, this machine has no apt-get" >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! has sudo; then
		echo "missing: ${packages[*]}; run 'make setup' as root, or install them with apt-get" >&2
		exit 1
	fi
	as_root=(sudo)
fi
echo "To be installed with apt-get, and what they depend on: ${packages[*]}"
if [ "${YES:-}" != 1 ]; then
	if [ ! -t 0 ]; then
		echo "nobody is here to ask: run 'make setup YES=1' to install without a question" >&2
		exit 1
	fi
	read -r -p "Install them? [y/N] " answer
	if [[ $answer != [yY]* ]]; then
		echo "nothing was installed" >&2
		exit 1
	fi
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
