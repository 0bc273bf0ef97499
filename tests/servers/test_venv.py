"""`tools/venv`: what `make run` does before there is any Python package."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compound.servers.paths import BASE_DIR


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose requirements are empty, so that nothing is fetched."""
    (tmp_path / "tools").mkdir()
    shutil.copy(BASE_DIR / "tools" / "venv", tmp_path / "tools" / "venv")
    for name in ("requirements.txt", "requirements-test.txt"):
        (tmp_path / name).write_text("# nothing\n")
    return tmp_path


def venv(checkout: Path, python: str, what: str = "run") -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": python}
    return subprocess.run(["tools/venv", what], cwd=checkout, env=environment, capture_output=True, text=True)


def test_venv_when_half_made_is_made_anew_and_when_whole_left_alone(checkout: Path) -> None:
    interpreter = getattr(sys, "_base_executable", sys.executable)
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "half").write_text("")
    first = venv(checkout, interpreter)
    assert (first.returncode, (checkout / ".venv" / "half").exists()) == (0, False)
    assert first.stderr.splitlines()[0] == "重新创建不完整的 .venv / making the half-made .venv anew"

    again = venv(checkout, interpreter)
    assert (again.returncode, again.stderr) == (0, "")

    # Other requirements go into the one that is there.
    (checkout / ".venv" / "mark").write_text("")
    (checkout / "requirements.txt").write_text("# nothing else\n")
    changed = venv(checkout, interpreter)
    assert (changed.returncode, (checkout / ".venv" / "mark").exists()) == (0, True)
    assert changed.stderr.splitlines()[0] == "安装依赖 / installing requirements"
    assert venv(checkout, interpreter).stderr == ""

    # The tests' requirements come on top, and then stay.
    assert venv(checkout, interpreter, "test").stderr.splitlines()[0] == "安装依赖 / installing requirements"
    assert (venv(checkout, interpreter, "test").stderr, venv(checkout, interpreter).stderr) == ("", "")


def test_venv_when_python_is_too_old_says_so(checkout: Path) -> None:
    old = checkout / "python2"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = venv(checkout, str(old))
    assert (result.returncode, (checkout / ".venv").exists()) == (1, False)
    assert result.stderr.startswith("需要 Python 3.11 或更新的版本（现有：")
    assert " / Python 3.11 or newer is needed (found: " in result.stderr


def test_venv_when_the_venv_module_is_missing_says_what_to_install(checkout: Path) -> None:
    bare = checkout / "bare"
    bare.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nexit 0\n')
    bare.chmod(0o755)
    result = venv(checkout, str(bare))
    assert (result.returncode, result.stderr) == (
        1,
        "缺少 Python 的 venv 模块，请先安装：apt-get install python3-venv / "
        "Python's venv module is missing: apt-get install python3-venv\n",
    )
