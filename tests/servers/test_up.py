"""`manage.py up` from the outside: what is there when it says it is ready, and what is left when it has ended."""

import os
import signal
import socket
import time
from pathlib import Path

from compound.servers.postgres import free_port
from tests.servers.running import manage, processes_of, running, wait_for_none

# kill -9 leaves the children to end by themselves; the worker's take longest.
LAST_GASP = 8


def test_up_when_started_twice_and_killed_between_recovers_and_leaves_no_process(data_dir: Path) -> None:
    """One installation's life: first start, parts that die, kill -9, second start, SIGTERM."""
    port = free_port()
    with running(data_dir, port) as up:
        up.wait_for("ready after", 180)
        assert up.wait_for_health()

        # A second one on the same folder, or on the same port, says so in one sentence.
        second = manage(data_dir, "up", PORT=str(free_port()))
        pid = f"pid {up.process.pid}, http://127.0.0.1:{port}"
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr == (
            f"守望已经在用 {data_dir} 运行（{pid}）：请用那一个，或另选 DATA_DIR 和 PORT / "
            f"Shouwang runs on {data_dir} already ({pid}): use that one, or choose another DATA_DIR and PORT\n"
        )

        # Another command shares the database of the run that is there.
        assert manage(data_dir, "shell", "-v0", "-c", "print(1)").stdout == "1\n"

        for part in ("worker", "beat", "gunicorn"):
            os.kill(up.pid_of(f"-A compound {part}" if part != "gunicorn" else "-m gunicorn"), signal.SIGKILL)
            up.wait_for("SIGKILL")
        assert up.wait_for_health(20)
        postgres = up.pid_of("bin/postgres -D")
        os.kill(postgres, signal.SIGKILL)
        up.wait_for("ready to accept connections", 15)
        assert up.pid_of("bin/postgres -D") != postgres
        assert up.wait_for_health()

        up.process.kill()
        assert wait_for_none(data_dir, LAST_GASP) == {}

    with running(data_dir, port) as up:
        assert up.wait_for("ready after") < 10
        assert up.wait_for_health()
        assert up.stop(signal.SIGTERM) < 10
        assert up.process.returncode == 0
        assert processes_of(data_dir) == {}


def test_up_when_port_is_busy_names_it_and_starts_nothing(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = manage(data_dir, "up", PORT=str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"端口 {port} 已被别的程序占用，请换一个：make run PORT={port + 1} / "
        f"Port {port} is in use by another program; choose another: make run PORT={port + 1}\n"
    )
    assert processes_of(data_dir) == {}


def test_up_when_port_is_no_number_says_so(data_dir: Path) -> None:
    result = manage(data_dir, "up", PORT="eighty")
    assert result.returncode == 1
    assert result.stderr == "PORT=eighty 不是端口号（1–65535） / PORT=eighty is no port number (1-65535)\n"


def test_up_when_stopped_during_its_first_steps_leaves_no_process(data_dir: Path) -> None:
    with running(data_dir, free_port()) as up:
        up.wait_for("migrations")
        time.sleep(0.5)
        assert up.stop(signal.SIGINT) < 10
        assert wait_for_none(data_dir, 2) == {}
    with running(data_dir, free_port()) as up:
        up.wait_for("migrations")
        time.sleep(0.5)
        up.process.kill()
        assert wait_for_none(data_dir, LAST_GASP) == {}
