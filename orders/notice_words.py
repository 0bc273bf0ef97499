"""The words of a notice: what a chat group is told at each step of a round. Pure: facts go in, text comes out.

In the language in force. A text for everybody counts by building and names no room; one for the group of a building
may say which room comes short. Nobody is named in either.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.days import Clock
from compound.listing import listed
from orders.models import Notice
from orders.open_bills import OpenBills, Owed
from orders.quantities import plain
from orders.queries.notice_facts import BuildingNews, RoundNews
from orders.queries.sharing import GoodRow
from orders.queries.sheet_rows import without_numbers
from orders.queries.totals import GOODS_IN_TEXT, building_words, side_by_side

Step = Notice.Step


class Telling:
    """Words one step for everybody (`for_all`) or for one building (`for_building`).

    `about`: when it arrives in words, `今天 15:00`. `more`: a sentence of whoever sends it, the text's last line.
    `bills`: what is still owed, for the step that says what it costs.
    """

    def __init__(
        self,
        news: RoundNews,
        step: str,
        *,
        clock: Clock,
        about: str = "",
        more: str = "",
        bills: OpenBills | None = None,
    ) -> None:
        self.news, self.step, self.clock, self.about, self.more = news, step, clock, about, more
        self.bills = bills

    def for_all(self) -> str:
        words: dict[str, Callable[[], list[str]]] = {
            Step.SHORT: self._short_of_all,
            Step.DONE: self._done_of_all,
            Step.MONEY: self._money,
        }
        return self._text(self._head(), words.get(self.step, self._buildings)())

    def for_building(self, one: BuildingNews) -> str:
        words: dict[str, Callable[[BuildingNews], list[str]]] = {
            Step.CLOSED: self._goods,
            Step.SHOPPING: self._nothing,
            Step.SHORT: self._lacks,
            Step.ARRIVES: self._arriving,
            Step.AT_THE_DOOR: self._so_far,
            Step.DONE: self._done,
            Step.MONEY: self._money,
        }
        return self._text(self._head(one), words[self.step](one))

    def _text(self, head: str, lines: Sequence[str]) -> str:
        return "\n".join([head, *lines, *self._last(), *([self.more] if self.more else [])])

    def _head(self, one: BuildingNews | None = None) -> str:
        """The first line, which a folded message shows: what, whom, how many doors."""
        facts = {
            "title": self.news.round.title,
            "point": self.news.round.supply_point.name,
            "about": self.about,
            "who": _who(one) if one else _households(self.news.households),
        }
        return {
            # Translators: first line of a text for the chat; who: 3栋 12户
            Step.CLOSED: _("[%(title)s] orders are closed. %(who)s"),
            Step.SHOPPING: _("[%(title)s] the volunteers are shopping at %(point)s. %(who)s"),
            Step.SHORT: _("[%(title)s] what could not be had. %(who)s"),
            Step.ARRIVES: _("[%(title)s] arrives about %(about)s. %(who)s"),
            Step.AT_THE_DOOR: _("[%(title)s] is being carried to the doors. %(who)s"),
            Step.DONE: _("[%(title)s] has been carried out. %(who)s"),
            Step.MONEY: _("[%(title)s] what it costs. %(who)s"),
        }[Step(self.step)] % facts

    def _last(self) -> list[str]:
        """What to do now."""
        return {
            Step.CLOSED: [_("What comes now is kept for the next round.")],
            Step.SHOPPING: [_("What could not be had is said here afterwards.")],
            Step.SHORT: [],
            Step.ARRIVES: [_("It is brought to the door: no need to come down.")],
            Step.AT_THE_DOOR: [_("Please listen for the door.")],
            Step.DONE: [_("Something wrong or missing? Say so today: to your captain, or on your household's page.")],
            Step.MONEY: [
                _("What each household owes: on the bill in its bag, on its own page, or ask your captain."),
                *without_numbers(self.news.round.compound.how_to_pay).splitlines(),
            ],
        }[Step(self.step)]

    # ── for everybody ──

    def _buildings(self) -> list[str]:
        lines = side_by_side([self._counted(one) for one in self.news.buildings])
        return lines + self._lack_sums() if self.step == Step.ARRIVES else lines

    def _counted(self, one: BuildingNews) -> str:
        if self.step == Step.AT_THE_DOOR:
            return _progress(one)
        return _who(one)

    def _lack_sums(self) -> list[str]:
        sums = self.news.lacks
        return [_("Short: %(goods)s") % {"goods": _goods_words(sums)}] if sums else []

    def _short_of_all(self) -> list[str]:
        lines = [f"· {goods} {plain(quantity)}{unit}" for (goods, unit), quantity in self.news.lacks.items()]
        if lines:
            rooms = [
                _("%(building)s: %(households)s")
                % {"building": building_words(one.building.name), "households": _households(one.lacking_households)}
                for one in self.news.buildings
                if one.lacks
            ]
            lines = [*side_by_side(lines), _("It concerns:"), *side_by_side(rooms)]
        return self._with_undecided(lines, self.news.buildings, self.news.undecided)

    def _with_undecided(
        self, lines: list[str], buildings: Sequence[BuildingNews], undecided: Sequence[GoodRow]
    ) -> list[str]:
        open_ones = [f"{row.good.goods} {plain(row.short)}{row.good.unit}" for row in undecided[:GOODS_IN_TEXT]]
        if open_ones:
            words = (
                _("Too little came of: %(goods)s. How it is shared out is not decided yet.")
                if any(one.waiting for one in buildings)
                else _("Too little came of: %(goods)s.")
            )
            lines.append(words % {"goods": listed(open_ones)})
        return lines or [_("Everything that was ordered could be had.")]

    def _done_of_all(self) -> list[str]:
        """Only the buildings where a door is still without; the head has said how many there are."""
        rest = [_progress(one) for one in self.news.buildings if len(one.received) < one.households]
        if not rest:
            return [_("Everybody has got it.")]
        others = [_("All other buildings have it.")] if len(rest) < len(self.news.buildings) else []
        return [*side_by_side(rest), *others]

    def _money(self, one: BuildingNews | None = None) -> list[str]:
        """What the receipts come to, and how much of what was billed is still open: no room and no name, not even for
        the group of a building."""
        owed = None
        if self.bills:
            owed = self.bills.buildings.get(one.building.pk) if one else self.bills.everywhere
        if not self.news.receipts:
            return [_("The receipts are not in yet."), *_owed_words(owed, one)]
        words = ngettext(
            "%(count)d receipt, %(sum)s yuan in all.", "%(count)d receipts, %(sum)s yuan in all.", self.news.receipts
        )
        return [words % {"count": self.news.receipts, "sum": f"{self.news.paid:,.2f}"}, *_owed_words(owed, one)]

    # ── for one building ──

    def _nothing(self, one: BuildingNews) -> list[str]:
        return []

    def _goods(self, one: BuildingNews) -> list[str]:
        rows = [f"· {goods} {plain(quantity)}{unit}" for (goods, unit), quantity in one.goods.items()]
        lines = side_by_side(rows[:GOODS_IN_TEXT])
        if (more := len(rows) - GOODS_IN_TEXT) > 0:
            lines.append(ngettext("and %(count)d kind more", "and %(count)d kinds more", more) % {"count": more})
        return lines

    def _lacks(self, one: BuildingNews) -> list[str]:
        own = [row for row in self.news.undecided if (row.good.goods, row.good.unit) in one.goods]
        return self._with_undecided(_lack_lines(one), [one], own)

    def _arriving(self, one: BuildingNews) -> list[str]:
        lines = self._goods(one)
        if short := _lack_lines(one):
            lines += [_("Not there, or less:"), *short]
        return lines

    def _so_far(self, one: BuildingNews) -> list[str]:
        return [_progress(one)]

    def _done(self, one: BuildingNews) -> list[str]:
        lines = [_progress(one)]
        for words, rooms in (
            (_("Nobody at home, it comes again: %(rooms)s"), one.again),
            (_("Refused: %(rooms)s"), one.refused),
            (_("Something was missing: %(rooms)s"), one.incomplete),
            (_("Still to come: %(rooms)s"), one.waiting),
        ):
            if rooms:
                lines.append(words % {"rooms": listed(rooms)})
        return lines


def _households(count: int) -> str:
    return ngettext("%(count)d household", "%(count)d households", count) % {"count": count}


def _who(one: BuildingNews) -> str:
    """`3栋 12户`, with the bags where they are packed: `3栋 12户 14袋`."""
    words = [building_words(one.building.name), _households(one.households)]
    if one.bags:
        words.append(ngettext("%(count)d bag", "%(count)d bags", one.bags) % {"count": one.bags})
    return " ".join(words)


def _owed_words(owed: Owed | None, one: BuildingNews | None) -> list[str]:
    """One line; none while nothing is billed."""
    if owed is None:
        return []
    if not owed.households:
        words = _all_paid(owed, is_building=one is not None)
    elif one:
        words = ngettext(
            "%(building)s: %(count)d household has not paid everything yet, %(sum)s yuan with earlier bills.",
            "%(building)s: %(count)d households have not paid everything yet, %(sum)s yuan in all with earlier bills.",
            owed.households,
        )
    else:
        words = ngettext(
            "%(count)d household has not paid everything yet, %(sum)s yuan with earlier bills.",
            "%(count)d households have not paid everything yet, %(sum)s yuan in all with earlier bills.",
            owed.households,
        )
    building = building_words(one.building.name) if one else ""
    return [words % {"building": building, "count": owed.households, "sum": f"{owed.amount:,.2f}"}]


def _all_paid(owed: Owed, *, is_building: bool) -> str:
    """Nobody owes anything now. What has no price yet is nothing that anybody could have paid."""
    if owed.comes_later and not owed.is_billed:
        return _("%(building)s: what has no price yet is charged later.")
    if owed.comes_later:
        return (
            _("%(building)s has paid what has a price, thank you. What has none yet is charged later.")
            if is_building
            else _("Everybody has paid what has a price, thank you. What has none yet is charged later.")
        )
    return _("%(building)s has paid everything. Thank you.") if is_building else _("Everybody has paid. Thank you.")


def _progress(one: BuildingNews) -> str:
    return _("%(building)s: %(done)d of %(all)d households have it") % {
        "building": building_words(one.building.name),
        "done": len(one.received),
        "all": one.households,
    }


def _goods_words(sums: Mapping[tuple[str, str], Decimal]) -> str:
    rows = list(sums.items())[:GOODS_IN_TEXT]
    return listed(f"{goods} {plain(quantity)}{unit}" for (goods, unit), quantity in rows)


def _lack_lines(one: BuildingNews) -> list[str]:
    """By good, how much of it is not there, at which rooms, and what comes instead."""
    goods: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    others: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for lack in one.lacks:
        goods[lack.goods, lack.unit][lack.room] += lack.quantity
        if lack.instead:
            others[lack.goods, lack.unit][lack.instead] += lack.other
    lines = []
    for (name, unit), rooms in goods.items():
        facts = {
            "goods": name,
            "quantity": f"{plain(sum(rooms.values(), Decimal(0)))}{unit}",
            "rooms": _rooms(rooms.items()),
            "instead": listed(f"{other} {plain(q)}{unit}" for other, q in others[name, unit].items()),
        }
        words = (
            _("· %(goods)s: %(quantity)s less (%(rooms)s), instead %(instead)s")
            if facts["instead"]
            else _("· %(goods)s: %(quantity)s less (%(rooms)s)")
        )
        lines.append(words % facts)
    return lines


def _rooms(rooms: Iterable[tuple[str, Decimal]]) -> str:
    return listed(f"{room} {plain(quantity)}" for room, quantity in rooms)
