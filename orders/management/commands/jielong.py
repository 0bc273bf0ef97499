"""``manage.py jielong FILE [--compound CODE]``: read a chain, print JSON. Pure reading, nothing is stored."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.jielong import parse_chain
from orders.jielong.decode import decode


class Command(BaseCommand):
    """Without ``--compound`` no database is touched; with it the registry's building names are known too."""

    help = "Read a 接龙 from FILE (- for standard input) and print what was understood as JSON."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--compound", metavar="CODE")

    def handle(self, *args: Any, **options: Any) -> None:
        text = decode(_read(options["file"]))
        chain = parse_chain(text, buildings=_building_names(options["compound"]))
        output = json.dumps(chain.as_dict(), ensure_ascii=False, indent=2) + "\n"
        stream = getattr(self.stdout, "_out", sys.stdout)
        if hasattr(stream, "buffer"):
            # The JSON is UTF-8 whatever the terminal's locale is; a lone surrogate must not stop it.
            stream.flush()
            stream.buffer.write(output.encode("utf-8", "replace"))
            stream.buffer.flush()
        else:
            self.stdout.write(output, ending="")


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error


def _building_names(code: str | None) -> list[str]:
    if code is None:
        return []
    from compound.models import Building, Compound

    if not Compound.objects.filter(code=code).exists():
        raise CommandError(f"no compound with the code {code}")
    return list(Building.objects.filter(compound__code=code).values_list("name", flat=True))
