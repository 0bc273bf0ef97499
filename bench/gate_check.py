"""A check at the gate against the real server: gunicorn with 2 workers of 4 threads, as `manage.py up` runs it.

`gate_check_p50`: one client, one check after the other. `gate_check_rate` and `gate_check_p99`: eight clients at once.
`gate_check_cpu`: what a check of those eight costs the machine, in ms of CPU: of the web server, of PostgreSQL with
its writers, of this client; on a machine that has other things to do it says more than the clock. All of them again
with 5,000,000 checks in the log, and the ratios. `gate_check_yardstick`: requests a second of the simplest view there
is (`_yardstick`), before and after; `gate_check_share`: the rate of checks by it. Exits and returns by pass, each
household once in its window, so that every exit writes an outing and a check, every return a return and a check.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import select
import socket
import time
import uuid
from collections.abc import Iterator

import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench._gate_place import TOKENS, Place
from bench._server import Server
from bench._yardstick import TABLE

ONE_CLIENT, CLIENTS, EACH = 300, 8, 300
SMALL, LARGE = 10_000, 5_000_000


def emit(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": unit, **more}, ensure_ascii=False), flush=True)


def new_id() -> uuid.UUID:
    """As a phone makes it: UUID version 7 (static/js/outbox/outbox.js)."""
    random = uuid.uuid4().int
    return uuid.UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | random & (0xFFF << 64 | (1 << 64) - 1))


class Phone:
    """One client, and the seconds of each of its checks. Plain sockets: http.client would need CPU of its own."""

    def __init__(self, connected: socket.socket, token: str, cards: list[str]) -> None:
        self.socket = connected
        self.head = (
            "POST /api/v1/gate/checks HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Device "
            f"{token}\r\nContent-Type: application/json\r\nContent-Length: "
        )
        self.to_do: Iterator[tuple[str, str]] = iter([(card, way) for card in cards for way in ("out", "in")])
        self.took: list[float] = []
        self.began = 0.0
        self.got = b""

    def ask(self) -> bool:
        """Sends the next check; False when there is none left."""
        card, direction = next(self.to_do, ("", ""))
        if not card:
            return False
        body = (
            f'{{"checks":[{{"id":"{new_id()}","at":"{dt.datetime.now(dt.UTC).isoformat()}","direction":"{direction}",'
            f'"pass":"{card}","clock_offset_ms":0,"temperature":"36.5"}}]}}'
        )
        message = f"{self.head}{len(body)}\r\n\r\n{body}".encode()
        self.began = time.perf_counter()
        self.socket.sendall(message)
        return True

    def take(self) -> bool:
        """Reads what has come; whether that was all of the answer."""
        self.got += self.socket.recv(65_536)
        head, found, body = self.got.partition(b"\r\n\r\n")
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":-1")
        if not found or len(body) < int(length.partition(b":")[2]):
            assert head, "the server has hung up"
            return False
        self.took.append(time.perf_counter() - self.began)
        assert head.startswith(b"HTTP/1.1 200 "), self.got.decode()
        assert b'"verdict":"allow"' in body, self.got.decode()
        self.got = b""
        return True


def run(server: Server, place: Place, clients: int, each: int) -> tuple[list[float], float]:
    """Every client lets `each` / 2 people out and in again; their seconds, and how long it took altogether."""
    return ask_all(server, place.take(clients * each // 2), clients, each)


def ask_all(server: Server, cards: list[str], clients: int, each: int) -> tuple[list[float], float]:
    phones = {}
    for number in range(clients):
        connected = server.connect()
        phones[connected.fileno()] = Phone(connected, TOKENS[number % len(TOKENS)], cards[number::clients])
    poll = select.epoll()
    began = time.perf_counter()
    for number, phone in phones.items():
        phone.ask()
        poll.register(number, select.EPOLLIN)
    busy = clients
    while busy:
        ready = poll.poll(30)
        assert ready, "no answer for 30 s"
        for number, _event in ready:
            if phones[number].take() and not phones[number].ask():
                # The server hangs up on who is idle for 5 s, and others may take longer.
                poll.unregister(number)
                busy -= 1
    whole = time.perf_counter() - began
    for phone in phones.values():
        phone.socket.close()
    done = sorted(second for phone in phones.values() for second in phone.took)
    assert len(done) == clients * each
    return done, whole


def yardstick() -> float:
    """Requests a second."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    server = Server("bench._yardstick")
    try:
        cards = ["X" * 22] * (CLIENTS * EACH)
        ask_all(server, cards, CLIENTS, 2 * EACH)
        done, whole = ask_all(server, cards, CLIENTS, 2 * EACH)
    finally:
        server.stop()
    # Where 400 checks a second were asked for, this was 1,340.
    emit("gate_check_yardstick", len(done) / whole, "requests/s", clients=CLIENTS, there=1_340)
    return len(done) / whole


def measure(server: Server, place: Place, checks: int) -> dict[str, float]:
    # Every thread of both workers gets its connection and its plans.
    run(server, place, 2 * CLIENTS, 40)
    one, _ = run(server, place, 1, ONE_CLIENT)
    before = server.spent()
    many, whole = run(server, place, CLIENTS, EACH)
    cpu = server.spent().since(before, len(many))
    found = {
        "p50": one[len(one) // 2] * 1000,
        "rate": len(many) / whole,
        "p99": many[len(many) * 99 // 100] * 1000,
        "cpu": cpu["all"],
    }
    load = round(os.getloadavg()[0], 1)
    emit("gate_check_p50", found["p50"], "ms", clients=1, checks=checks, load=load, target=7)
    emit("gate_check_rate", found["rate"], "checks/s", clients=CLIENTS, checks=checks, load=load, target=400)
    emit("gate_check_p99", found["p99"], "ms", clients=CLIENTS, checks=checks, load=load, target=60)
    emit("gate_check_cpu", found["cpu"], "ms", **cpu, clients=CLIENTS, checks=checks)
    return found


def count_statements(place: Place) -> int:
    """Of one exit, with its authentication; two of them go in one message. Not the first: compound, gate and rules are
    read once.
    """
    phone = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Device {TOKENS[0]}"})
    for card in place.take(2):
        check = {"id": str(new_id()), "at": timezone.now().isoformat(), "direction": "out", "pass": card}
        with CaptureQueriesContext(connection) as captured:
            answer = phone.post("/api/v1/gate/checks", json.dumps({"checks": [check]}), content_type="application/json")
        assert answer.status_code == 200, answer.content
    return sum(max(1, query["sql"].count("EXECUTE ")) for query in captured if query["sql"] not in ("BEGIN", "COMMIT"))


def main() -> None:
    large = int(os.environ.get("BENCH_CHECKS") or LARGE)
    place = Place()
    emit("gate_check_statements", count_statements(place), "statements", target=6)
    place.fill(0, SMALL)
    before = yardstick()
    server = Server()
    try:
        small = measure(server, place, SMALL)
        machine = (before + yardstick()) / 2
        emit("gate_check_share", small["rate"] / machine, "of the yardstick", target=round(400 / 1_340, 3))
        place.fill(SMALL, large)
        big = measure(server, place, large)
    finally:
        server.stop()
    for name in ("p50", "p99", "cpu"):
        emit(f"gate_check_{name}_ratio", big[name] / small[name], "times", checks=[SMALL, large], target=1.2)
    emit("gate_check_rate_ratio", small["rate"] / big["rate"], "times", checks=[SMALL, large], target=1.2)


if __name__ == "__main__":
    main()
