"""`manage.py import_orders FILE --compound CODE [--round ID] [--dry-run]`: an order export into a round; JSON."""

import json
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compound.models import Compound, Membership, Role, User
from compound.refusals import Refusal
from compound.spreadsheet import ListRefused, check_size, load
from orders.models import Round
from orders.order_list import OrderReading
from orders.services.order_lists import PLAIN_SOURCE, export_source, import_list, read_book


class Command(BaseCommand):
    help = (
        "Import an order export (.xlsx, .csv) of 快团团, 群接龙 and the like. Orders beyond doubt are entered, "
        "the others wait on the review page. Exit 0 only when every line was read and has its door."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--compound", required=True, metavar="CODE")
        parser.add_argument("--round", type=uuid.UUID, metavar="ID", help="the newest open round by default")
        parser.add_argument("--source", metavar="NAME", help="what it is compared with; the platform's name by default")
        parser.add_argument("--by", metavar="PHONE", help="in whose name; the secretary's by default")
        parser.add_argument("--dry-run", action="store_true", help="say what was read, write nothing")

    def handle(self, *args: Any, file: Path, compound: str, dry_run: bool, **options: Any) -> None:
        into = Compound.objects.filter(code=compound).first()
        if into is None:
            raise CommandError(f"There is no compound with the code {compound!r}.")
        now = timezone.now()
        answer: dict[str, Any] = {"rows": [], "errors": []}
        waiting = 0
        try:
            round = self._round(into, options["round"])
            check_size(file.stat().st_size)
            reading = read_book(compound=into, book=load(file.read_bytes()), round=round)
            answer["rows"] = [row.as_dict() for row in reading.rows]
            answer["errors"] = [error.as_dict() for error in reading.errors]
            answer["skipped"] = [skipped.as_dict() for skipped in reading.skipped]
            waiting = sum(row.room is None and not row.cancelled for row in reading.rows)
            if not dry_run:
                counts = self._import(into, round, reading, options)
                answer |= counts
                waiting += counts["open"]
        except OSError as failure:
            raise CommandError(f"{file}: {failure.strerror}") from None
        except (ListRefused, Refusal) as refusal:
            answer["errors"].append({"cell": None, "message": refusal.message, "code": refusal.code})
        answer["at"] = now.isoformat()
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if answer["errors"] or waiting:
            raise SystemExit(1)

    def _round(self, compound: Compound, asked: uuid.UUID | None) -> Round | None:
        """The round asked for, or the newest that takes orders now; None where there is none."""
        now = timezone.now()
        rounds = compound.rounds.select_related("compound")
        if asked is not None:
            found = rounds.filter(pk=asked).first()
            if found is None:
                raise CommandError(f"There is no round {asked} in this compound.")
            return found
        return (
            rounds.filter(state=Round.State.OPEN, opens_at__lte=now, cutoff_at__gt=now)
            .order_by("-opens_at", "-cutoff_at", "pk")
            .first()
        )

    def _import(
        self, compound: Compound, round: Round | None, reading: OrderReading, options: dict[str, Any]
    ) -> dict[str, Any]:
        if round is None:
            raise Refusal("no_open_round", "No round takes orders now: open one, or name one with --round.")
        source = export_source(compound=compound, name=options["source"] or reading.platform or PLAIN_SOURCE)
        by = self._by(compound, options["by"])
        chain_import, counts = import_list(round=round, source=source, reading=reading, by=by, at=timezone.now())
        return {"round": str(round.pk), "import": str(chain_import.pk), "source": source.name, **counts}

    def _by(self, compound: Compound, phone: str | None) -> User:
        """Whose orders these are to the log: somebody has to answer for them."""
        members = Membership.objects.filter(compound=compound, user__is_active=True).select_related("user")
        if phone is not None:
            found = members.filter(user__phone=phone).order_by("pk").first()
        else:
            ranked = (members.filter(role=role).order_by("pk").first() for role in (Role.SECRETARY, Role.COORDINATOR))
            found = next((one for one in ranked if one is not None), None)
        if found is None:
            raise CommandError("Nobody runs this compound's orders: name somebody with --by.")
        return found.user
