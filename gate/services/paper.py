"""Rows of a paper log: looked over first, then recorded like checks that a phone made offline."""

import datetime as dt
from collections.abc import Sequence

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from compound.models import Compound, Gate, User
from compound.refusals import Refusal
from gate.queries.facts import Ground
from gate.services.checks import NewCheck, Result, record_checks
from gate.services.checks.act import Desk
from gate.services.checks.subjects import ground_for, lock

# A check at a gate holds its locks for some 10 ms.
LOCK_TIMEOUT = "2s"


def look_over(*, compound: Compound, gate: Gate, checks: Sequence[NewCheck], by: User, at: dt.datetime) -> list[Result]:
    """What recording them would answer, in their order; nothing stays.

    They are recorded and taken back in one transaction, so that the answer is the very one, rows of the same sheet
    counted against each other. Everything is locked first, in the order of all others, and stays locked meanwhile:
    some 5 ms a row. Raises Refusal `gates_busy` when that cannot be had at once: phones at the gates go first.
    """
    desk = Desk(compound=compound, gate=gate, at=at, device=None, by=by)
    # Before the transaction: what the connection prepares and sets would be taken back with it.
    grounds = [ground_for(desk, check) for check in checks]
    is_capped = any(rules.max_outside is not None for ground in grounds for rules in ground.rows)
    with transaction.atomic():
        _lock_all(desk, grounds, is_capped=is_capped)
        answers = type_in(compound=compound, gate=gate, checks=checks, by=by, at=at)
        transaction.set_rollback(True)
    return answers


def _lock_all(desk: Desk, grounds: Sequence[Ground], *, is_capped: bool) -> None:
    try:
        # Of its own, so that the transaction around it lives on.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            lock(desk, *grounds, is_capped=is_capped)
    except OperationalError as error:
        raise Refusal(
            "gates_busy", _("The gates are busy just now. Nothing was recorded: look again in a moment.")
        ) from error


def type_in(*, compound: Compound, gate: Gate, checks: Sequence[NewCheck], by: User, at: dt.datetime) -> list[Result]:
    """Records the rows, the earliest first, each in a transaction of its own; the answers in the order of `checks`.

    A row that is known already keeps its first answer, so a sheet that is sent twice has one effect.
    """
    ordered = sorted(checks, key=lambda check: check.at)
    answers = record_checks(compound=compound, gate=gate, checks=ordered, at=at, by=by)
    found = {answer.id: answer for answer in answers}
    return [found[check.id] for check in checks]
