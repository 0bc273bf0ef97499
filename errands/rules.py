"""Where an errand stands, from what has happened to it. Pure: no database, no clock."""

import re
from collections.abc import Iterable
from decimal import Decimal

from compound.models import User
from errands.models import Errand, ErrandStep

State, Step = Errand.State, ErrandStep.Step

_OPEN: set[str] = {State.ASKED, State.TAKEN, State.BOUGHT}
# What a step leads to, and from where; from anywhere else it is only written down (errands/services/steps.py).
_MOVES: dict[str, tuple[str, set[str]]] = {
    Step.TAKEN: (State.TAKEN, {State.ASKED}),
    Step.CARD_TAKEN: (State.TAKEN, {State.ASKED}),
    Step.GIVEN_BACK: (State.ASKED, {State.TAKEN}),
    # Bought though it had been withdrawn, or not to be had: it is open again.
    Step.BOUGHT: (State.BOUGHT, {*_OPEN, State.WITHDRAWN, State.NOT_TO_BE_HAD}),
    Step.HANDED_OVER: (State.HANDED_OVER, _OPEN),
    Step.REFUSED: (State.REFUSED, _OPEN),
    Step.NOT_TO_BE_HAD: (State.NOT_TO_BE_HAD, {State.ASKED, State.TAKEN}),
    Step.WITHDRAWN: (State.WITHDRAWN, {State.ASKED, State.TAKEN}),
}
# Steps of one moment (a phone that sends its whole way at once keeps their times; one act may write two of them).
# 38.50 元 …, 38.50 yuan …
_SUM = re.compile(r"(\d+\.\d\d) ")
_RANK = {step: place for place, step in enumerate(Step.values)}


def in_order(steps: Iterable[ErrandStep]) -> list[ErrandStep]:
    """As they came here."""
    return sorted(steps, key=lambda step: (step.entered_at, step.at, _RANK[step.step]))


def standing(steps: Iterable[ErrandStep]) -> tuple[str, ErrandStep | None]:
    """(state, the step that led there or None), of steps that have not been taken back."""
    state: str = State.ASKED
    led: ErrandStep | None = None
    for step in in_order(steps):
        move = _MOVES.get(step.step)
        if move is not None and state in move[1] and move[0] != state:
            state, led = move[0], step
    return state, led


def sum_said(step: ErrandStep) -> Decimal | None:
    """Yuan that a step names at its beginning, as `sum_words` of errands/services/written.py has written them."""
    found = _SUM.match(step.note) if step.step in (Step.BOUGHT, Step.CHANGED) else None
    return Decimal(found[1]) if found else None


def paid(
    left: Iterable[ErrandStep], gone: Iterable[ErrandStep], *, payer: User | None
) -> tuple[Decimal | None, User | None]:
    """What an errand costs, and who has laid it out, by the steps that are `left` (with `by`) once `gone` are not.

    The first to name a sum has paid, and names it anew; what the desk has put right counts from then on. `payer`: who
    stands as such with `gone`, and so since the desk has put it right. Its word falls where all is gone that this
    person has said.
    """
    steps = in_order(left)
    buyers = {step.by_id for step in steps if step.step == Step.BOUGHT}
    is_gone = payer is None or (payer.pk in {step.by_id for step in gone} and payer.pk not in buyers)
    amount: Decimal | None = None
    by: User | None = None
    for step in steps:
        said = sum_said(step)
        if said is None:
            continue
        if step.step == Step.CHANGED:
            if not is_gone:
                amount, by = said, payer
        elif not amount or by == step.by:
            amount, by = said, step.by
    return amount, by
