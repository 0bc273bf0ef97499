"""`manage.py issue_pass --compound CODE --household ROOM [--kind K] [--until T] [--plate P] [--every-days N]`."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compound.models import Compound, Household
from compound.queries.doors import doors_for
from compound.refusals import Refusal
from gate.models import Pass
from gate.services.passes import Terms, issue_pass

Kind = Pass.Kind


class Command(BaseCommand):
    help = (
        "Issue a pass and print its token, the 22 characters of its QR code, on one line. A new household pass "
        "revokes the old one. Whoever runs this answers for having seen the certificate or asked the household."
    )

    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compound", required=True, metavar="CODE")
        parser.add_argument("--household", metavar="ROOM", help="as people write it: 20-1702; not for every vehicle")
        parser.add_argument("--kind", default=Kind.HOUSEHOLD, help=f"{', '.join(Kind.values)}; default: household")
        parser.add_argument("--until", metavar="T", help="2022-08-31 (that day included) or 2022-08-31T18:00")
        parser.add_argument("--from", dest="begins", metavar="T", help="the same; default: at once")
        parser.add_argument("--plate", default="", metavar="P")
        parser.add_argument("--every-days", type=int, metavar="N", help="a medical pass: one outing in N days")
        parser.add_argument("--single", action="store_true", help="a medical pass: good for one outing")
        parser.add_argument("--holder", default="", metavar="NAME")
        parser.add_argument("--employer", default="", metavar="NAME")
        parser.add_argument("--no-consent", action="store_true", help="a visitor whom the household has not agreed to")

    def handle(self, *args: Any, compound: str, household: str | None, kind: str, **options: Any) -> None:
        found = Compound.objects.filter(code=compound).first()
        if found is None:
            raise CommandError(f"There is no compound with the code {compound!r}.")
        if kind not in Kind.values:
            raise CommandError(f"There is no pass of the kind {kind!r}: it is one of {', '.join(Kind.values)}.")
        terms = Terms(
            holder=options["holder"],
            employer=options["employer"],
            plate=options["plate"],
            valid_from=moment(found, options["begins"], is_end=False),
            valid_until=moment(found, options["until"], is_end=True),
            every_days=options["every_days"],
            single=options["single"],
            consent=kind == Kind.VISITOR and not options["no_consent"],
        )
        door = door_of(found, household) if household else None
        try:
            _pass, token = issue_pass(
                compound=found, kind=kind, household=door, terms=terms, by=None, at=timezone.now()
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(token)


def door_of(compound: Compound, room: str) -> Household:
    doors = doors_for(compound, room)
    if not doors:
        raise CommandError(f"There is no room {room!r} in {compound.code}.")
    if len(doors) > 1:
        raise CommandError(f"{room!r} may be any of {', '.join(door.room for door in doors)}: write the whole room.")
    return doors[0]


def moment(compound: Compound, text: str | None, *, is_end: bool) -> dt.datetime | None:
    """A day, or a moment on the compound's wall unless it brings its own offset; as an end a day is included."""
    if text is None:
        return None
    try:
        if len(text) == len("2022-08-31"):
            day = dt.date.fromisoformat(text) + dt.timedelta(days=is_end)
            return compound.moment(day, dt.time(0))
        at = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise CommandError(f"{text!r} is neither a day like 2022-08-31 nor a moment like 2022-08-31T18:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=compound.tz)
