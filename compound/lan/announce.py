"""What the console says about the local network."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

UFW = Path("/etc/ufw/ufw.conf")


def lines(*, url: str, help_url: str, fingerprint: str, ports: tuple[int, int], left_out: tuple[str, ...]) -> list[str]:
    """Chinese and English on each line, as the rest of the console."""
    return list(_lines(url, help_url, fingerprint, ports, left_out))


def _lines(
    url: str, help_url: str, fingerprint: str, ports: tuple[int, int], left_out: tuple[str, ...]
) -> Iterator[str]:
    if not url:
        yield (
            "局域网：还没有地址，连上 Wi-Fi 后会自动使用 / "
            "local network: no address yet; it is taken up once there is one"
        )
        return
    yield f"局域网 / local network:  {url}"
    yield f"手机第一次使用，先打开 / a phone's first visit:  {help_url}"
    yield f"证书指纹 / fingerprint of the certificate (SHA-256):  {fingerprint}"
    if left_out:
        yield (
            f"证书不能写入 {'、'.join(left_out)}：见 docs/runbook.md / "
            f"the certificate may not name {', '.join(left_out)}: see docs/runbook.md"
        )
    if command := _firewall(ports):
        yield f"手机打不开？防火墙可能挡住了 / unreachable? The firewall may be in the way:  {command}"


def _firewall(ports: tuple[int, int]) -> str:
    """The command that opens this machine's firewall; '' when none is seen to be on."""
    with contextlib.suppress(OSError):
        if "enabled=yes" in UFW.read_text().lower().replace(" ", ""):
            return " && ".join(f"sudo ufw allow {port}/tcp" for port in ports)
    if shutil.which("firewall-cmd") and Path("/run/firewalld").exists():
        return f"sudo firewall-cmd {' '.join(f'--add-port={port}/tcp' for port in ports)}"
    return ""
