"""`manage.py sheets --compound CODE --date YYYY-MM-DD [--out DIR]`: a day's sheets as PDF files.

Those of the rounds, and what other apps have registered with `compound.services.sheets.day_sheets`.
"""

import datetime as dt
import re
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compound.models import Compound, Job, Sheet
from compound.services.sheets import DAY_SHEETS
from orders.models import SHEETS_JOB, Round
from orders.queries.rounds import sheets_of
from orders.services.rounds import close_due_rounds
from orders.services.sheets import make_sheets

# What Windows and macOS refuse in a file name, and what is awkward in a shell.
AWKWARD = re.compile(r'[\s/\\:*?"<>|,，、：]+')


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day like 2022-08-23") from None


class Command(BaseCommand):
    help = (
        "Write the newest version of the sheets of all rounds that close on a day, and of the day's duty, making "
        "what is missing. "
        "Prints one path a line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compound", required=True, metavar="CODE")
        parser.add_argument(
            "--date", required=True, type=day, metavar="YYYY-MM-DD", help="day of the cut-off and of duty"
        )
        parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="default: the current folder")

    def handle(self, *args: Any, compound: str, date: dt.date, out: Path, **options: Any) -> None:
        found = Compound.objects.filter(code=compound).first()
        if found is None:
            raise CommandError(f"There is no compound with the code {compound!r}.")
        now = timezone.now()
        # What the clock of a running installation does every 15 s; here there may be none, and no Redis.
        close_due_rounds(now, compound=found, offer=False)
        rounds = rounds_of(found, date)
        opened = [round for round in rounds if round.opens_at <= now]
        others = [sheet for make in DAY_SHEETS for sheet in make(found, date, now)]
        if not rounds and not others:
            raise CommandError(f"No round of {compound} has its cut-off on {date}.")
        if not opened and not others:
            raise CommandError(f"No round of {compound} that closes on {date} has opened yet.")
        try:
            out.mkdir(parents=True, exist_ok=True)
            for round in opened:
                self._write(round, out)
            for sheet in others:
                self._save(out / other_name(date, sheet), sheet)
        except OSError as error:
            raise CommandError(f"{error.filename or out}: {error.strerror}") from error

    def _write(self, round: Round, out: Path) -> None:
        """Sheets of a closed round keep their version: what changed since is printed from the round's page."""
        if not _is_complete(round):
            self.stderr.write(f"{round.title}: making the sheets")
            make_sheets(round=round, at=timezone.now, by=None, progress=lambda done, total: None)
        for part in sheets_of(round):
            self._save(out / file_name(round, part.newest), part.newest)

    def _save(self, path: Path, sheet: Sheet) -> None:
        path.write_bytes(bytes(sheet.file.content))
        self.stdout.write(str(path))


def _is_complete(round: Round) -> bool:
    """A job that was asked for when the round closed, or later, has made all: one from before saw fewer orders."""
    done = Job.objects.filter(kind=SHEETS_JOB, key=str(round.pk), state=Job.State.DONE)
    return round.closed_at is not None and done.filter(created_at__gte=round.closed_at).exists()


def rounds_of(compound: Compound, date: dt.date) -> list[Round]:
    """Rounds whose cut-off falls on the local `date`, in order; cancelled ones have no sheets."""
    begins = compound.moment(date, dt.time(0))
    ends = compound.moment(date + dt.timedelta(days=1), dt.time(0))
    rounds = compound.rounds.filter(cutoff_at__gte=begins, cutoff_at__lt=ends)
    found = list(rounds.exclude(state=Round.State.CANCELLED).select_related("supply_point").order_by("cutoff_at", "id"))
    for round in found:
        round.compound = compound
    return found


def file_name(round: Round, sheet: Sheet) -> str:
    """`2022-08-23_1200_采买单_惠民超市_v1.pdf`: files of one day sort by cut-off, then by sheet.

    A building's number is padded, so that 2栋 comes before 10栋; a round beside the schedule is named by its title.
    """
    local = round.compound.local(round.cutoff_at)
    return _name([f"{local:%Y-%m-%d}", f"{local:%H%M}", "" if round.schedule_id else round.title], sheet)


def other_name(date: dt.date, sheet: Sheet) -> str:
    """`2022-08-23_值班表_东门岗_v1.pdf`"""
    return _name([date.isoformat()], sheet)


def _name(first: list[str], sheet: Sheet) -> str:
    part = re.sub(r"[0-9]+", lambda digits: digits[0].zfill(2), sheet.part)
    words = [*first, re.split("[:：]", sheet.title)[0], part, f"v{sheet.version}"]
    return "_".join(AWKWARD.sub("-", word) for word in words if word) + ".pdf"
