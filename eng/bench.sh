#!/bin/bash
# Measures what this build can do, into artifacts/bench/results.json and results.md; --quick for smaller sizes, --only for parts. Leave the machine alone meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/KubeWol.Bench -c Release -v quiet --nologo
eng/native.sh KubeWol.Agent KubeWol.Operator
export GOGC=100 # the API server's, as in a cluster
exec artifacts/bin/KubeWol.Bench/release/KubeWol.Bench "$@"
