"""`manage.py up` with LAN=1, from the outside: TLS with the installation's own authority, and the plain door to it."""

import contextlib
import http.client
import http.cookiejar
import os
import re
import signal
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from compound.servers.postgres import free_port
from tests.servers.running import Up, manage, running, wait_for_none

ADDRESS, OTHER_ADDRESS = "192.168.77.5", "192.168.77.6"
PEOPLE = """
from django.utils import timezone
from compound.models import Compound, Membership, Role, User
for code, phone, is_demo in (("demo", "13000000002", True), ("xingfuli", "13000000008", False)):
    compound = Compound.objects.create(code=code, name=code, is_demo=is_demo, created_at=timezone.now())
    user = User.objects.create_user(phone, "林涛", "shouwang-2022")
    Membership.objects.create(user=user, compound=compound, role=Role.COORDINATOR)
"""


class Ports:
    def __init__(self) -> None:
        self.web, self.lan, self.door = free_port(), free_port(), free_port()

    def start(self, data_dir: Path, address: str = ADDRESS) -> "Callable[[], Up]":
        more = {"LAN_PORT": str(self.lan), "LAN_HTTP_PORT": str(self.door), "LAN_ADDRESS": address}
        return running(data_dir, self.web, LAN="1", **more)


def trusting(data_dir: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=data_dir / "lan" / "root.pem")


def shown_to(port: int, name: str, context: ssl.SSLContext) -> list[str]:
    """The names in the certificate that a client of this host name accepts."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        certificate = secure.getpeercert()
    assert certificate
    return [value for _kind, value in certificate["subjectAltName"]]


class Browser:
    """Cookies, and whether the server let them in."""

    def __init__(self, base: str, context: ssl.SSLContext | None = None) -> None:
        self.base = base
        handlers: list[urllib.request.BaseHandler] = [
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({}),
        ]  # fmt: skip
        if context:
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self._open(urllib.request.Request(self.base + path, headers=headers))

    def log_in(self, phone: str, **headers: str) -> tuple[int, str]:
        """(status, page) after the form was sent."""
        _status, page = self.get("/login/")
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found, page
        fields = {"username": phone, "password": "shouwang-2022", "csrfmiddlewaretoken": found[1], "next": "/password/"}
        body = urllib.parse.urlencode(fields).encode()
        return self._open(
            urllib.request.Request(f"{self.base}/login/", body, {"Referer": f"{self.base}/login/", **headers})
        )

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=40) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def ask_door(port: int, method: str, path: str) -> tuple[int, str, bytes]:
    """(status, content type, body), the path sent as it is written."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()
    finally:
        connection.close()


def test_up_when_the_local_network_is_asked_for_serves_it_over_its_own_tls(data_dir: Path) -> None:
    """One installation's life on a network: first start, visitors, a killed part, kill -9, another address."""
    ports = Ports()
    with ports.start(data_dir) as up:
        up.wait_for(f"https://{ADDRESS}:{ports.lan}", 180)
        up.wait_for(f"http://{ADDRESS}:{ports.door}/lan/")
        context = trusting(data_dir)
        root = (data_dir / "lan" / "root.pem").read_bytes()

        assert shown_to(ports.lan, ADDRESS, context)[0] == ADDRESS
        for wrong in (OTHER_ADDRESS, "shouwang.example"):
            with pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|not valid for"):
                shown_to(ports.lan, wrong, context)
        with pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get local issuer|self-signed"):
            shown_to(ports.lan, ADDRESS, ssl.create_default_context())

        assert manage(data_dir, "shell", "-v0", "-c", PEOPLE).stderr == ""
        lan = Browser(f"https://127.0.0.1:{ports.lan}", context)
        assert lan.get("/healthz")[0] == 200
        assert lan.get("/login/", Host=f"{ADDRESS}:{ports.lan}")[0] == 200
        assert lan.get("/login/", Host="shouwang.example")[0] == 400

        # Who may log in where: the password of the demo is printed on the console.
        only_here = "演示账号只能在运行演示的这台电脑上登录"
        for headers in ({}, {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}):
            status, page = Browser(lan.base, context).log_in("13000000002", **headers)
            assert (status, only_here in page, "退出" in page) == (200, True, False)
        here, page = Browser(f"http://127.0.0.1:{ports.web}").log_in("13000000002")
        assert (here, only_here in page, "退出" in page) == (200, False, True)
        real, page = lan.log_in("13000000008")
        assert (real, only_here in page, "退出" in page) == (200, False, True)

        # What is printed leads phones here, also from a command beside it.
        command = "from django.conf import settings; print(settings.PUBLIC_URL)"
        assert manage(data_dir, "shell", "-v0", "-c", command).stdout == f"https://{ADDRESS}:{ports.lan}\n"

        # The plain door: the page, the certificate, what they need, and nothing else.
        status, kind, body = ask_door(ports.door, "GET", "/lan/ca.crt")
        assert (status, kind, ssl.DER_cert_to_PEM_cert(body).encode()) == (200, "application/x-x509-ca-cert", root)
        status, kind, body = ask_door(ports.door, "GET", "/lan/")
        assert (status, kind, "安装证书" in body.decode()) == (200, "text/html; charset=utf-8", True)
        assert ask_door(ports.door, "GET", "/")[0] == 302
        closed = ("/login/", "/healthz", "/c/demo/", "/lan/?x=1", "/lan/../login/", "/static/../login/", "//login/")
        assert {path: ask_door(ports.door, "GET", path)[0] for path in closed} == dict.fromkeys(closed, 404)
        assert ask_door(ports.door, "POST", "/login/")[0] == 501

        # Somebody types the address without https://.
        connection = http.client.HTTPConnection("127.0.0.1", ports.lan, timeout=20)
        connection.request("GET", "/c/demo/gate/")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Location")) == (302, f"http://{ADDRESS}:{ports.door}/lan/")
        connection.close()

        # Eight handshakes that were begun and never ended hold nobody up.
        with contextlib.ExitStack() as stalled:
            for _ in range(8):
                half = stalled.enter_context(socket.create_connection(("127.0.0.1", ports.lan)))
                half.sendall(b"\x16\x03\x01\x02\x00\x01")
            began = time.monotonic()
            assert lan.get("/healthz")[0] == 200
            assert time.monotonic() - began < 15

        for needle in ("compound.lan.gunicorn", "lan/door.py"):
            os.kill(up.pid_of(needle), signal.SIGKILL)
            up.wait_for("SIGKILL")
        up.wait_for(f"https://{ADDRESS}:{ports.lan}", 60)
        assert Browser(lan.base, context).get("/healthz")[0] == 200
        up.process.kill()
        assert wait_for_none(data_dir, 10) == {}

    with ports.start(data_dir, OTHER_ADDRESS) as up:
        up.wait_for(f"https://{OTHER_ADDRESS}:{ports.lan}", 60)
        assert (data_dir / "lan" / "root.pem").read_bytes() == root
        assert shown_to(ports.lan, OTHER_ADDRESS, context)[0] == OTHER_ADDRESS
        assert up.stop(signal.SIGTERM) < 10
        assert (up.process.returncode, wait_for_none(data_dir, 2)) == (0, {})
        assert not (data_dir / "public-url").exists()


def test_up_when_a_port_of_the_local_network_is_busy_names_it_and_starts_nothing(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = manage(data_dir, "up", PORT=str(free_port()), LAN="1", LAN_PORT=str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"端口 {port} 已被别的程序占用，请换一个：make run LAN_PORT={port + 1} / "
        f"Port {port} is in use by another program; choose another: make run LAN_PORT={port + 1}\n"
    )


def test_up_when_the_address_is_none_says_so(data_dir: Path) -> None:
    more = {"LAN_PORT": str(free_port()), "LAN_HTTP_PORT": str(free_port()), "LAN_ADDRESS": "office"}
    result = manage(data_dir, "up", PORT=str(free_port()), LAN="1", **more)
    assert (result.returncode, result.stderr) == (
        1,
        "LAN_ADDRESS=office 不是 IPv4 地址 / LAN_ADDRESS=office is no IPv4 address\n",
    )
