"""The log of the gates, folded: a passage with the readings and corrections that came after it."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compound.models import Compound
from compound.queries.doors import doors_for
from compound.rooms import clean
from gate.models import Check, Conflict, Outing, Ratification, TemperatureRecord
from gate.models.passages import LATE
from gate.reason_names import HEALTH, reason_name
from gate.words import sentence

A = Check.Action
PER_PAGE = 50
# What took place at a gate. The other actions say something about one of these.
PASSAGES = (A.CHECK, A.EMERGENCY)
# A phone's clock that is further off is marked.
SKEW_MS = 120_000
MARKS = ("any", "conflict", "override", "skew", "offline", "late", "changed")


@dataclass(frozen=True)
class Mark:
    """A chip beside a passage: see templates/components/chip.html."""

    kind: str
    word: str


@dataclass
class Passage:
    """A row of the log as it stands now. `temperature` is the last reading; None also for who may not see it."""

    check: Check
    verdict: str
    temperature: Decimal | None = None
    marks: list[Mark] = field(default_factory=list)

    @property
    def words(self) -> str:
        return str(dict(Check._meta.get_field("verdict").flatchoices)[self.verdict])

    @property
    def sign(self) -> str:
        return {"allow": "done", "refuse": "no"}.get(self.verdict, "wait")


@dataclass(frozen=True)
class Filters:
    """What the page was asked for. Without a room a day is always given, so that no question reads the whole log."""

    day: dt.date | None = None
    gate: int | None = None
    direction: str = ""
    verdict: str = ""
    room: str = ""
    mark: str = ""


def passages_between(compound: Compound, start: dt.datetime, until: dt.datetime) -> QuerySet[Any]:
    """Passages with `verdict_now` (after readings and corrections) and `is_undone`. Uses check_of_compound."""
    rows = Check.objects.filter(compound=compound, event_at__gte=start, event_at__lt=until)
    return _with_changes(rows)


def _with_changes(rows: QuerySet[Check]) -> QuerySet[Any]:
    changes = Check.objects.filter(refers_to=OuterRef("pk"), compound=OuterRef("compound"))
    latest = changes.filter(action__in=[A.READING, A.CORRECT]).order_by("-received_at", "-event_at")
    return rows.filter(action__in=PASSAGES).annotate(
        is_undone=Exists(undoings()),
        verdict_now=Coalesce(Subquery(latest.values("verdict")[:1]), F("verdict")),
    )


def undoings() -> QuerySet[Check]:
    """Of the check of the outer query: by the desk, or by the phone that wrote it. What anybody else says of it, who
    may be another compound's, undoes nothing.
    """
    rows = Check.objects.filter(refers_to=OuterRef("pk"), compound=OuterRef("compound"), action=A.UNDO)
    return rows.filter(Q(device=None) | Q(device=OuterRef("device")))


def _holds(change: Check, about: Check) -> bool:
    """As `undoings` has it, of rows that have been read."""
    if change.compound_id != about.compound_id:
        return False
    return change.action != A.UNDO or change.device_id in (None, about.device_id)


def day_bounds(compound: Compound, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The half-open day on the compound's wall."""
    return compound.moment(day, dt.time(0)), compound.moment(day + dt.timedelta(days=1), dt.time(0))


def passages_page(*, compound: Compound, filters: Filters, page: str, sees_health: bool) -> "Page[Check]":
    """Newest first, 50 at once; `object_list` holds `Passage` rows. Six statements at the most."""
    rows = _filtered(compound, filters).select_related("gate", "household").defer("reasons")
    found = Paginator(rows.order_by("-event_at", "pk"), PER_PAGE).get_page(page)
    found.object_list = _folded(list(found.object_list), sees_health=sees_health)
    return found


def _filtered(compound: Compound, filters: Filters) -> QuerySet[Any]:
    if filters.day is None:
        rows = _with_changes(Check.objects.filter(compound=compound, household__in=doors_for(compound, filters.room)))
    else:
        rows = passages_between(compound, *day_bounds(compound, filters.day))
        if filters.room:
            doors = doors_for(compound, filters.room)
            rows = rows.filter(Q(household__in=doors) | Q(shown__icontains=clean(filters.room)))
    if filters.gate is not None:
        rows = rows.filter(gate=filters.gate)
    if filters.direction:
        rows = rows.filter(direction=filters.direction)
    if filters.verdict:
        rows = rows.filter(verdict_now=filters.verdict, is_undone=False)
    return _marked(rows, filters.mark)


def _marked(rows: QuerySet[Any], mark: str) -> QuerySet[Any]:
    pairs = Conflict.objects.filter(Q(earlier=OuterRef("pk")) | Q(later=OuterRef("pk")))
    corrected = Check.objects.filter(refers_to=OuterRef("pk"), compound=OuterRef("compound"), action=A.CORRECT)
    asked = {
        "conflict": Q(conflict=True) | Q(Exists(pairs)),
        "override": ~Q(override=""),
        "skew": Q(clock_offset_ms__gt=SKEW_MS) | Q(clock_offset_ms__lt=-SKEW_MS),
        "offline": Q(decided_offline=True),
        "late": Q(decided_offline=False, device__isnull=False, event_at__lt=F("received_at") - LATE),
        "changed": Q(Exists(corrected)) | Q(Exists(undoings())),
    }
    if mark == "any":
        either = Q()
        for condition in asked.values():
            either |= condition
        return rows.filter(either)
    return rows.filter(asked[mark]) if mark in asked else rows


def _folded(checks: list[Check], *, sees_health: bool) -> list[Passage]:
    """Two statements, however many rows."""
    ids = [check.pk for check in checks]
    changes: dict[uuid.UUID, list[Check]] = defaultdict(list)
    for change in Check.objects.filter(refers_to__in=ids).order_by("received_at", "event_at").defer("reasons"):
        if change.refers_to is not None:
            changes[change.refers_to].append(change)
    pairs: dict[uuid.UUID, bool] = {}
    for earlier, later, settled_at in Conflict.objects.filter(Q(earlier__in=ids) | Q(later__in=ids)).values_list(
        "earlier", "later", "settled_at"
    ):
        for one in (earlier, later):
            pairs[one] = pairs.get(one, False) or settled_at is None
    return [
        fold(check, changes[check.pk], open_conflict=pairs.get(check.pk), sees_health=sees_health) for check in checks
    ]


def fold(check: Check, changes: Iterable[Check], *, open_conflict: bool | None, sees_health: bool) -> Passage:
    """`changes` in the order of their receipt; `open_conflict` is None where there is no pair."""
    passage = Passage(check, check.verdict, check.temperature)
    actions = set()
    for change in changes:
        if not _holds(change, check):
            continue
        actions.add(change.action)
        if change.action in (A.READING, A.CORRECT):
            passage.verdict = change.verdict
        if change.action == A.READING:
            passage.temperature = change.temperature
    if not sees_health:
        passage.temperature = None
    passage.marks = list(_marks(check, actions, open_conflict))
    return passage


def _marks(check: Check, actions: set[str], open_conflict: bool | None) -> Iterable[Mark]:
    if check.action == A.EMERGENCY:
        yield Mark("ask", _("emergency"))
    if A.UNDO in actions:
        yield Mark("plain", pgettext("passage", "undone"))
    elif A.CORRECT in actions:
        yield Mark("info", _("corrected"))
    if open_conflict is not None or check.conflict:
        yield Mark("ask" if open_conflict is not False else "plain", _("conflict"))
    if check.override:
        yield Mark("ask", _("let through against the rule"))
    if abs(check.clock_offset_ms) > SKEW_MS:
        yield Mark("wait", _("clock was wrong"))
    if check.decided_offline:
        yield Mark("plain", _("without network"))
    elif check.is_late:
        yield Mark("wait", _("reported late"))


# ── one passage ───────────────────────────────────


@dataclass
class PassagePage:
    """One row of the log with all that is known about it. `record` is None for who may not see it."""

    check: Check
    passage: Passage
    about: Check | None
    changes: list[Check]
    outings: list[Outing]
    conflicts: list[Conflict]
    ratification: Ratification | None = None
    record: TemperatureRecord | None = None

    @property
    def is_passage(self) -> bool:
        return self.check.action in PASSAGES

    @property
    def is_undone(self) -> bool:
        return any(change.action == A.UNDO and _holds(change, self.check) for change in self.changes)

    @property
    def first_reading(self) -> Check | None:
        """The first temperature of this passage, where it was not taken with the passage itself."""
        if self.check.temperature is not None:
            return None
        return next((change for change in self.changes if change.action == A.READING), None)

    @property
    def is_handed_back(self) -> bool:
        """The outing that it made counts no more: what was said of the next one does not hold."""
        return any(outing.check_out_id == self.check.pk and outing.released_at is not None for outing in self.outings)

    @property
    def is_emergency(self) -> bool:
        return self.is_passage and self.check.kind == "emergency"


def passage_page(*, check: Check, sees_health: bool) -> PassagePage:
    """Everything about one check. Six statements at the most."""
    with_gate = Check.objects.filter(compound=check.compound).select_related("gate", "device", "by")
    changes = list(with_gate.filter(refers_to=check.pk).order_by("received_at", "event_at"))
    about = with_gate.filter(pk=check.refers_to).first() if check.refers_to else None
    touched = Outing.objects.filter(Q(check_out=check) | Q(check_in=check))
    if about is not None:
        touched = Outing.objects.filter(Q(check_out__in=[check, about]) | Q(check_in__in=[check, about]))
    outings = list(touched.select_related("check_out__gate", "check_in__gate").order_by("out_at"))
    pairs = Conflict.objects.filter(Q(earlier=check) | Q(later=check))
    pairs = pairs.select_related("earlier__gate", "later__gate", "settled_by", "taken_back__reopened_by")
    conflicts = list(pairs.order_by("found_at", F("reopened_at").asc(nulls_first=True)))
    page = PassagePage(
        check=check,
        passage=fold(
            check,
            changes,
            open_conflict=any(pair.settled_at is None for pair in conflicts) if conflicts else None,
            sees_health=sees_health,
        ),
        about=about,
        changes=changes,
        outings=outings,
        conflicts=conflicts,
    )
    if page.is_emergency:
        page.ratification = Ratification.objects.filter(check_ratified=check).select_related("by").first()
    if sees_health:
        of_check = Q(check_first=check) | Q(readings__check_row=check)
        page.record = TemperatureRecord.objects.filter(of_check, compound=check.compound).first()
    return page


@dataclass(frozen=True)
class Said:
    """A reason in the reader's language."""

    code: str
    name: str
    text: str


def said_of(check: Check, *, now: dt.datetime, sees_health: bool) -> list[Said]:
    """Every reason of the first answer, said again from its code and parameters; the stored text where that fails."""
    room = check.household.room if check.household else ""
    found = []
    for reason in check.reasons:
        code = str(reason["code"])
        if code in HEALTH and not sees_health:
            continue
        text = sentence(
            code,
            reason.get("params") or {},
            direction=check.direction,
            compound=check.compound,
            now=now,
            room=room,
            next_out_at=check.next_out_at,
        )
        found.append(Said(code, reason_name(code), text or str(reason.get("text") or "")))
    return found


# ── a day as rows ─────────────────────────────────


def day_rows(*, compound: Compound, day: dt.date) -> QuerySet[Check]:
    """Every row of a day, in the order of the events: what the file of the day holds. Read in pieces."""
    start, until = day_bounds(compound, day)
    rows = Check.objects.filter(compound=compound, event_at__gte=start, event_at__lt=until)
    return rows.select_related("gate", "household", "by", "device").order_by("event_at", "pk")
