"""`manage.py demo [--households N] [--days D] [--seed S] [--date YYYY-MM-DD]`: the demo compound, made anew."""

import datetime as dt
import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compound.refusals import Refusal
from desk.demo import cast, household_page, logins
from desk.demo.build import build_demo

# With --date the demo's clock stands here: the morning's shopping is under way, the noon round still open.
CLOCK = dt.time(10, 40)


def positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 20_000:
        raise ArgumentTypeError(f"{text} is not a number from 1 to 20000")
    return int(text)


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day like 2022-08-23") from None


class Command(BaseCommand):
    help = (
        "Make the compound `demo` anew, with invented people and some days of life. Its now is this minute, or "
        "10:40 of --date; the same seed and date give the same data. Nothing but `demo` is replaced. Prints JSON."
    )

    # Two seconds of looking at code that `make check` looks at too.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--households", type=positive, default=1300, metavar="N", help="1300")
        parser.add_argument("--days", type=positive, default=7, metavar="D", help="full days before today: 7")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="1")
        parser.add_argument(
            "--date", type=day, metavar="YYYY-MM-DD", help="the day that is today in the demo, at 10:40"
        )

    def handle(self, *args: Any, households: int, days: int, seed: int, date: dt.date | None, **options: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        if date is not None:
            now = dt.datetime.combine(date, CLOCK, tzinfo=now.tzinfo)
        try:
            figures = build_demo(
                households=households,
                days=min(days, 60),
                seed=seed,
                now=now,
                say=lambda words: self.stderr.write(words),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        page = household_page()
        answer = {
            "compound": cast.CODE,
            "name": cast.NAME,
            "now": now.isoformat(timespec="minutes"),
            "households": figures.households,
            "people": figures.people,
            "buildings": figures.buildings,
            "rounds": figures.rounds,
            "orders": figures.orders,
            "sheets": figures.sheets,
            "logins": [{"role": role, "phone": phone, "password": password} for role, phone, password in logins()],
            # Without a login: whoever holds the slip in the door of this room sees this.
            "household_page": {"room": page[0], "url": settings.PUBLIC_URL + page[1]} if page else None,
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
