#!/bin/bash
# Plays the torture test, or the soak: what is given goes to the program (--duration SECONDS, --seed NUMBER, --soak).
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "torture: network namespaces and raw frames need root: run it as root" >&2; exit 1; }
echo "Building, native code included (some minutes the first time)"
built=$(dotnet build tests/KubeWol.Torture -c Release -v quiet --nologo 2>&1 && eng/native.sh KubeWol.Agent KubeWol.Operator 2>&1) || { echo "$built" >&2; exit 1; }
exec artifacts/bin/KubeWol.Torture/release/KubeWol.Torture "$@"
