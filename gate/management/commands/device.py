"""`manage.py device --compound CODE --gate NAME [--hours 12]`: prints the token of a gate phone, once."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compound.models import Compound
from compound.refusals import Refusal
from gate.services.devices import issue_device

MOST_HOURS = 24 * 31


def hours(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ArgumentTypeError(f"no number of hours: {text}") from None
    if not 0 < number <= MOST_HOURS:
        raise ArgumentTypeError(f"more than 0 and at most {MOST_HOURS} hours, not {text}")
    return number


class Command(BaseCommand):
    help = "Print the token of a new gate phone. It is kept nowhere: printed once, gone when lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compound", required=True, metavar="CODE")
        parser.add_argument("--gate", required=True, metavar="NAME")
        parser.add_argument("--hours", type=hours, default=12.0, help="until it ends (default 12)")
        parser.add_argument("--label", default="", metavar="WHOSE", help="whose phone, for the list of phones")

    def handle(self, *args: Any, **options: Any) -> None:
        compound = Compound.objects.filter(code=options["compound"]).first()
        if compound is None:
            raise CommandError(f"No compound {options['compound']!r}.")
        gate = compound.gates.filter(name=options["gate"]).first()
        if gate is None:
            names = "，".join(compound.gates.values_list("name", flat=True))
            raise CommandError(f"No gate {options['gate']!r} in {compound.code!r} (there are: {names}).")
        now = timezone.now()
        try:
            _device, token = issue_device(
                compound=compound,
                gate=gate,
                label=options["label"][:40],
                ends_at=now + dt.timedelta(hours=options["hours"]),
                at=now,
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(token)
