"""Errands as lists show them.

    errands_of(household, *, since=None) -> list[ErrandRow]      the household's own page: open ones first, then ended
    open_errands(compound, *, only=None) -> list[ErrandRow]      urgent first, then the oldest
    ended_errands(compound, *, only=None) -> QuerySet[Errand]    newest first, for `rows_of`
    cards_out(compound, *, only=None) -> list[CardLoan]          the longest out first

`only`: primary keys of the buildings that may be seen, None for all. Lists cost three statements, however long.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compound.models import Compound, Household
from errands.models import CardLoan, Errand, ErrandStep, Medicine

Kind, State = Errand.Kind, Errand.State
CHIPS = {
    State.ASKED: "ask",
    State.TAKEN: "wait",
    State.BOUGHT: "wait",
    State.HANDED_OVER: "done",
    State.REFUSED: "no",
    State.NOT_TO_BE_HAD: "no",
    State.WITHDRAWN: "plain",
}


@dataclass(frozen=True)
class ErrandRow:
    """`errand` with household, building, supply point, runner and top-up; its medicines and the cards that are out.

    Nothing here says the full number of a top-up. `errand.pk` is the UUID; words are in the active language.
    """

    errand: Errand
    medicines: tuple[Medicine, ...]
    cards: tuple[CardLoan, ...]

    @property
    def kind(self) -> str:
        return self.errand.get_kind_display()

    @property
    def state(self) -> str:
        return state_word(self.errand)

    @property
    def chip(self) -> str:
        """Kind of the status chip, see templates/components/sign.html."""
        return CHIPS[State(self.errand.state)]

    @property
    def title(self) -> str:
        """What is wanted: `阿莫西林胶囊 0.25g×24粒 ×2盒、…`, `燃气 100.00 元 ····1234`, or the words of who asked."""
        if self.errand.kind == Kind.MEDICINE:
            return "、".join(medicine_words(medicine) for medicine in self.medicines)
        if self.errand.kind == Kind.TOP_UP:
            return top_up_words(self.errand)
        return self.errand.text

    @property
    def discreet(self) -> str:
        """What may be read by whoever has not taken it on: of medicine only that it is some, and whether cold."""
        if self.errand.kind != Kind.MEDICINE:
            return self.title
        words = [self.kind, *([_("keep cold")] if self.is_cold else [])]
        return " · ".join(words)

    @property
    def is_cold(self) -> bool:
        return any(medicine.is_cold for medicine in self.medicines)

    @property
    def can_withdraw(self) -> bool:
        """Whether `withdraw` would take it: not bought yet, no card out."""
        return self.errand.state in (State.ASKED, State.TAKEN) and not self.cards


def state_word(errand: Errand) -> str:
    """Where it stands. Help is neither bought nor handed over: it is done, or it could not be done."""
    return help_word(errand.state) if errand.kind == Kind.HELP else errand.get_state_display()


def help_word(state: str) -> str:
    """Of a state or a step of help."""
    if state in (State.BOUGHT, State.HANDED_OVER):
        return pgettext("help", "done")
    if state == State.NOT_TO_BE_HAD:
        return pgettext("help", "could not be done")
    return str(dict(ErrandStep.Step.choices)[state])


def medicine_words(medicine: Medicine) -> str:
    words = [medicine.name, medicine.maker, medicine.specification, f"×{medicine.quantity}{medicine.unit}"]
    return " ".join(word for word in words if word)


def top_up_words(errand: Errand) -> str:
    top_up = errand.top_up
    facts = {"service": top_up.get_service_display(), "amount": top_up.wanted}
    end = f" ····{top_up.number_end}" if top_up.number_end else ""
    return _("%(service)s %(amount)s yuan") % facts + end


def with_parts(errands: QuerySet[Errand]) -> QuerySet[Errand]:
    """All that a row needs: two statements more."""
    joined = errands.select_related("household__building", "supply_point", "taken_by", "top_up")
    out = CardLoan.objects.filter(returned_at=None).select_related("taken_by").order_by("taken_at")
    return joined.prefetch_related("medicines", Prefetch("cards", queryset=out, to_attr="cards_out"))


def rows_of(errands: Iterable[Errand]) -> list[ErrandRow]:
    """`errands` come from `with_parts`."""
    return [ErrandRow(errand, tuple(errand.medicines.all()), tuple(errand.cards_out)) for errand in errands]  # type: ignore[attr-defined]


def errands_of(household: Household, *, since: dt.datetime | None = None) -> list[ErrandRow]:
    """One household's: open ones, urgent first, then those that have ended (since `since`), newest first. Three
    statements. Of another household there is never one in it."""
    errands = with_parts(Errand.objects.filter(household=household))
    if since is not None:
        errands = errands.exclude(ended_at__lt=since)
    order = (F("ended_at").desc(nulls_first=True), "-is_urgent", "-asked_at", "pk")
    return rows_of(errands.order_by(*order))


def seen(compound: Compound, only: Collection[int] | None) -> QuerySet[Errand]:
    errands = Errand.objects.filter(compound=compound)
    return errands if only is None else errands.filter(household__building__in=only)


def open_errands(compound: Compound, *, only: Collection[int] | None = None) -> list[ErrandRow]:
    errands = seen(compound, only).filter(ended_at=None).order_by("-is_urgent", "asked_at", "pk")
    return rows_of(with_parts(errands))


def ended_errands(compound: Compound, *, only: Collection[int] | None = None) -> QuerySet[Errand]:
    return with_parts(seen(compound, only).filter(ended_at__isnull=False).order_by("-ended_at", "pk"))


def cards_out(compound: Compound, *, only: Collection[int] | None = None) -> list[CardLoan]:
    cards = CardLoan.objects.filter(errand__compound=compound, returned_at=None)
    if only is not None:
        cards = cards.filter(errand__household__building__in=only)
    return list(cards.select_related("errand__household", "taken_by").order_by("taken_at", "pk"))
