#!/bin/bash
# Tests the operator's status page: what it says, what it escapes, and what a browser shows of it after real frames (pictures in artifacts/page).
set -euo pipefail
cd "$(dirname "$0")/.."
echo "building (a minute the first time)"
for project in KubeWol.Operator.Tests KubeWol.EndToEnd; do
  built=$(dotnet build "tests/$project" -c Release -v quiet --nologo 2>&1) || { echo "$built"; exit 1; }
done
artifacts/bin/KubeWol.Operator.Tests/release/KubeWol.Operator.Tests -noLogo -namespace KubeWol.Operator.Tests.Page
artifacts/bin/KubeWol.EndToEnd/release/KubeWol.EndToEnd -noLogo -class KubeWol.EndToEnd.PageTests
