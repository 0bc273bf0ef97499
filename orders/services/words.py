"""The learned dictionary: what the neighbours call a good, once a person has said which one they mean.

Every new line goes through `Catalogue`, which knows the words; here the words are learned, and the lines that are
there already follow. Lines follow while their round is not on its way and nobody has shared out, packed or bought
them as what they are called now: from then on paper and purchases call them so.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import (
    GoodsWord,
    Item,
    Offer,
    Order,
    OrderLine,
    Purchase,
    Round,
    RoundGood,
    Sharing,
    SupplyPoint,
)
from orders.queries.shopping import standing
from orders.queries.undecided import HELD_BACK
from orders.services.goods import OVER
from orders.services.locks import lock_rounds
from orders.services.orders import Catalogue, folded, join_line
from orders.services.round_goods import list_goods
from orders.services.sheet_requests import PAPER_MATTERS, renew_sheets

BEFORE_THE_WAY = (Round.State.OPEN, Round.State.CLOSED, Round.State.SHOPPING)
NAME_LENGTH, UNIT_LENGTH = 60, 10


@dataclass(frozen=True)
class Meaning:
    """What a person says about words that are no good's name: `item`, or with None a good of its own."""

    goods: str
    unit: str
    item: Item | None


@transaction.atomic
def learn_words(*, round: Round, meanings: Sequence[Meaning], by: User, at: dt.datetime) -> int:
    """Remembers what the words of a round mean and joins the lines that say them. Returns how many lines.

    A good that the round does not offer yet is offered from now on, at a price that the till will say. A word holds
    for all units; said in another unit than its good's, for that unit alone (a case may be another good than a
    bottle). Raises `round_over`, `word_taken`, `item_elsewhere`, `name_long`.
    """
    point = round.supply_point
    rounds = _lock_rounds_of(point, with_round=round)
    round = rounds[round.pk]
    if round.state in OVER:
        raise Refusal("round_over", _("This round is over: its goods stay as they were."))
    for meaning in meanings:
        _learn(round, point, meaning, by, at)
    joined = _join({folded(meaning.goods) for meaning in meanings}, rounds.values(), by, at)
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="words.learned",
        subject=str(round.pk),
        text=round.title,
        words=[[m.goods, m.unit, m.item.name if m.item else m.goods] for m in meanings],
        lines=joined,
    )
    return joined


@dataclass(frozen=True)
class Forgotten:
    """Of a word: `lines` that say their own words again, and those that are `kept` with their good."""

    lines: int = 0
    kept: int = 0


@transaction.atomic
def forget_word(*, word: GoodsWord, by: User, at: dt.datetime) -> Forgotten:
    """Takes a word back: its lines get their own words again, in their unit.

    But not where the good was bought or shared out: what lies in the bags was counted with these lines.

    Forgetting what somebody else has forgotten meanwhile does nothing.
    """
    rounds = _lock_rounds_of(word.supply_point)
    known = GoodsWord.objects.select_for_update(of=("self",)).filter(pk=word.pk).first()
    if known is None:
        return Forgotten()
    known.delete()
    lines = [
        line
        for line in _free_lines(rounds.values()).filter(item=word.item_id).exclude(said="")
        if _says(word, line.said, line.unit)
    ]
    catalogues = {round_id: Catalogue(rounds[round_id]) for round_id in {line.order.round_id for line in lines}}
    all_of_it = _joined_by(word, rounds.values())
    bound = _bound({line.order.round_id for line in lines})
    back, other_name = [], 0
    for line in lines:
        offer = catalogues[line.order.round_id].offer_for(line.said, line.unit)
        if offer is not None and offer.item_id == word.item_id:
            # It is another name of the good as well: that stays.
            other_name += 1
            continue
        if (line.order.round_id, line.goods, line.unit) in bound and line.allocated is None:
            continue
        line.item, line.goods, line.said = None, line.said, ""
        if offer is not None:
            join_line(line, offer.item)
        back.append(line)
    _save(back, rounds, by, at)
    kept = all_of_it - len(back) - other_name
    audit.record(
        compound=word.supply_point.compound,
        by=by,
        at=at,
        action="words.forgotten",
        subject=word.word,
        text=str(word),
        lines=len(back),
        kept=kept,
    )
    return Forgotten(len(back), kept)


def _lock_rounds_of(point: SupplyPoint, *, with_round: Round | None = None) -> dict[uuid.UUID, Round]:
    """The supply point's rounds that are not on their way yet, all locked at once, as they stand then."""
    ids = list(Round.objects.filter(supply_point=point, state__in=BEFORE_THE_WAY).values_list("pk", flat=True))
    return lock_rounds([*ids, *([with_round.pk] if with_round else [])])


def _learn(round: Round, point: SupplyPoint, meaning: Meaning, by: User, at: dt.datetime) -> None:
    item = meaning.item or _own_good(point, meaning)
    if item.supply_point_id != point.pk:
        raise Refusal("item_elsewhere", _("This good is sold elsewhere."))
    place = {"position": round.offers.count() + 1}
    Offer.objects.get_or_create(round=round, item=item, defaults=place)
    word = folded(meaning.goods)
    if word == folded(item.name):
        return
    own_unit = not meaning.unit or folded(meaning.unit) == folded(item.unit)
    unit = "" if own_unit else meaning.unit[:UNIT_LENGTH]
    known, _new = GoodsWord.objects.get_or_create(
        supply_point=point, word=word[:100], unit=unit, defaults={"item": item, "learned_at": at, "learned_by": by}
    )
    if known.item_id != item.pk:
        raise Refusal(
            "word_taken",
            _("“%(word)s” was learned to mean %(goods)s: forget that first, at the supply point.")
            % {"word": meaning.goods, "goods": known.item.name},
            word=meaning.goods,
            goods=known.item.name,
        )


def _own_good(point: SupplyPoint, meaning: Meaning) -> Item:
    name = meaning.goods.strip()
    if len(name) > NAME_LENGTH:
        raise Refusal(
            "name_long",
            _("“%(word)s” is too long for the name of a good: choose the good that is meant.") % {"word": name},
        )
    item, _new = Item.objects.get_or_create(supply_point=point, name=name, unit=meaning.unit[:UNIT_LENGTH])
    return item


def _free_lines(rounds: Iterable[Round]) -> QuerySet[OrderLine]:
    """Lines that nobody has shared out, packed or ended, locked, in the order in which lines are locked."""
    return (
        OrderLine.objects.select_for_update(of=("self",))
        .select_related("order")
        .filter(
            Q(allocated=None) | HELD_BACK,
            order__round__in=[round.pk for round in rounds if round.state in BEFORE_THE_WAY],
            order__state__in=[Order.State.PLACED, Order.State.LATE],
            allocated_instead=None,
            packed=None,
            outcome="",
            closed_at=None,
        )
        .order_by("pk")
    )


def _says(word: GoodsWord, said: str, unit: str) -> bool:
    return folded(said) == word.word and (not word.unit or folded(word.unit) == folded(unit))


def _joined_by(word: GoodsWord, rounds: Iterable[Round]) -> int:
    """How many lines that have not ended a word has joined to its good, free to follow it or not. One statement."""
    lines = OrderLine.objects.filter(
        item=word.item_id,
        order__round__in=[round.pk for round in rounds if round.state in BEFORE_THE_WAY],
        order__state__in=[Order.State.PLACED, Order.State.LATE],
        outcome="",
        closed_at=None,
    ).exclude(said="")
    return sum(_says(word, said, unit) for said, unit in lines.values_list("said", "unit"))


def _bound(rounds: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, str, str]]:
    """Round, goods and unit of what somebody has bought, or looked for in vain, or shared out. One statement."""
    bought = standing(Purchase.objects.filter(good=OuterRef("pk")))
    shared = Sharing.objects.filter(good=OuterRef("pk"), applied_at__isnull=False, replaced_at__isnull=True)
    goods = RoundGood.objects.filter(Exists(bought) | Exists(shared), round__in=rounds)
    return set(goods.values_list("round", "goods", "unit"))


def _join(words: set[str], rounds: Iterable[Round], by: User, at: dt.datetime) -> int:
    by_id = {round.pk: round for round in rounds}
    lines = [line for line in _free_lines(by_id.values()).filter(item=None) if folded(line.goods) in words]
    bought = set(
        RoundGood.objects.filter(round__in={line.order.round_id for line in lines}, purchases__isnull=False)
        .values_list("round", "goods", "unit")
        .distinct()
    )
    catalogues = {round_id: Catalogue(by_id[round_id]) for round_id in {line.order.round_id for line in lines}}
    joined = []
    for line in lines:
        offer = catalogues[line.order.round_id].offer_for(line.goods, line.unit)
        if offer is not None and (line.order.round_id, line.goods, line.unit) not in bought:
            join_line(line, offer.item)
            joined.append(line)
    _save(joined, by_id, by, at)
    return len(joined)


def _save(lines: Sequence[OrderLine], rounds: dict[uuid.UUID, Round], by: User, at: dt.datetime) -> None:
    """Writes the lines, and the shopping lists and sheets of their rounds anew."""
    for line in lines:
        # What was held back for the sharing of the good that it was.
        line.allocated = None
    OrderLine.objects.bulk_update(lines, ["item", "goods", "unit", "said", "allocated"], batch_size=1000)
    for round_id in sorted({line.order.round_id for line in lines}):
        round = rounds[round_id]
        if round.state in PAPER_MATTERS:
            list_goods(round)
            renew_sheets(round=round, by=by, at=at)
