#!/bin/bash
# Makes the root file system of an image: image-root.sh FOLDER PROGRAM [LIBRARY...]
#
# The native program, OpenSSL and the libraries named, which it opens, with all that those need, from this machine's packages, and what scanners and lawyers ask for: which packages
# these are, and their licences. No shell, no package manager. The Dockerfile and the tests make the image by this same script.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { echo "usage: image-root.sh FOLDER PROGRAM [LIBRARY...]" >&2; exit 2; }
root=$1 program=$2
shift 2
mkdir -p "$root"/{app,etc,proc,sys,dev,var/lib/dpkg/status.d,usr/lib,usr/lib64}
ln -sfn usr/lib "$root/lib"
ln -sfn usr/lib64 "$root/lib64"
cp "$program" "$root/app/"
printf '%s\n' 'root:x:0:0:root:/:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >"$root/etc/passwd"

# .NET opens OpenSSL, and the agent libpcap, when they are needed: no linker knows of them.
opened=()
for name in libssl.so.3 libcrypto.so.3 "$@"; do
  path=$(PATH=$PATH:/sbin ldconfig -p | awk -v name="$name" '$1 == name { print $NF; exit }')
  [ -n "$path" ] || { echo "image-root: this machine has no $name" >&2; exit 1; }
  opened+=("$path")
done

{
  printf '%s\n' "${opened[@]}"
  # "name => /path (address)", and the loader as "/path (address)".
  ldd "$program" "${opened[@]}" | sed -n 's/^\t\(.* => \)\?\(\/[^ ]*\) (.*/\2/p'
} | sort -u | while read -r library; do
  folder=$(realpath "$(dirname "$library")")
  mkdir -p "$root$folder"
  cp -L "$library" "$root$folder/"
  # dpkg knows a file by the path that its package has it under, before or after /lib became /usr/lib.
  package=$(dpkg-query -S "$folder/${library##*/}" "${folder#/usr}/${library##*/}" 2>/dev/null | sed -n '1s/:.*//p' || true)
  [ -n "$package" ] || { echo "image-root: $library is of no package" >&2; exit 1; }
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
  mkdir -p "$root/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/"
done
