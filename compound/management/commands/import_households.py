"""`manage.py import_households FILE --compound CODE [--dry-run]`: a household list into the registry; JSON."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compound.household_list import ListRefused, check_size, load
from compound.models import Compound
from compound.services.household_import import apply_import, plan_import


class Command(BaseCommand):
    help = "Import a household list (.xlsx, .csv). Lines with an error are left out and named; then exit 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--compound", required=True, metavar="CODE")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")

    def handle(self, *args: Any, file: Path, compound: str, dry_run: bool, **options: Any) -> None:
        into = Compound.objects.filter(code=compound).first()
        if into is None:
            raise CommandError(f"There is no compound with the code {compound!r}.")
        answer: dict[str, Any] = {"new": 0, "changed": 0, "same": 0, "absent": [], "rows": [], "errors": []}
        try:
            check_size(file.stat().st_size)
            plan = plan_import(compound=into, book=load(file.read_bytes()), name=file.name)
        except OSError as failure:
            raise CommandError(f"{file}: {failure.strerror}") from None
        except ListRefused as refusal:
            answer["errors"] = [{"cell": None, "message": refusal.message, "code": refusal.code}]
        else:
            if not dry_run:
                apply_import(plan=plan, by=None, at=timezone.now())
            answer = {
                "new": len(plan.new),
                "changed": len(plan.changed),
                "same": len(plan.same),
                "absent": list(plan.absent),
                "rows": [line.to_json() for line in plan.reading.lines],
                "errors": [problem.to_json() for problem in plan.errors],
                "warnings": [problem.to_json() for problem in plan.reading.warnings],
                "skipped": [problem.to_json() for problem in plan.reading.skipped],
            }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if answer["errors"]:
            raise SystemExit(1)
