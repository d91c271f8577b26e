#!/bin/bash
# eng/krew.sh VERSION OUT ARCH=PROGRAM...: packs each program as its release has it, and prints krew's manifest for them.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 3 ] || { echo "usage: eng/krew.sh VERSION OUT ARCH=PROGRAM..." >&2; exit 2; }
version=$1 out=$2
shift 2
mkdir -p "$out"
manifest=$(sed "s/VERSION/$version/" "$repository/krew/wol.yaml")

for each in "$@"; do
  archive=kubectl-wol-linux-${each%%=*}.tar.gz
  folder=$(mktemp -d)
  install -m 0755 "${each#*=}" "$folder/kubectl-wol"
  install -m 0644 "$repository/LICENSE" "$folder/LICENSE"
  # The same program packs into the same archive, whenever and by whomever it is packed.
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$folder" -cf - kubectl-wol LICENSE | gzip -n >"$out/$archive"
  rm -rf "$folder"
  hash=$(sha256sum "$out/$archive" | cut -d' ' -f1)
  manifest=${manifest//"SHA256($archive)"/$hash}
done

case $manifest in
  *'SHA256('*) echo "eng/krew.sh: not all platforms of krew/wol.yaml were given" >&2; exit 1 ;;
esac
echo "$manifest"
