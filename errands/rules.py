"""Where an errand stands, from what has happened to it. Pure: no database, no clock."""

from collections.abc import Iterable

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
