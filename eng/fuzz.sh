#!/usr/bin/env bash
# Fuzzes the frame parser. Usage: eng/fuzz.sh [SECONDS] (60). With afl-fuzz, which is installed when root runs this on
# Debian, the parser is instrumented and inputs are bred for coverage; without it a seeded loop mutates good frames.
# Ends with 1 when an input breaks a promise; what broke it is kept and its path is printed.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
work=$PWD/artifacts/fuzz

if ! command -v afl-fuzz >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "fuzz: installing afl++"
  (apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends afl++) >/dev/null 2>&1 ||
    echo "fuzz: afl++ could not be installed"
fi

rm -rf "$work"
dotnet publish tests/KubeWol.Fuzz -c Release -o "$work/bin" --nologo -v quiet
if ! command -v afl-fuzz >/dev/null; then
  echo "fuzz: no afl-fuzz here, so the seeded loop runs"
  exec dotnet "$work/bin/KubeWol.Fuzz.dll" --seconds "$seconds"
fi

# The seeds first: instrumented code runs under afl-fuzz only.
dotnet "$work/bin/KubeWol.Fuzz.dll" --write-seeds "$work/seeds"
dotnet tool restore >/dev/null
dotnet sharpfuzz "$work/bin/KubeWol.Protocol.dll"

# The first two settings are what managed code needs; the others keep afl-fuzz from asking for changes to the machine.
export AFL_SKIP_BIN_CHECK=1 AFL_FORKSRV_INIT_TMOUT=30000
export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1
afl-fuzz -i "$work/seeds" -o "$work/found" -t 5000 -m none -V "$seconds" -- dotnet "$work/bin/KubeWol.Fuzz.dll" --afl >"$work/afl.log" 2>&1 || {
  tail -30 "$work/afl.log" >&2
  exit 1
}

stats=$work/found/default/fuzzer_stats
value() { sed -n "s/^$1 *: *//p" "$stats"; }
echo "fuzz: $(value execs_done) inputs in $(value run_time) s, $(value edges_found) edges, $(value corpus_count) kept; $(value saved_crashes) crashes, $(value saved_hangs) hangs"
if [ "$(value saved_crashes)$(value saved_hangs)" != 00 ]; then
  echo "fuzz: to run one again: dotnet run --project tests/KubeWol.Fuzz -- --replay FILE" >&2
  find "$work"/found/default/crashes "$work"/found/default/hangs -name 'id*' >&2
  exit 1
fi
