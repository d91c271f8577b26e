#!/usr/bin/env bash
# Makes the captures of real senders again: needs root and Debian 12. It works in two network namespaces of its own,
# joined by a veth pair, and deletes them at the end. Where the kernel has no VLAN devices it starts itself once more in
# user-mode Linux, which has. Usage: tests/captures/record.sh
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
[ "$(id -u)" = 0 ] || { echo "record.sh: run me as root, network namespaces need it" >&2; exit 1; }

if [ $$ = 1 ]; then
  # We are the first process of user-mode Linux: the host's files, an own kernel.
  trap 'echo o >/proc/sysrq-trigger; read -r' EXIT
  export PATH=/usr/sbin:/usr/bin:/sbin:/bin
  mount -t proc none /proc
  mount -t sysfs none /sys
  mount -t tmpfs none /run
  mount -t tmpfs none /tmp
  mount --bind /usr/lib/uml/modules /lib/modules
  setsid "$0" </dev/null && touch .recorded
  exit
fi

export DEBIAN_FRONTEND=noninteractive
install_missing() {
  local package missing=()
  for package in "$@"; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} = 0 ] && return
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
}
install_missing etherwake wakeonlan gwakeonlan nmap tcpdump iproute2 ethtool kmod

probe=kubewol-rec-p-$$
ip netns add "$probe"
vlans=yes
ip -n "$probe" link add link lo name v type vlan id 1 2>"/tmp/$probe" || { grep -q 'Unknown device' "/tmp/$probe" && vlans=no; }
ip netns del "$probe"
rm -f "/tmp/$probe"
if [ $vlans = no ]; then
  install_missing user-mode-linux
  mkdir -p /lib/modules
  rm -f .recorded
  linux.uml mem=256M rootfstype=hostfs rw quiet con=null con0=fd:0,fd:1 init="$PWD/record.sh"
  rm .recorded
  exit
fi

sender=kubewol-rec-s-$$ receiver=kubewol-rec-r-$$
scratch=$(mktemp -d)
cleanup() {
  ip netns del "$sender" 2>/dev/null || true
  ip netns del "$receiver" 2>/dev/null || true
  rm -rf "$scratch"
}
trap cleanup EXIT

for ns in "$sender" "$receiver"; do
  ip netns add "$ns"
  [ ! -e /proc/sys/net/ipv6 ] || ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n "$ns" link set lo up
done
ip -n "$sender" link add eth0 address 02:00:00:00:00:0a type veth peer name eth0 address 02:00:00:00:00:0b netns "$receiver"
ip -n "$sender" link add link eth0 name eth0.10 type vlan id 10
ip -n "$sender" link add link eth0 name eth0.s type vlan proto 802.1ad id 200
ip -n "$sender" link set eth0 up
ip -n "$receiver" link set eth0 up
ip -n "$sender" link set eth0.10 up
ip -n "$sender" link set eth0.s up
ip -n "$sender" link add link eth0.s name eth0.s.10 type vlan id 10
ip -n "$sender" link set eth0.s.10 up
ip -n "$sender" addr add 192.0.2.10/24 broadcast 192.0.2.255 dev eth0
ip -n "$sender" route add default via 192.0.2.1 dev eth0
ip -n "$receiver" addr add 192.0.2.20/24 broadcast 192.0.2.255 dev eth0

# A sleeping machine answers no ARP: whoever sends to its address has it as a fixed neighbour.
mac=52:54:00:12:34:56
ip -n "$sender" neigh add 192.0.2.30 lladdr "$mac" dev eth0

# Without this the kernel leaves the UDP checksum to a NIC that is not there; one capture shows that on purpose.
ip netns exec "$sender" ethtool -K eth0 tx off >/dev/null

# record NAME FRAMES "TCPDUMP OPTIONS" COMMAND...: what the receiver hears while the sender runs the command.
record() {
  local name=$1 frames=$2 options=$3
  shift 3
  : >"$scratch/$name.log"
  # shellcheck disable=SC2086
  ip netns exec "$receiver" timeout 20 tcpdump -Z root --immediate-mode -U -p -Q in -c "$frames" $options -w "$scratch/$name.pcap" \
    'not arp' 2>>"$scratch/$name.log" &
  local tcpdump=$!
  until grep -q 'listening on' "$scratch/$name.log"; do
    kill -0 "$tcpdump" || { cat "$scratch/$name.log" >&2; exit 1; }
    sleep 0.05
  done
  ip netns exec "$sender" "$@" >"$scratch/$name.out" 2>&1 || { cat "$scratch/$name.out" >&2; exit 1; }
  wait "$tcpdump" || { echo "record.sh: $name: the frames did not come" >&2; cat "$scratch/$name.log" >&2; exit 1; }
  mv "$scratch/$name.pcap" "$name.pcap"
  echo "$name.pcap: $frames from: $*"
}
eth0='-i eth0'

record etherwake-unicast          1 "$eth0" etherwake -i eth0 $mac
record etherwake-broadcast        1 "$eth0" etherwake -i eth0 -b $mac
record etherwake-password4        1 "$eth0" etherwake -i eth0 -b -p 192.168.1.1 $mac
record etherwake-password6        1 "$eth0" etherwake -i eth0 -p 00:22:44:66:88:aa $mac
record etherwake-vlan             1 "$eth0" etherwake -i eth0.10 -b $mac
record etherwake-qinq             1 "$eth0" etherwake -i eth0.s.10 -b $mac
record wakeonlan-broadcast        1 "$eth0" wakeonlan $mac
record wakeonlan-broadcast-port7  1 "$eth0" wakeonlan -p 7 $mac
record wakeonlan-subnet           1 "$eth0" wakeonlan -i 192.0.2.255 $mac
record wakeonlan-subnet-port7     1 "$eth0" wakeonlan -i 192.0.2.255 -p 7 $mac
record wakeonlan-unicast          1 "$eth0" wakeonlan -i 192.0.2.30 $mac
record wakeonlan-unicast-port7    1 "$eth0" wakeonlan -i 192.0.2.30 -p 7 $mac
record wakeonlan-two-machines     2 "$eth0" wakeonlan $mac 52:54:00:AB:CD:EF
record nmap-broadcast             2 "$eth0" nmap --script broadcast-wake-on-lan --script-args "broadcast-wake-on-lan.MAC='$mac'"
# gWakeOnLAN is a window; this is the function its button calls. It sends everything ten times.
record gwakeonlan-broadcast      10 "$eth0" /usr/bin/python3 -c \
  "from gwakeonlan.functions import wake_on_lan; wake_on_lan('$mac', 9, '255.255.255.255')"

record wakeonlan-cooked           1 '-i any -y LINUX_SLL' wakeonlan $mac
record wakeonlan-cooked2          1 '-i any -y LINUX_SLL2' wakeonlan $mac
record etherwake-cooked           1 '-i any -y LINUX_SLL' etherwake -i eth0 -b $mac
record etherwake-cooked2          1 '-i any -y LINUX_SLL2' etherwake -i eth0 -b $mac

ip netns exec "$sender" ethtool -K eth0 tx on >/dev/null
record wakeonlan-offloaded        1 "$eth0" wakeonlan $mac
