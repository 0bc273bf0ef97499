"""The notices of a round as their page shows them: one step, its texts, and which groups have them."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from compound.models import Compound, Household
from orders.models import ChainSource, Notice, NoticeSent, Round

Step, S = Notice.Step, Round.State
# So many people a chat group holds at most.
GROUP_HOLDS = 500
# Which step is told next, by the state of the round; the page begins with it.
STEP_OF_STATE = {
    S.CLOSED: Step.CLOSED,
    S.SHOPPING: Step.SHOPPING,
    S.DELIVERING: Step.ARRIVES,
    S.SETTLED: Step.DONE,
}
EARLIER_SHOWN = 30


@dataclass(frozen=True)
class Group:
    """A chat group and when it got the text; `sent` None: not yet."""

    source: ChainSource
    sent: NoticeSent | None


@dataclass(frozen=True)
class Told:
    """A text with the groups that it is for. `groups` empty: its building has no group of its own."""

    notice: Notice
    groups: tuple[Group, ...]

    @property
    def sent(self) -> int:
        return sum(group.sent is not None for group in self.groups)

    @property
    def is_done(self) -> bool:
        return self.sent == len(self.groups)


@dataclass(frozen=True)
class StepTab:
    step: str
    label: str
    sent: int
    of: int
    is_current: bool

    @property
    def is_made(self) -> bool:
        return self.of > 0 or self.sent > 0


@dataclass(frozen=True)
class NoticesPage:
    """`told`: the newest texts of the step, the one for everybody first. `earlier`: what was sent before them."""

    step: str
    tabs: tuple[StepTab, ...]
    told: tuple[Told, ...]
    earlier: tuple[Notice, ...]
    groups: int
    people: int

    @property
    def with_groups(self) -> list[Told]:
        return [one for one in self.told if one.groups]

    @property
    def without_groups(self) -> list[Told]:
        """For captains to hand on: their buildings have no group of their own."""
        return [one for one in self.told if not one.groups and one.notice.building_id is not None]

    @property
    def has_no_group_for_all(self) -> bool:
        return any(one.notice.building_id is None and not one.groups for one in self.told)

    @property
    def sent(self) -> int:
        return sum(one.sent for one in self.told)

    @property
    def of(self) -> int:
        return sum(len(one.groups) for one in self.told)

    @property
    def groups_lack_places(self) -> bool:
        """More people live here than the groups hold together."""
        return 0 < self.groups * GROUP_HOLDS < self.people


def groups_of(compound: Compound) -> QuerySet[ChainSource]:
    """The chat groups in use."""
    groups = ChainSource.objects.filter(compound=compound, is_active=True, kind=ChainSource.Kind.CHAT)
    return groups.select_related("building").order_by("building__sort_key", "pk")


def notices_page(*, round: Round, step: str, only: Collection[int] | None = None) -> NoticesPage:
    """Five statements. `only`: primary keys of the buildings that may be seen; the text for everybody is not among
    them, for it goes to groups of everybody."""
    notices = Notice.objects.filter(round=round).select_related("building", "made_by").order_by("-made_at", "pk")
    groups = list(groups_of(round.compound))
    if only is not None:
        notices = notices.filter(building__in=only)
        groups = [group for group in groups if group.building_id in only]
    rows = list(notices)
    newest = newest_of(rows)
    marks: dict[uuid.UUID, dict[int, NoticeSent]] = defaultdict(dict)
    for mark in NoticeSent.objects.filter(notice__round=round).select_related("by", "source"):
        marks[mark.notice_id][mark.source_id] = mark
    told = {key: _told(texts, groups, marks) for key, texts in newest.items()}
    shown = {one.notice.pk for one in told.get(step, ())}
    people = Household.objects.filter(compound=round.compound).aggregate(sum=Sum("head_count"))["sum"]
    return NoticesPage(
        step=step,
        tabs=tuple(_tab(one, told.get(one.value, ()), step) for one in Step),
        told=told.get(step, ()),
        earlier=tuple(row for row in rows if row.pk not in shown and marks[row.pk])[:EARLIER_SHOWN],
        groups=len(groups),
        people=people or 0,
    )


def newest_of(notices: Iterable[Notice]) -> dict[str, list[Notice]]:
    """By step the texts that were made together last; `notices` newest first."""
    found: dict[str, list[Notice]] = {}
    for notice in notices:
        texts = found.setdefault(notice.step, [])
        if not texts or texts[0].made_at == notice.made_at:
            texts.append(notice)
    return found


def _told(
    notices: list[Notice], groups: list[ChainSource], marks: dict[uuid.UUID, dict[int, NoticeSent]]
) -> tuple[Told, ...]:
    """A group of a building gets that building's text, every other the one for everybody."""
    in_order = sorted(
        notices, key=lambda one: (one.building is not None, one.building.sort_key if one.building else "")
    )
    return tuple(
        Told(
            notice,
            tuple(
                Group(group, marks[notice.pk].get(group.pk))
                for group in groups
                if group.building_id == notice.building_id or group.pk in marks[notice.pk]
            ),
        )
        for notice in in_order
    )


def _tab(step: Notice.Step, told: tuple[Told, ...], current: str) -> StepTab:
    sent, of = sum(one.sent for one in told), sum(len(one.groups) for one in told)
    return StepTab(step.value, str(step.label), sent, of, step == current)
