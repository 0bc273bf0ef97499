"""The sharing out as its pages show it, and as a text for the chat."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders import sharing_words
from orders.allocation import allocate
from orders.models import Round, Sharing, SubstituteWish
from orders.queries.sharing import (
    Asking,
    GoodRow,
    SubstituteRow,
    asking_of,
    goods_rows,
    in_force,
    packed_lines,
    problem_of,
)
from orders.queries.sharing_results import result_of
from orders.queries.sheet_rows.sharing import SharedLine, SharingResult

Wish = SubstituteWish.Wish


@dataclass(frozen=True)
class Instead:
    """A substitute that is to be shared out: who takes it without asking, who must be called, who wants nothing."""

    row: GoodRow
    substitute: SubstituteRow
    similar: list[Asking]
    call: list[Asking]
    none: list[Asking]
    called: frozenset[str]


@dataclass(frozen=True)
class SharingPage:
    """`to_do`: came short and is not shared out, or not as things stand now. `waiting`: nobody has said anything.

    `withdrawn`: runs that held once and were taken back, the latest first.
    """

    to_do: list[GoodRow]
    shared: list[GoodRow]
    insteads: list[Instead]
    waiting: list[GoodRow]
    enough: int
    withdrawn: list[Sharing]

    @property
    def drafts(self) -> list[GoodRow]:
        return [row for row in self.to_do if row.has_draft]

    @property
    def all_looked_at(self) -> bool:
        return bool(self.to_do) and len(self.drafts) == len(self.to_do)


def sharing_page(round: Round) -> SharingPage:
    """Five statements, and three more for each substitute that is still to be shared out."""
    rows = goods_rows(round)
    to_do = [row for row in rows if row.is_to_do]
    shared = [row for row in rows if row.in_force is not None and not row.is_stale]
    waiting = [row for row in rows if row.waits and row.in_force is None]
    insteads = [
        _instead(round, row, substitute) for row in shared for substitute in row.substitutes if substitute.is_to_do
    ]
    withdrawn = Sharing.objects.filter(good__round=round, withdrawn_by__isnull=False)
    return SharingPage(
        to_do,
        shared,
        insteads,
        waiting,
        len(rows) - len(to_do) - len(shared) - len(waiting),
        list(withdrawn.select_related("good", "withdrawn_by").order_by("-replaced_at")),
    )


def _instead(round: Round, row: GoodRow, substitute: SubstituteRow) -> Instead:
    row.good.round = round
    asking = asking_of(row.good, instead=substitute.instead)
    called = substitute.draft.claims.get("called", ()) if substitute.draft else ()
    return Instead(
        row,
        substitute,
        similar=[one for one in asking if one.wish == Wish.SIMILAR],
        call=[one for one in asking if one.wish == Wish.CALL],
        none=[one for one in asking if one.wish == Wish.NONE],
        called=frozenset(called),
    )


@dataclass(frozen=True)
class RunRow:
    line: SharedLine
    tier: str
    why: str

    @property
    def is_less(self) -> bool:
        return self.line.quantity != self.line.wants


@dataclass(frozen=True)
class RunPage:
    """One run: what came out, how it went sentence by sentence, and whether it may hold."""

    result: SharingResult
    rows: list[RunRow]
    rule: list[str]
    steps: list[str]
    got: int
    packed: int
    sheet: str

    @property
    def empty(self) -> int:
        return len(self.rows) - self.got


def run_page(sharing: Sharing) -> RunPage:
    """Three statements."""
    result = result_of(sharing, list(sharing.allotments.order_by("position")))
    unit = sharing.good.unit
    rows = [
        RunRow(line, _tier(sharing, line), sharing_words.reason(line.code, line.params))
        # Who gets something, then who gets nothing; door by door within both.
        for line in sorted(result.lines, key=lambda line: line.quantity == "0")
    ]
    return RunPage(
        result=result,
        rows=rows,
        rule=sharing_words.rule_lines(sharing.rule, unit),
        steps=[sharing_words.step_words(step, unit) for step in allocate(problem_of(sharing)).steps],
        got=result.got,
        packed=packed_lines(sharing.good) if sharing.applied_at else 0,
        sheet=result.part,
    )


def _tier(sharing: Sharing, line: SharedLine) -> str:
    tiers = sharing.rule["tiers"]
    if not tiers:
        return ""
    return tiers[line.tier]["name"] if line.tier < len(tiers) else _("everybody")


def chat_text(round: Round) -> str:
    """What the chat may read: no name, no room; tiers only as counts. Two statements for each good."""
    sharings = list(in_force(round).prefetch_related("allotments"))
    drawn = any(sharing.arrived for sharing in sharings)
    heading = _("[%(title)s] What came short was shared out:") if drawn else _("[%(title)s] Not to be had:")
    lines = [heading % {"title": round.title}]
    for sharing in sharings:
        result = result_of(sharing, list(sharing.allotments.all()))
        if not sharing.arrived:
            lines.append(_nothing_came(sharing, result))
            continue
        facts = {
            "goods": sharing.instead or sharing.good.goods,
            "arrived": f"{result.arrived}{result.unit}",
            "wanted": f"{result.wanted}{result.unit}",
        }
        head = (
            _("· %(goods)s (instead): %(arrived)s for %(wanted)s that were wanted.")
            if sharing.instead
            else _("· %(goods)s: %(arrived)s came, %(wanted)s were wanted.")
        )
        lines.append(head % facts)
        got = ngettext("%(count)d household gets some", "%(count)d households get some", result.got)
        empty = len(result.lines) - result.got
        words = got % {"count": result.got}
        if empty:
            none = ngettext("%(count)d gets none this time", "%(count)d get none this time", empty)
            words = _("%(got)s, %(none)s.") % {"got": words, "none": none % {"count": empty}}
        else:
            words = _("%(got)s.") % {"got": words}
        lines.append(words)
        lines.append(_("Rule “%(rule)s”, seed %(seed)s.") % {"rule": sharing.rule["name"], "seed": sharing.seed})
        if sharing.rule_reason:
            lines.append(_("Another rule than announced, because: %(reason)s") % {"reason": sharing.rule_reason})
    if drawn:
        lines.append(_("Who got nothing comes first next time. Anybody may have it run again at the desk."))
    return "\n".join(lines)


def _nothing_came(sharing: Sharing, result: SharingResult) -> str:
    """Of nothing no lots are drawn: no rule and no seed."""
    text = ngettext(
        "· %(goods)s could not be had this time; %(count)d household wanted %(wanted)s.",
        "· %(goods)s could not be had this time; %(count)d households wanted %(wanted)s.",
        len(result.lines),
    )
    goods = sharing.instead or sharing.good.goods
    return text % {"goods": goods, "count": len(result.lines), "wanted": f"{result.wanted}{result.unit}"}
