"""``manage.py share FILE``: shares out what a file says, and says who gets what and why. No database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.allocation import Problem, ProblemError, allocate


class Command(BaseCommand):
    """Shapes of both: docs/allocation.md. Exit 1 with one line where the file cannot be read."""

    help = "Share out what FILE says (- for standard input) and print who gets what, why, and the checksum."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            problem = Problem.from_json(json.loads(_read(options["file"])))
        except (ProblemError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        self.stdout.write(json.dumps(allocate(problem).to_json(), ensure_ascii=False))


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
