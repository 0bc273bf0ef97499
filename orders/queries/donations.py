"""Donations: the list with the thanks that are due, and the statement that names nobody."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.models import Compound
from orders.models import Donation, Relief
from orders.quantities import plain
from orders.queries.relief import Figures, figures_of
from orders.queries.sheet_rows import without_numbers

DONATIONS_PER_PAGE = 50


@dataclass(frozen=True)
class Gift:
    """A donation with the text that thanks for it."""

    donation: Donation
    thanks: str


def donations_page(*, compound: Compound, page: str | int) -> Page[Donation]:
    """Not thanked for first, then the newest. Three statements, with the rounds that each went into."""
    gifts = (
        Donation.objects.filter(compound=compound)
        .select_related("received_by", "thanked_by")
        .prefetch_related("reliefs")
    )
    thanked = ExpressionWrapper(Q(thanked_at__isnull=False), BooleanField())
    return Paginator(gifts.order_by(thanked, "-received_at"), DONATIONS_PER_PAGE).get_page(page)


def thanks_text(donation: Donation) -> str:
    """To send to the donor, in the compound's language."""
    compound = donation.compound
    with translation.override(compound.language):
        day = compound.day_of(donation.received_at)
        facts = {
            "donor": donation.donor,
            "compound": compound.name,
            "what": what_words(donation),
            "month": day.month,
            "day": day.day,
        }
        return (
            _(
                "Dear %(donor)s: your gift of %(what)s reached %(compound)s on %(month)d/%(day)d. "
                "The people who live here thank you."
            )
            % facts
        )


def what_words(donation: Donation) -> str:
    """`大白菜200颗，约400千克`"""
    words = f"{donation.goods} {plain(donation.quantity)}{donation.unit}"
    if donation.weight_kg is None:
        return words
    return _("%(what)s, %(weight)s kg") % {"what": words, "weight": plain(donation.weight_kg)}


# ── the statement ─────────────────────────────────


@dataclass(frozen=True)
class StatementLine:
    """What came of one good. `gifts`: how many donations."""

    goods: str
    unit: str
    quantity: Decimal
    weight_kg: Decimal | None
    gifts: int


@dataclass(frozen=True)
class HandedOut:
    """A relief round made of these donations; `households` that got a parcel."""

    title: str
    parcels: int
    households: int
    closed: bool


@dataclass(frozen=True)
class Statement:
    """What was given and what became of it over some days, both included. Nobody is named."""

    first: dt.date
    last: dt.date
    lines: tuple[StatementLine, ...]
    rounds: tuple[HandedOut, ...]
    gifts: int
    donors: int

    @property
    def weight_kg(self) -> Decimal:
        return sum((line.weight_kg for line in self.lines if line.weight_kg is not None), Decimal(0))


def statement(*, compound: Compound, first: dt.date, last: dt.date) -> Statement:
    """Donations received on these days in the compound's zone, by good. Four statements.

    Free text loses every telephone number, and a donor's name where somebody wrote it into the goods.
    """
    begin = compound.moment(first, dt.time(0))
    end = compound.moment(last + dt.timedelta(days=1), dt.time(0))
    gifts = list(
        Donation.objects.filter(compound=compound)
        .filter(received_at__gte=begin, received_at__lt=end)
        .order_by("received_at", "goods", "pk")
    )
    donors = {gift.donor for gift in gifts}
    by_good: dict[tuple[str, str], list[Donation]] = defaultdict(list)
    for gift in gifts:
        by_good[_unnamed(gift.goods, donors), gift.unit].append(gift)
    lines = []
    for (goods, unit), rows in by_good.items():
        weights = [row.weight_kg for row in rows if row.weight_kg is not None]
        quantity = sum((row.quantity for row in rows), Decimal(0))
        lines.append(StatementLine(goods, unit, quantity, sum(weights, Decimal(0)) if weights else None, len(rows)))
    reliefs = list(Relief.objects.filter(donations__in=gifts).distinct().order_by("made_at"))
    rounds = tuple(_handed_out(one, donors) for one in figures_of(reliefs).values()) if reliefs else ()
    return Statement(first, last, tuple(lines), rounds, len(gifts), len(donors))


def _unnamed(text: str, donors: set[str]) -> str:
    """A round may be called after who gave it, and goods too: what is published says 某某 there."""
    for donor in sorted(donors, key=len, reverse=True):
        text = text.replace(donor, _("somebody"))
    return without_numbers(text)


def _handed_out(figures: Figures, donors: set[str]) -> HandedOut:
    relief = figures.relief
    return HandedOut(
        _unnamed(relief.title, donors), figures.doors.handed, figures.doors.handed_doors, relief.closed_at is not None
    )


def statement_text(found: Statement, compound: Compound) -> str:
    """For the chat and the notice board, in the compound's language."""
    with translation.override(compound.language):
        days = _("%(first)s to %(last)s") % {"first": found.first.isoformat(), "last": found.last.isoformat()}
        if found.first == found.last:
            days = found.first.isoformat()
        lines = [_("%(compound)s: donations received, %(days)s") % {"compound": compound.name, "days": days}]
        for line in found.lines:
            words = f"{line.goods} {plain(line.quantity)}{line.unit}"
            if line.weight_kg is not None:
                words = _("%(what)s, %(weight)s kg") % {"what": words, "weight": plain(line.weight_kg)}
            lines.append(f"· {words}")
        if not found.lines:
            lines.append(_("Nothing was given on these days."))
            return "\n".join(lines)
        total = ngettext("%(count)d donation in all", "%(count)d donations in all", found.gifts)
        lines.append(total % {"count": found.gifts})
        lines += [handed_out_words(round) for round in found.rounds]
        lines.append(_("Thank you to everybody who gave."))
        return "\n".join(lines)


def handed_out_words(round: HandedOut) -> str:
    """`第三批蔬菜包：发出655份，640户`"""
    words = _("%(title)s: %(parcels)d parcels handed out to %(households)d households")
    return words % {"title": round.title, "parcels": round.parcels, "households": round.households}
