"""Errands on Today: urgent ones until they are done, cards that are out, and how many wait for somebody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from compound import access
from compound.access import Standing
from compound.days import Clock
from compound.models import Compound
from errands.models import CardLoan
from errands.queries.errands import ErrandRow, cards_out, open_errands


@dataclass(frozen=True)
class ErrandFacts:
    """What a member sees of them. A volunteer's cards are those that he has."""

    open: list[ErrandRow]
    cards: list[CardLoan]
    can_run: bool

    @property
    def urgent(self) -> list[ErrandRow]:
        return [row for row in self.open if row.errand.is_urgent]

    @property
    def free(self) -> list[ErrandRow]:
        return [row for row in self.open if row.errand.taken_by_id is None]


def read_errands(compound: Compound, membership: Standing) -> ErrandFacts | None:
    """Four statements, none for whom it is no business of. A captain's doors are those of the own building."""
    if not access.can_do_errands(membership):
        return None
    only = None if access.sees_all_buildings(membership) else membership.buildings
    rows, cards = open_errands(compound, only=only), cards_out(compound, only=only)
    can_run = access.can_run_errands(membership)
    if not can_run:
        mine = (None, membership.user.pk)
        rows = [row for row in rows if row.errand.taken_by_id in mine]
        cards = [card for card in cards if card.taken_by_id == membership.user.pk]
    return ErrandFacts(rows, cards, can_run)


def tile_rows(facts: ErrandFacts, url: Callable[..., str]) -> Iterator[dict[str, Any]]:
    """A tile while something is open or out."""
    if not facts.open and not facts.cards:
        return
    words = []
    if urgent := len(facts.urgent):
        words.append(ngettext("%(count)d urgent", "%(count)d urgent", urgent) % {"count": urgent})
    if free := len(facts.free):
        words.append(ngettext("%(count)d nobody goes", "%(count)d nobody goes", free) % {"count": free})
    if cards := len(facts.cards):
        words.append(ngettext("%(count)d card out", "%(count)d cards out", cards) % {"count": cards})
    count = len(facts.open)
    yield {
        "word": _("Errands"),
        "number": str(count),
        "unit": npgettext("unit", "errand", "errands", count),
        "trend": " · ".join(words),
        "kind": "ask" if urgent else "wait" if free else "",
        "url": url("errands:errands"),
    }


def need_rows(facts: ErrandFacts, clock: Clock, url: Callable[..., str]) -> Iterator[tuple[str, str, str, str, str]]:
    """Text, detail, button, address, kind: every urgent one, each card whose errand is over."""
    for row in facts.urgent:
        errand = row.errand
        where = url("errands:errand", errand=errand.pk)
        words = {"room": errand.household.room, "kind": row.kind}
        since = _("asked for %(when)s") % {"when": clock.when(errand.asked_at)}
        if errand.taken_by is None:
            nobody = _("nobody goes yet")
            detail, action = f"{since} · {nobody}", _("Take it on")
        else:
            detail, action = f"{since} · {errand.taken_by.name} · {row.state}", _("Look")
        yield (
            _("Urgent: %(room)s %(kind)s") % words,
            detail,
            action,
            where,
            "ask" if errand.taken_by is None else "wait",
        )
    for card in facts.cards:
        if card.errand.is_open:
            continue
        facts_of = {"room": card.errand.household.room, "holder": card.holder, "card": card.get_kind_display()}
        text = _("%(room)s: the %(card)s of %(holder)s is not back") % facts_of
        detail = _("with %(name)s since %(when)s") % {"name": card.taken_by.name, "when": clock.when(card.taken_at)}
        yield text, detail, _("Look"), url("errands:errand", errand=card.errand_id), "ask"
