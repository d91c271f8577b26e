#!/bin/bash
# eng/native.sh [PROJECT...]: compiles agent, operator and kubectl plugin, or what is given, to native code, as they ship; quick when nothing changed.
# The end-to-end tests run these.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- KubeWol.Agent KubeWol.Operator KubeWol.Cli
architecture=$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
for project in "$@"; do
  published=artifacts/publish/$project/release
  # Asking the build whether anything is to be done takes it five seconds for each. Directories, too: a file may be gone.
  program=$(find "$published" -maxdepth 1 -type f -executable ! -name '*.dbg' 2>/dev/null || true)
  if [ -n "$program" ] && [ -z "$(find src Directory.* global.json eng/native.sh -newer "$program" -print -quit)" ]; then touch "$published"/*; continue; fi
  # For a named platform it is compiled in a place of its own, beside the managed program. Restoring for one would put it into every lock file.
  dotnet restore "src/$project" -v quiet --nologo
  dotnet publish "src/$project" -c Release -r "linux-$architecture" --no-restore -v quiet --nologo -o "$published"
  # One program is one file, and its symbols: what the compiler puts beside them is for building against it.
  find "$published" -maxdepth 1 -type f ! -executable -delete
  # Looked at and found right: the tests take it only when it is as new as what was built.
  find "$published" -maxdepth 1 -type f -executable -exec touch {} +
done
