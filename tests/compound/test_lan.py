"""The local network's certificate authority, and the page that brings a phone to trust it."""

import contextlib
import datetime as dt
import hashlib
import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import LazySettings
from django.test import Client, RequestFactory

from compound.lan import announce, authority, patient
from compound.loopback import is_loopback
from compound.servers.paths import noted_public_url
from compound.servers.postgres import free_port
from compound.supervisor.lan import LOOK_EVERY, Lan

AT = dt.datetime(2022, 8, 23, 11, 0, tzinfo=dt.UTC)
HOME, CAFE = "192.168.1.5", "10.0.3.7"


def ensure(folder: Path, *addresses: str, at: dt.datetime = AT, host: str = "office") -> authority.Shown:
    return authority.ensure_leaf(folder, addresses=addresses, host=host, at=at)


def leaf_of(shown: authority.Shown) -> x509.Certificate:
    return x509.load_pem_x509_certificates(shown.path.read_bytes())[0]


def names_of(certificate: x509.Certificate) -> list[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def test_leaf_when_nothing_has_changed_stays(tmp_path: Path) -> None:
    first = ensure(tmp_path, HOME)
    content = first.path.read_bytes()
    again = ensure(tmp_path, HOME, at=AT + dt.timedelta(days=300))
    assert (first.is_new, again.is_new, again.path.read_bytes() == content) == (True, False, True)
    assert names_of(leaf_of(again)) == [HOME, "127.0.0.1", "::1", "localhost", "office.local", "office"]


def test_leaf_when_the_addresses_change_is_made_anew_by_the_same_authority(tmp_path: Path) -> None:
    first = ensure(tmp_path, HOME)
    second = ensure(tmp_path, CAFE, HOME)
    assert (second.is_new, second.root) == (True, first.root)
    assert names_of(leaf_of(second))[:2] == [CAFE, HOME]


@pytest.mark.parametrize(("days", "is_new"), [(365, False), (367, True)])
def test_leaf_when_its_end_is_near_is_made_anew(tmp_path: Path, days: int, is_new: bool) -> None:
    root = ensure(tmp_path, HOME).root
    later = ensure(tmp_path, HOME, at=AT + dt.timedelta(days=days))
    assert (later.is_new, later.root == root) == (is_new, True)


def test_authority_when_it_ends_is_replaced_and_the_former_one_kept(tmp_path: Path) -> None:
    root = ensure(tmp_path, HOME).root
    later = ensure(tmp_path, HOME, at=AT + dt.timedelta(days=5 * 365 - 20))
    assert (later.is_new, later.root == root) == (True, False)
    files = sorted(path.name for path in (tmp_path / "lan").iterdir())
    assert files == ["authority-until-20270802110000.pem", "authority.pem", "leaf.pem", "root.pem"]


def test_authority_when_its_file_is_broken_is_made_anew(tmp_path: Path) -> None:
    root = ensure(tmp_path, HOME).root
    (tmp_path / "lan" / "authority.pem").write_text("half a file")
    (tmp_path / "lan" / "leaf.pem").write_text("")
    assert ensure(tmp_path, HOME).root != root


def test_files_when_made_are_closed_to_others_and_hold_no_key_of_the_root(tmp_path: Path) -> None:
    shown = ensure(tmp_path, HOME)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "lan").iterdir()}
    assert modes == {"authority.pem": "0o600", "leaf.pem": "0o600", "root.pem": "0o644"}
    assert oct((tmp_path / "lan").stat().st_mode & 0o777) == "0o700"
    kept = authority._read(tmp_path / "lan" / "authority.pem")
    assert kept is not None
    key, issuer, root = kept
    assert (root, key.public_key() == issuer.public_key(), key.public_key() == root.public_key()) == (
        shown.root, True, False,
    )  # fmt: skip


def test_certificates_when_made_last_as_long_as_phones_allow(tmp_path: Path) -> None:
    shown = ensure(tmp_path, HOME)
    leaf, issuer = x509.load_pem_x509_certificates(shown.path.read_bytes())
    days = [(c.not_valid_after_utc - c.not_valid_before_utc).days for c in (leaf, issuer, shown.root)]
    assert days == [397, 1825, 1825]
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_leaf_when_an_address_came_that_the_authority_may_not_name_leaves_it_out(tmp_path: Path) -> None:
    assert ensure(tmp_path, HOME).left_out == ()
    later = ensure(tmp_path, "203.0.113.9", HOME)
    assert (later.left_out, names_of(leaf_of(later))[0]) == (("203.0.113.9",), HOME)


def test_authority_when_made_in_a_network_of_public_addresses_may_name_today_s(tmp_path: Path) -> None:
    shown = ensure(tmp_path, "203.0.113.9")
    assert (shown.left_out, names_of(leaf_of(shown))[0]) == ((), "203.0.113.9")


# ---------------------------------------------------------------------- what a thief of the kept key could do


@pytest.fixture
def forged(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A certificate for a bank's name and a public address, made with the key that lies in DATA_DIR."""
    ensure(tmp_path, HOME)
    kept = authority._read(tmp_path / "lan" / "authority.pem")
    assert kept is not None
    key, issuer, _root = kept
    path = tmp_path / "forged.pem"
    names: list[x509.GeneralName] = [x509.DNSName("bank.example")]
    path.write_bytes(authority._make_leaf(key, issuer, names, dt.datetime.now(dt.UTC)) + authority._pem(issuer))
    return path, "bank.example"


def shake_hands(certificate: Path, root: Path, name: str) -> None:
    """A TLS handshake in memory. Raises ssl.SSLError when the client does not accept what it is shown."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(certificate)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    client = ssl.create_default_context(cafile=root).wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.version()


def test_kept_key_when_used_for_another_site_is_not_believed(tmp_path: Path, forged: tuple[Path, str]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(forged[0], tmp_path / "lan" / "root.pem", forged[1])


def test_kept_key_when_used_for_this_computer_is_believed(tmp_path: Path) -> None:
    shown = ensure(tmp_path, HOME, at=dt.datetime.now(dt.UTC))
    shake_hands(shown.path, tmp_path / "lan" / "root.pem", HOME)
    shake_hands(shown.path, tmp_path / "lan" / "root.pem", "office.local")


# ---------------------------------------------------------------------- the page


@pytest.fixture
def lan_on(tmp_path: Path, settings: LazySettings) -> authority.Shown:
    settings.DATA_DIR = tmp_path
    settings.LAN_URL, settings.LAN_HELP_URL = f"https://{HOME}:8443", f"http://{HOME}:8080/lan/"
    return ensure(tmp_path, HOME)


def test_lan_page_when_off_is_for_this_computer_only(client: Client) -> None:
    here = client.get("/lan/")
    assert (here.status_code, "make run LAN=1" in here.content.decode()) == (200, True)
    assert client.get("/lan/", REMOTE_ADDR=CAFE).status_code == 404
    assert client.get("/lan/ca.crt").status_code == 404


def test_lan_page_when_on_shows_address_and_fingerprint_to_anybody(client: Client, lan_on: authority.Shown) -> None:
    groups = [authority.fingerprint(lan_on.root)[i : i + 11] for i in (0, 84)]
    for visitor in ("127.0.0.1", CAFE):
        page = client.get("/lan/", REMOTE_ADDR=visitor).content.decode()
        assert [text in page for text in (f"https://{HOME}:8443", *groups)] == [True, True, True]
        # The QR codes are for the screen of the computer; a phone that reads this page is there already.
        assert page.count("data:image/svg+xml") == (2 if visitor == "127.0.0.1" else 0)


def test_lan_page_when_asked_in_english_is_in_english(client: Client, lan_on: authority.Shown) -> None:
    assert "Certificate Trust Settings" in client.get("/lan/?in=en").content.decode()
    assert "证书信任设置" in client.get("/lan/").content.decode()


def test_lan_page_when_opened_in_wechat_sends_to_the_system_s_browser(client: Client, lan_on: authority.Shown) -> None:
    words = "在浏览器打开"
    wechat = client.get("/lan/", headers={"User-Agent": "Mozilla/5.0 MicroMessenger/8.0.49"}).content.decode()
    assert (words in wechat, words in client.get("/lan/").content.decode()) == (True, False)


def test_certificate_when_downloaded_is_the_root_as_phones_take_it(client: Client, lan_on: authority.Shown) -> None:
    answer = client.get("/lan/ca.crt", REMOTE_ADDR=CAFE)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-x509-ca-cert")
    assert hashlib.sha256(answer.content).digest().hex(" ").upper() == authority.fingerprint(lan_on.root)


@pytest.mark.parametrize("is_listener", [False, True])
def test_visitor_from_this_computer_when_at_the_listener_is_not_local(
    settings: LazySettings, is_listener: bool
) -> None:
    settings.LAN_LISTENER = is_listener
    assert is_loopback(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")) is not is_listener


def test_console_when_there_is_no_address_says_that_it_waits_for_one() -> None:
    words = announce.lines(url="", help_url="", fingerprint="", ports=(8443, 8080), left_out=())
    assert [line.partition(" / ")[2] for line in words] == [
        "local network: no address yet; it is taken up once there is one"
    ]


# ---------------------------------------------------------------------- a laptop that is carried to another Wi-Fi


def test_supervisor_when_the_first_address_changes_tells_every_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PUBLIC_URL", "ALLOWED_HOSTS", "LAN_PORT", "LAN_HTTP_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAN_ADDRESS", HOME)
    lan = Lan(tmp_path, 8000)
    assert lan.prepare() == {
        "LAN_URL": f"https://{HOME}:8443", "LAN_HELP_URL": f"http://{HOME}:8080/lan/", "PUBLIC_URL": f"https://{HOME}:8443",
    }  # fmt: skip
    listener, door = lan.parts()
    assert (HOME in listener.environment["ALLOWED_HOSTS"].split(","), door.environment) == (True, {})
    soon, later = time.monotonic() + 1, time.monotonic() + LOOK_EVERY + 1
    monkeypatch.setenv("LAN_ADDRESS", CAFE)
    assert lan.look(soon, [listener, door]) is None
    assert lan.look(later, [listener, door]) == {
        "LAN_URL": f"https://{CAFE}:8443", "LAN_HELP_URL": f"http://{CAFE}:8080/lan/", "PUBLIC_URL": f"https://{CAFE}:8443",
    }  # fmt: skip
    assert CAFE in listener.environment["ALLOWED_HOSTS"].split(",")
    assert names_of(x509.load_pem_x509_certificates((tmp_path / "lan" / "leaf.pem").read_bytes())[0])[0] == CAFE
    assert noted_public_url(tmp_path) == f"https://{CAFE}:8443"
    assert lan.look(later + LOOK_EVERY, [listener, door]) is None
    lan.leave()
    assert noted_public_url(tmp_path) == ""


def test_public_url_when_somebody_chose_one_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAN_ADDRESS", HOME)
    monkeypatch.setenv("PUBLIC_URL", "https://shouwang.example")
    assert "PUBLIC_URL" not in Lan(tmp_path, 8000).prepare()


# ---------------------------------------------------------------------- the listener, with three lines behind it


APPLICATION = """
def application(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[int]:
    """The port of a gunicorn with the configuration of the local network. Its threads are eight."""
    ensure(tmp_path, HOME, at=dt.datetime.now(dt.UTC))
    (tmp_path / "three_lines.py").write_text(APPLICATION)
    port = free_port()
    python = f"{Path(announce.__file__).parents[2]}{os.pathsep}{tmp_path}"
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "LAN_PORT": str(port), "PYTHONPATH": python}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:compound.lan.gunicorn", "three_lines:application"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                tls(port).close()
                break
            time.sleep(0.1)
        yield port
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        process.terminate()
        process.wait(10)


def tls(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=15))


def echo(connection: ssl.SSLSocket, body: bytes, *, wait: float = 0, more: bytes = b"") -> bytes:
    """What comes back for a POST; `wait` seconds between the first half of the body and the second."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(body)
    connection.sendall(head + body[: len(body) // 2])
    time.sleep(wait)
    connection.sendall(body[len(body) // 2 :])
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.read()


def test_listener_when_idle_connections_have_taken_every_thread_answers_after_five_seconds(listener: int) -> None:
    """Browsers open connections that they may want later: a handshake, and then nothing."""
    with contextlib.ExitStack() as idle:
        for _ in range(8):
            idle.enter_context(tls(listener))
        began = time.monotonic()
        with tls(listener) as connection:
            assert echo(connection, b"here") == b"here"
        assert time.monotonic() - began < 5 + 2


def test_listener_when_a_phone_is_slow_waits_for_it_and_keeps_the_connection(listener: int) -> None:
    with tls(listener) as connection:
        assert [echo(connection, b"slow", wait=6), echo(connection, b"again")] == [b"slow", b"again"]


def test_listener_when_a_request_stops_half_way_gives_it_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where gunicorn has made the connection blocking again, as it does before each request after the first."""
    monkeypatch.setattr(patient, "STALLED_SECONDS", 0.05)
    context = patient.PatientContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ensure(tmp_path, HOME).path)
    here, there = socket.socketpair()
    with contextlib.closing(there), contextlib.closing(here):
        secure = ssl.SSLContext.wrap_socket(context, here, server_side=True, do_handshake_on_connect=False)
        secure.setblocking(True)
        with contextlib.closing(secure), pytest.raises(ConnectionResetError):
            secure.recv(1)
