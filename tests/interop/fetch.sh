#!/bin/bash
# Brings an independent implementation of COSE (package-lock.json) into the cache, once, and prints the directory it is in.
# The lock leaves out cbor-x's optional native part (cbor-extract), which is not needed and not on every registry.
#   KUBEWOL_TEST_CACHE=DIR    the cache (default: ${XDG_CACHE_HOME:-~/.cache}/kubewol)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${KUBEWOL_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/kubewol}

die() { echo "interop: $*" >&2; exit 1; }

command -v node >/dev/null && command -v npm >/dev/null || die "node and npm are missing: run eng/setup.sh as root, or apt-get install npm"
target=$cache/cose-$(sha256sum <"$here/package-lock.json" | cut -c1-16)
if [ ! -d "$target" ]; then
  mkdir -p "$cache" || die "cannot make $cache: set KUBEWOL_TEST_CACHE to a directory that can be written"
  # In a directory of its own until it is whole; whoever comes second finds it done.
  work=$(mktemp -d "$cache/cose.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cp "$here"/package.json "$here"/package-lock.json "$work"
  # Checked against the integrity of the lock; no package's own scripts run.
  (cd "$work" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error >npm.log 2>&1) \
    || die "npm cannot fetch it: $(grep -m1 -i 'err' "$work/npm.log" || tail -1 "$work/npm.log")"
  chmod 755 "$work"
  mv -T "$work" "$target" 2>/dev/null || [ -d "$target" ] || die "cannot move $work to $target"
fi
echo "$target"
