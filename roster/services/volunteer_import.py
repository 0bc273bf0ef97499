"""The import of volunteer lists: what a list would do, and doing it. People are known by their number; names stay.

Between upload and confirmation a grid is kept, never the file (see compound/services/household_uploads.py); it goes
with the confirmation, and after seven days whatever happens.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.household_list import Book, book_from_bytes, book_to_bytes
from compound.models import Compound, Household, Role, StoredFile, User
from compound.models.kit import FIVE_MEGABYTES
from compound.refusals import Refusal
from roster.models import Skill, Volunteer, VolunteerSkill
from roster.queries.known_people import KnownPerson, people_behind
from roster.queries.rooms import doors_of
from roster.services.log import log
from roster.services.volunteers import Details, add_volunteer, change_volunteer
from roster.volunteer_list import Line, Problem, Reading, read_list

KIND = "volunteer_list"
KEPT_DAYS = 7
ROLES = [Role.SECRETARY, Role.COORDINATOR]
PLAIN = ("origin", "organisation", "email", "hours_a_week", "nights_a_week", "ground_floor_only", "note")


# ── between two pages ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Upload:
    """`choices`: fields by column index, as somebody corrected them."""

    file: StoredFile
    book: Book
    choices: dict[int, str]

    @property
    def id(self) -> uuid.UUID:
        return self.file.id

    @property
    def name(self) -> str:
        return self.file.name


@transaction.atomic
def keep_list(*, compound: Compound, book: Book, name: str, by: User, at: dt.datetime) -> StoredFile:
    """Refuses with `list_too_large`, and with what `read_list` says of a file that is no such list."""
    read_list(book)
    today = compound.day_of(at)
    StoredFile.objects.filter(compound=compound, kind=KIND, keep_until__lt=today).delete()
    content = _packed(book_to_bytes(book), {})
    if len(content) > FIVE_MEGABYTES:
        raise Refusal("list_too_large", _("The list is too large. Split it."))
    return StoredFile.objects.create(
        compound=compound,
        kind=KIND,
        name=name[-120:],
        content_type="application/octet-stream",
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        roles=list(ROLES),
        created_at=at,
        created_by=by,
        keep_until=today + dt.timedelta(days=KEPT_DAYS),
    )


def list_of(compound: Compound, upload: uuid.UUID, *, on: dt.date) -> Upload | None:
    """None when it is gone. One query."""
    file = StoredFile.objects.filter(compound=compound, kind=KIND, id=upload, keep_until__gte=on).first()
    if file is None:
        return None
    content = bytes(file.content)
    length = int.from_bytes(content[:4], "big")
    said = json.loads(content[4 : 4 + length])
    return Upload(file, book_from_bytes(content[4 + length :]), {int(index): word for index, word in said.items()})


def choose_columns(*, upload: Upload, choices: Mapping[int, str]) -> None:
    content = _packed(book_to_bytes(upload.book), {str(index): word for index, word in choices.items()})
    file = upload.file
    file.content, file.size, file.sha256 = content, len(content), hashlib.sha256(content).hexdigest()
    file.save(update_fields=["content", "size", "sha256"])


def drop_list(*, upload: Upload) -> None:
    StoredFile.objects.filter(pk=upload.file.pk, kind=KIND).delete()


def _packed(book: bytes, said: Mapping[str, str]) -> bytes:
    choices = json.dumps(said).encode()
    return len(choices).to_bytes(4, "big") + choices + book


# ── what the list would do ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Entry:
    """A line with what it means here. `changes`: field → (before, after) of a volunteer, `adds` the new skills."""

    line: Line
    household: Household | None
    skills: tuple[Skill, ...]
    known: KnownPerson | None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    adds: tuple[Skill, ...] = ()

    @property
    def kind(self) -> str:
        """new, known (has a login, no volunteer yet), back (had ended), changed, same."""
        if self.known is None:
            return "new"
        if self.known.volunteer is None:
            return "known"
        if not self.known.is_volunteer:
            return "back"
        return "changed" if self.changes or self.adds else "same"


@dataclass(frozen=True)
class ListPlan:
    compound: Compound
    name: str
    reading: Reading
    entries: tuple[Entry, ...]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    def of(self, *kinds: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind in kinds]

    @property
    def added(self) -> list[Entry]:
        return self.of("new", "known", "back")

    @property
    def changed(self) -> list[Entry]:
        return self.of("changed")

    @property
    def same(self) -> list[Entry]:
        return self.of("same")

    @property
    def digest(self) -> str:
        """Stands for all that is shown before somebody confirms."""
        rows = [
            [
                entry.kind,
                entry.line.phone,
                entry.line.name,
                entry.known.name if entry.known else "",
                entry.household.room if entry.household else "",
                sorted(skill.name for skill in entry.skills),
                {name: [str(part) for part in pair] for name, pair in entry.changes.items()},
                sorted(skill.name for skill in entry.adds),
                {name: str(value) for name, value in entry.line.values.items()},
            ]
            for entry in self.entries
        ]
        problems = [[problem.code, problem.cell] for problem in (*self.errors, *self.warnings)]
        return hashlib.sha256(json.dumps([rows, problems], ensure_ascii=False).encode()).hexdigest()


def plan_list(*, compound: Compound, upload: Upload, by: User) -> ListPlan:
    """A pure difference. Nine queries, whatever the number of lines. Refuses with what `read_list` refuses."""
    reading = read_list(upload.book, upload.choices)
    skills = {skill.name.casefold(): skill for skill in Skill.objects.filter(compound=compound)}
    rooms = doors_of(compound, (line.values.get("room", "") for line in reading.lines))
    known = people_behind(compound, (line.phone for line in reading.lines), by=by)
    errors, warnings = list(reading.errors), list(reading.warnings)
    entries = []
    for line in reading.lines:
        person = known.get(line.phone)
        if person and not person.may_take_in:
            errors.append(_problem("elsewhere", line, "phone"))
            continue
        if person and person.name != line.name:
            warnings.append(_problem("name_differs", line, "name", name=person.name))
        can = []
        for word in line.values.get("skills", ()):
            if word.casefold() in skills:
                can.append(skills[word.casefold()])
            else:
                warnings.append(_problem("skill_unknown", line, "skills", text=word[:20]))
        door = _door(line, rooms, warnings)
        entries.append(_entry(line, door, tuple(can), person))
    errors.sort(key=_row)
    warnings.sort(key=_row)
    return ListPlan(compound, upload.name, reading, tuple(entries), tuple(errors), tuple(warnings))


def _row(problem: Problem) -> int:
    return problem.row or 0


def _door(line: Line, rooms: Mapping[str, list[Household]], warnings: list[Problem]) -> Household | None:
    text = line.values.get("room", "")
    if not text:
        return None
    doors = rooms.get(text, [])
    if len(doors) == 1:
        return doors[0]
    if doors:
        names = "、".join(door.room for door in doors[:4])
        warnings.append(_problem("room_several", line, "room", text=text[:20], rooms=names))
    else:
        warnings.append(_problem("room_unknown", line, "room", text=text[:20]))
    return None


def _entry(line: Line, door: Household | None, skills: tuple[Skill, ...], person: KnownPerson | None) -> Entry:
    volunteer = person.volunteer if person else None
    if volunteer is None or volunteer.ended_at is not None:
        return Entry(line, door, skills, person)
    wanted = {name: line.values[name] for name in PLAIN if name in line.values}
    if door is not None:
        wanted["household"] = door
    changes = {name: (getattr(volunteer, name), value) for name, value in wanted.items()}
    has = {skill.pk for skill in volunteer.skills.all()}
    adds = tuple(skill for skill in skills if skill.pk not in has)
    return Entry(line, door, skills, person, {name: two for name, two in changes.items() if two[0] != two[1]}, adds)


def _problem(code: str, line: Line, column: str, **params: Any) -> Problem:
    return Problem(code, line.row, line.cells.get(column), "", params)


# ── doing it ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Done:
    new: int
    changed: int
    same: int
    left_out: int


@transaction.atomic
def apply_list(*, upload: Upload, compound: Compound, digest: str, by: User, at: dt.datetime) -> Done:
    """Writes what was shown and nothing else, all of it or nothing; the kept grid goes. A second per 100 new people.

    Refuses with `plan_stale` when the list would do something else by now.
    """
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    plan = plan_list(compound=compound, upload=upload, by=by)
    if plan.digest != digest:
        raise Refusal("plan_stale", _("Something has changed in the meantime. Please look at the list once more."))
    for entry in plan.added:
        values = {name: entry.line.values[name] for name in PLAIN if name in entry.line.values}
        details = Details(household=entry.household, **values)
        add_volunteer(
            compound=compound,
            phone=entry.line.phone,
            name=entry.line.name,
            details=details,
            skills=entry.skills,
            by=by,
            at=at,
        )
    for entry in plan.changed:
        volunteer = entry.known.volunteer if entry.known else None
        if volunteer is not None:
            _change(volunteer, entry, by, at)
    drop_list(upload=upload)
    done = Done(len(plan.added), len(plan.changed), len(plan.same), len({problem.row for problem in plan.errors}))
    log(
        compound=compound,
        by=by,
        at=at,
        action="volunteers.imported",
        subject=plan.name,
        text=gettext_noop(
            "Volunteer list %(subject)s: %(new)s new, %(changed)s changed, %(same)s untouched, %(left_out)s left out"
        ),
        new=done.new,
        changed=done.changed,
        same=done.same,
        left_out=done.left_out,
    )
    return done


def _change(volunteer: Volunteer, entry: Entry, by: User, at: dt.datetime) -> None:
    names = ("origin", "household", "organisation", "email", "hours_a_week", "nights_a_week")
    kept = {name: getattr(volunteer, name) for name in (*names, "ground_floor_only", "note")}
    after = {name: pair[1] for name, pair in entry.changes.items()}
    change_volunteer(volunteer=volunteer, details=Details(**{**kept, **after}), by=by, at=at)
    VolunteerSkill.objects.bulk_create(
        [VolunteerSkill(volunteer=volunteer, skill=skill, compound=volunteer.compound) for skill in entry.adds],
        ignore_conflicts=True,
    )
