"""``manage.py plan FILE [--seconds N]``: a planning problem as JSON in, the plan as JSON out. No database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from roster.planner import Problem, ProblemError, plan
from roster.words import why_empty


class Command(BaseCommand):
    """Shapes of both: docs/planner.md. Exit 1 with one line where the problem cannot be read."""

    help = "Read a planning problem from FILE (- for standard input) and print the best plan found in N seconds."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--seconds", type=float, default=20, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            problem = Problem.from_json(json.loads(_read(options["file"])))
        except (ProblemError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        made = plan(problem, seconds=options["seconds"])
        answer = {
            "assignments": [list(pair) for pair in made.assignments],
            "cost": made.cost,
            "bound": made.bound,
            "status": made.status,
            "seconds": round(made.seconds, 2),
            "empty": [{"shift": one.shift, "missing": one.missing, "why": why_empty(one)} for one in made.empty],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
