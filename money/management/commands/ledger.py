"""``manage.py ledger``: adds every sum of the ledger up again and says whether they are right."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compound.models import Compound
from money.queries.sums import sums_of


class Command(BaseCommand):
    """One JSON object a compound and line. Exit 1 when a sum is wrong; what is not explained yet is not wrong."""

    help = "Check every sum of the ledger; one JSON object a compound."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compound", metavar="CODE", help="only this one")

    def handle(self, *args: Any, compound: str | None, **options: Any) -> None:
        compounds = Compound.objects.order_by("code")
        if compound:
            compounds = compounds.filter(code=compound)
            if not compounds:
                raise CommandError(f"no compound {compound!r}")
        faults = 0
        for one in compounds:
            found = sums_of(one)
            faults += len(found.wrong)
            self.stdout.write(json.dumps(found.to_json(), ensure_ascii=False))
            for words in found.wrong:
                self.stderr.write(f"{one.code}: {words}")
        if faults:
            raise CommandError(f"{faults} sums are wrong", returncode=1)
