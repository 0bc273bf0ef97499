"""``manage.py jielong``: a program of its own, JSON alone on standard output."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from compound.models import Building
from tests import make

ROOT = Path(__file__).resolve().parents[2]
TEXT = "#接龙\n鸡蛋\n\n1. 王姐 3-501 鸡蛋2板\n"
EXPECTED = {
    "title": "鸡蛋",
    "entries": [
        {
            "line": 4,
            "number": 1,
            "raw": "1. 王姐 3-501 鸡蛋2板",
            "name": "王姐",
            "room": "3-501",
            "items": [{"goods": "鸡蛋", "quantity": "2", "unit": "板"}],
            "note": "",
            "status": "order",
            "warnings": [],
        }
    ],
    "skipped": [{"line": 1, "raw": "#接龙", "why": "header"}],
}


def run(data: bytes | None, *arguments: str, data_dir: Path) -> subprocess.CompletedProcess[bytes]:
    """In a plain C locale, with no database anywhere."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "PYTHONUTF8")}
    environment |= {"LC_ALL": "C", "DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "compound.settings"}
    return subprocess.run(
        [sys.executable, "manage.py", "jielong", *arguments],
        cwd=ROOT, input=data, capture_output=True, env=environment, timeout=60, check=False,
    )  # fmt: skip


def test_command_when_text_is_piped_prints_json_and_starts_no_server(tmp_path: Path) -> None:
    done = run(TEXT.encode("gb18030"), "-", data_dir=tmp_path)
    assert (done.returncode, json.loads(done.stdout.decode("utf-8"))) == (0, EXPECTED)
    assert not (tmp_path / "postgres").exists()


def test_command_when_a_file_is_named_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "chain.txt"
    path.write_bytes(TEXT.encode("utf-16"))
    done = run(None, str(path), data_dir=tmp_path)
    assert (done.returncode, json.loads(done.stdout.decode("utf-8"))) == (0, EXPECTED)


def test_command_when_the_file_is_missing_says_so_and_prints_no_json(tmp_path: Path) -> None:
    done = run(None, str(tmp_path / "none.txt"), data_dir=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"none.txt: No such file or directory" in done.stderr


BELL_TOWER = "#接龙\n1. 王姐 钟楼西翼305 鸡蛋2板\n"


def _read_with_compound(path: Path, code: str) -> tuple[str, str | None]:
    """(name, room) of the one entry, with the building names of this compound."""
    path.write_text(BELL_TOWER, encoding="utf-8")
    out = io.StringIO()
    call_command("jielong", str(path), "--compound", code, stdout=out)
    (entry,) = json.loads(out.getvalue())["entries"]
    return entry["name"], entry["room"]


@pytest.mark.django_db
def test_command_when_the_compound_has_the_building_finds_its_room(tmp_path: Path) -> None:
    compound = make.compound()
    make.household(compound, "3-501")
    Building.objects.create(compound=compound, name="钟楼西翼")
    assert _read_with_compound(tmp_path / "chain.txt", "xingfuli") == ("王姐", "钟楼西翼-305")


@pytest.mark.django_db
def test_command_when_the_compound_has_no_such_building_does_not_guess_it(tmp_path: Path) -> None:
    make.household(make.compound(), "3-501")
    assert _read_with_compound(tmp_path / "chain.txt", "xingfuli")[1] is None


@pytest.mark.django_db
def test_command_when_no_compound_has_the_code_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^no compound with the code nowhere$"):
        _read_with_compound(tmp_path / "chain.txt", "nowhere")
