"""Which addresses this computer has in the local network. Asks the kernel alone: there may be no internet."""

import contextlib
import ipaddress
import os
import re
import socket
import struct
import sys
from pathlib import Path

from compound.servers.trouble import Trouble

# linux/sockios.h and linux/if.h
SIOCGIFFLAGS, SIOCGIFADDR = 0x8913, 0x8915
IFF_UP, IFF_LOOPBACK, IFF_POINTOPOINT, IFF_RUNNING = 0x1, 0x8, 0x10, 0x40
# Bridges to containers and virtual machines: no phone is behind them.
VIRTUAL = re.compile(r"(?:docker|br-|veth|virbr|lxc|lxd|cni|podman|vmnet|vboxnet)")
# Somewhere in each private range. Nothing is sent there: connecting a datagram socket only asks for the way.
PROBES = ("192.168.255.254", "10.255.255.254", "172.31.255.254", "169.254.255.254")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def lan_addresses() -> tuple[str, ...]:
    """IPv4 addresses, the one that phones should use first; none while the computer is in no network.

    `LAN_ADDRESS` goes before them all: where the address that phones reach belongs to another machine
    (WSL2, a router that forwards). IPv6 addresses change daily and fit on no sheet of paper, so they are left out.
    """
    found = _linux() if sys.platform.startswith("linux") else _elsewhere()
    wanted = os.environ.get("LAN_ADDRESS", "").strip()
    if wanted:
        try:
            wanted = str(ipaddress.IPv4Address(wanted))
        except ValueError:
            raise Trouble(f"LAN_ADDRESS={wanted} 不是 IPv4 地址", f"LAN_ADDRESS={wanted} is no IPv4 address") from None
        found = [wanted, *found]
    return tuple(dict.fromkeys(found))


def host_name() -> str:
    """The computer's name as one lower-case label; '' when it has none that a certificate can carry."""
    name = socket.gethostname().split(".")[0].lower()
    return name if LABEL.fullmatch(name) and name != "localhost" else ""


def _linux() -> list[str]:
    way_out = _default_interfaces()
    rows = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for index, name in socket.if_nameindex():
            address = _address_of(asking, name)
            if address:
                # The interface with the way out first, self-assigned addresses (169.254) last.
                rank = (ipaddress.IPv4Address(address).is_link_local, way_out.get(name, 1 << 32), index)
                rows.append((rank, address))
    return [address for _rank, address in sorted(rows)]


def _address_of(asking: socket.socket, name: str) -> str:
    """The interface's address; '' when it is down, virtual, a tunnel, loopback, or has none."""
    import fcntl

    if VIRTUAL.match(name):
        return ""
    request = struct.pack("256s", name.encode()[:15])
    with contextlib.suppress(OSError):
        flags = struct.unpack_from("H", fcntl.ioctl(asking, SIOCGIFFLAGS, request), 16)[0]
        if flags & (IFF_LOOPBACK | IFF_POINTOPOINT) or ~flags & (IFF_UP | IFF_RUNNING):
            return ""
        return socket.inet_ntoa(fcntl.ioctl(asking, SIOCGIFADDR, request)[20:24])
    return ""


def _default_interfaces() -> dict[str, int]:
    """Metric of the default route by interface."""
    found: dict[str, int] = {}
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/net/route").read_text().splitlines()[1:]:
            words = line.split()
            if words[1] == "00000000":
                found[words[0]] = min(int(words[6]), found.get(words[0], 1 << 31))
    return found


def _elsewhere() -> list[str]:
    """macOS: the address from which each private range would be reached."""
    found = []
    for target in PROBES:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((target, 9))
            found.append(asking.getsockname()[0])
    return [address for address in found if not ipaddress.IPv4Address(address).is_loopback]
