#!/bin/bash
# Plays the demo. --keep leaves it running, --down ends one that was left running.
set -euo pipefail
cd "$(dirname "$0")/.."
state=${TMPDIR:-/tmp}/kubewol-demo
program=artifacts/bin/KubeWol.Demo/release/KubeWol.Demo

running() { [ -f "$state/pid" ] && kill -0 "$(cat "$state/pid")" 2>/dev/null && grep -q KubeWol.Demo "/proc/$(cat "$state/pid")/cmdline"; }

if [ "${1:-}" = --down ]; then
  running || { echo "demo: none is running"; exit 0; }
  pid=$(cat "$state/pid")
  kill "$pid"
  for _ in $(seq 300); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
  [ ! -d "/proc/$pid" ] || { echo "demo: process $pid does not end; its log is $state/log" >&2; exit 1; }
  rm -rf "$state"
  echo "demo: ended, nothing is left behind"
  exit 0
fi

[ "$(id -u)" = 0 ] || { echo "demo: network namespaces and raw frames need root: run it as root" >&2; exit 1; }
if running; then echo "demo: one is running already; end it with 'make demo-down'" >&2; exit 1; fi
echo "Building (a minute the first time)"
built=$(dotnet build tests/KubeWol.Demo -c Release -v quiet --nologo 2>&1) || { echo "$built" >&2; exit 1; }

colour=()
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then colour=(--colour); fi
if [ "${1:-}" != --keep ]; then exec "$program" "${colour[@]}"; fi

# Left running: in a session of its own, its output in a file that is shown until the show is over.
rm -rf "$state" && mkdir -p "$state"
setsid "$program" "${colour[@]}" --keep --ready "$state/ready" >"$state/log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$state/pid"
tail --pid="$pid" -n +1 -f "$state/log" & tail=$!
while kill -0 "$pid" 2>/dev/null && [ ! -e "$state/ready" ]; do sleep 0.2; done
sleep 0.5
kill "$tail" 2>/dev/null || true
[ -e "$state/ready" ] || { wait "$pid" || exit $?; }
