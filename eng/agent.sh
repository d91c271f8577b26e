#!/bin/bash
# Compiles the agent to native code, as its image has it; quick when nothing changed. The end-to-end tests run this one.
set -euo pipefail
cd "$(dirname "$0")/.."
published=artifacts/publish/KubeWol.Agent/release/kubewol-agent
architecture=$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
# For a named platform it is compiled in a place of its own, beside the managed agent. Restoring for one would put it into every lock file.
dotnet restore src/KubeWol.Agent -v quiet --nologo
dotnet publish src/KubeWol.Agent -c Release -r "linux-$architecture" --no-restore -v quiet --nologo -o "$(dirname "$published")"
touch "$published" # looked at and found right: the tests take it only when it is as new as what was built
