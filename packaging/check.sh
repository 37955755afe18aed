#!/usr/bin/env bash
# check.sh PACKAGE.deb: unpacks it somewhere else and runs the program from there, away from the sources.
set -euo pipefail
package=$(realpath "$1")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
dpkg-deb -x "$package" "$root"
cd /
"$root/usr/bin/lastmeter" check --config "$root/etc/lastmeter/lastmeter.toml"
answer=$("$root/usr/bin/lastmeter" ask 加班费怎么算 --config "$root/etc/lastmeter/lastmeter.toml")
[[ $answer == *加班* ]] || { echo "no answer from the packaged cards: $answer" >&2; exit 1; }
if grep -q "$2" "$root/usr/bin/lastmeter"; then
    echo "the program knows where it was built" >&2
    exit 1
fi
dpkg-deb -I "$package" | grep -E '^ (Package|Version|Depends|Installed-Size)'
