#!/bin/bash
# Builds and runs the tests of the solution, or of the projects given, and ends with "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/.."
# A real cluster, where one is given, takes its time.
[ -z "${KUBEWOL_E2E_KUBECONFIG:-}" ] || export KUBEWOL_TEST_PATIENCE=${KUBEWOL_TEST_PATIENCE:-180}
log=$(mktemp)
touch "$log.start"
trap 'rm -f "$log" "$log.start"' EXIT

echo "building (two minutes the first time)"
built=$(dotnet build KubeWol.sln -c Release -v quiet --nologo 2>&1) || { echo "$built"; echo "the build failed"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
echo "compiling agent and kubectl plugin to native code (two minutes or three when they changed)"
built=$(eng/native.sh 2>&1) || { echo "$built"; echo "agent, operator or plugin cannot be compiled to native code"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

if [ $# -eq 0 ]; then set -- --solution KubeWol.sln; else set -- --project "$1"; fi
# One project after the other: two cores, and what is waited for in one test shall not wait for another.
dotnet test "$@" -c Release --no-build --max-parallel-test-modules 1 --no-progress --output normal 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

for table in EndToEnd/release/{verb-matrix,security-matrix,rights,floods,fault-matrix} Torture.Tests/release/torture; do
  table=artifacts/bin/KubeWol.$table.md
  if [ -n "$(find "$table" -newer "$log.start" 2>/dev/null)" ]; then echo; cat "$table"; echo; fi
done

# Whoever sees only the end of this sees what failed, too.
awk '/^failed /{ lines = 12 } /^(passed|skipped) /{ lines = 0 } lines-- > 0' "$log" | cut -c1-400

count() { sed -n "s/^  $1: \([0-9]*\)$/\1/p" "$log" | tail -1; }
passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
# A test program that died, or ran nothing, has no failed test; it must not look like success.
[ "$status" -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
exit "$status"
