"""The roll: what a phone needs to decide as the server would while the network is away, and nothing more.

No phone numbers, no full names, no word about health: an isolation and a sealed building are a date and a row of rules,
a household whose returnee voids its outing says `no_outing`. What every household and pass has is always there; of the
rest is left out what equals its default in gate/rules/facts.py. docs/gate.md has the shape.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from compound.models import Compound, Gate, Household, Resident, Rulebook
from compound.surnames import surname_of
from gate.models import Device, Isolation, Outing, Pass
from gate.models.passages import Kind
from gate.queries.facts import offsets_of
from gate.queries.missed import is_missed
from gate.queries.roll_cursor import changes_since, cursor_now
from gate.queries.roll_rules import rules_that_matter
from gate.services.tokens import roll_hash

Row = dict[str, Any]
# A card that has been worth nothing for so long is "unknown" to a phone; the server still knows why.
DEAD_DAYS = 60


def iso(moment: dt.datetime) -> str:
    """In UTC, cut at the millisecond as the decision cuts it: `2022-08-23T03:00:00Z`."""
    text = moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "").replace(".000", "") + "Z"


def roll_for(*, device: Device, cursor: str, at: dt.datetime) -> Row:
    """The whole roll, or what changed since the roll with `cursor`. 11 queries at the most, however many doors.

    `passes`, `plates`, `rules`, `outside` are always complete; `households` are complete when `full`. `deleted` are to
    be taken out before `households` are put in.
    """
    compound = device.compound
    now = cursor_now(compound.pk)
    changes = changes_since(compound_id=compound.pk, given=cursor, now=now)
    books = rules_that_matter(compound, at)
    open_gates = compound.gates.exclude(kind=Gate.Kind.SEALED).values_list("name", flat=True)
    cards = _passes(compound, changes.doors, at)
    households = _households(compound, changes.doors, books, cards, at)
    there = {row["room"] for row in households}
    return {
        "cursor": str(now),
        "full": changes.doors is None,
        "server_time": iso(at),
        "ends_at": iso(device.ends_at),
        "compound": {"code": compound.code, "name": compound.name, "language": compound.language},
        "gate": device.gate.name,
        "gates": list(open_gates),
        "offsets": offsets_of(compound, at),
        "rules": [_rules(book) for book in books],
        "outside": _outside(compound),
        "households": households,
        "passes": [card for door, card in cards if door is None],
        "plates": _plates(compound, at),
        "deleted": [room for room in changes.gone if room not in there],
    }


# ── passes ────────────────────────────────────────


def _alive(compound: Compound, at: dt.datetime) -> QuerySet[Pass]:
    dead = at - dt.timedelta(days=DEAD_DAYS)
    return Pass.objects.filter(compound=compound).exclude(Q(revoked_at__lt=dead) | Q(valid_until__lt=dead))


def _passes(compound: Compound, doors: Iterable[int] | None, at: dt.datetime) -> list[tuple[int | None, Row]]:
    """(household or None, pass), of `doors` and of no household. Two queries."""
    cards = _alive(compound, at)
    if doors is not None:
        cards = cards.filter(Q(household__in=doors) | Q(household=None))
    last_out, outside_since = _uses(cards)
    rows = cards.order_by("issued_at", "pk").values_list(
        "household", "token_hash", "kind", "valid_from", "valid_until", "every_days", "single", "revoked_at", "plate",
        "consent",
    )  # fmt: skip
    found: list[tuple[int | None, Row]] = []
    for household, token_hash, kind, start, end, every_days, single, revoked_at, plate, consent in rows:
        card: Row = {"kind": kind, "from": start and iso(start), "until": end and iso(end)}
        if kind != Pass.Kind.HOUSEHOLD:
            more = {"every_days": every_days, "single": single, "plate": plate, "consent": consent}
            card |= _without_defaults(more)
        if revoked_at is not None:
            card["revoked"] = True
        if (single or every_days is not None) and token_hash in last_out:
            card["last_out"] = last_out[token_hash]
        if token_hash in outside_since:
            card["outside_since"] = outside_since[token_hash]
        # Last: what is alike in all passes is then in one piece, which is 1 kB of the whole roll compressed.
        card["hash"] = roll_hash(token_hash)
        found.append((household, card))
    return found


def _uses(cards: QuerySet[Pass]) -> tuple[dict[str, str], dict[str, str]]:
    """(last exit, outside since) by the pass's hash: the exit of those with a schedule alone, however long ago."""
    outings = Outing.objects.filter(gate_pass__in=cards, void_at=None)
    asked = outings.filter(Q(back_at=None) | Q(gate_pass__single=True) | Q(gate_pass__every_days__isnull=False))
    asked = asked.annotate(is_missed=is_missed())
    rows = asked.order_by("out_at").values_list("gate_pass__token_hash", "kind", "out_at", "back_at", "is_missed")
    last_out: dict[str, str] = {}
    outside_since: dict[str, str] = {}
    for token_hash, kind, out_at, back_at, missed in rows:
        # An emergency costs nothing, so it is no use of the pass; whoever is out is out.
        if kind != Kind.EMERGENCY:
            last_out[token_hash] = iso(out_at)
        if back_at is None and not missed:
            outside_since.setdefault(token_hash, iso(out_at))
    return last_out, outside_since


def _plates(compound: Compound, at: dt.datetime) -> list[Row]:
    """One pass a plate: the one that is good, else the last one that was.

    The hash of a household's good pass stands there already; a second time it would be a tenth of the whole roll.
    """
    cards = _alive(compound, at).exclude(plate="")
    rows = cards.values_list("plate", "token_hash", "household__room", "revoked_at", "issued_at")
    latest = {row[0]: row for row in sorted(rows, key=lambda row: (row[3] is None, row[4]))}
    found = []
    for plate, token_hash, room, revoked_at, _issued_at in latest.values():
        row: Row = {"plate": plate, "room": room}
        if room is None or revoked_at is not None:
            row["hash"] = roll_hash(token_hash)
        found.append(row)
    return found


# ── doors ─────────────────────────────────────────


def _households(
    compound: Compound,
    doors: Iterable[int] | None,
    books: list[Rulebook],
    cards: list[tuple[int | None, Row]],
    at: dt.datetime,
) -> list[Row]:
    """Four queries, none where nothing changed."""
    if doors is not None and not doors:
        return []
    of_doors = Q(compound=compound) if doors is None else Q(compound=compound, pk__in=doors)
    households = Household.objects.filter(of_doors)
    surnames = _surnames(households)
    held = dict(Isolation.objects.filter(household__in=households, ended_at=None).values_list("household", "until"))
    outings = _outings(households, books, compound, at)
    passes = defaultdict(list)
    for door, card in cards:
        passes[door].append(card)
    voids = any(book.returnee_voids_pass for book in books)
    found = []
    for pk, room, has_returnee in households.order_by("sort_key").values_list("pk", "room", "has_returnee"):
        # The building is the first part of the room's name.
        lately = outings.get(pk, [])
        row: Row = {
            "room": room,
            "surname": surnames.get(pk, ""),
            "outside_since": min((outing["out"] for outing in lately if "back" not in outing), default=None),
            "no_outing_until": iso(held[pk]) if pk in held else None,
            "outings": lately,
            "passes": passes.get(pk, []),
        }
        if has_returnee and voids:
            row["no_outing"] = True
        found.append(row)
    return found


def _surnames(households: QuerySet[Household]) -> dict[int, str]:
    """Of each household's contact, else of whoever stands first."""
    people = Resident.objects.filter(household__in=households).order_by("household", "-is_contact", "pk")
    names = people.distinct("household").values_list("household", "name")
    return {household: surname_of(name) for household, name in names}


def _outings(
    households: QuerySet[Household], books: list[Rulebook], compound: Compound, at: dt.datetime
) -> dict[int, list[Row]]:
    """Those not closed, and of the others those that may still count: with a slot, within the longest window.

    Who was late where that costs the next outing has a window twice as long. Of one that is closed and was in time
    nothing depends on when it was due; whose pass it was is asked of kinds that are not the household's own.
    """
    days = max((book.per_days for book in books), default=1)
    since, long_since = (
        compound.moment(compound.day_of(at) - dt.timedelta(days=span), dt.time()) for span in (days, 2 * days)
    )
    counts = Q(slot__isnull=False, released_at=None)
    is_late = Q(forfeit=True, back_at__gt=F("due_at"), out_at__gte=long_since)
    # An old one whose return was missed costs nothing; what showed that is not in the roll for ever.
    is_open = Q(back_at=None) & (Q(out_at__gte=since) | Q(is_missed=False))
    known = Outing.objects.filter(household__in=households, void_at=None).alias(is_missed=is_missed())
    known = known.filter(is_open | (counts & (Q(out_at__gte=since) | is_late)))
    rows = known.order_by("out_at").values_list(
        "household", "out_at", "back_at", "due_at", "forfeit", "slot", "released_at", "kind", "check_out__gate__name",
        "gate_pass__token_hash",
    )  # fmt: skip
    found = defaultdict(list)
    for household, out_at, back_at, due_at, forfeit, slot, released_at, kind, gate, token_hash in rows:
        outing: Row = {"out": iso(out_at)}
        if back_at is not None:
            outing["back"] = iso(back_at)
        if due_at is not None and (back_at is None or (forfeit and back_at > due_at)):
            outing["due"] = iso(due_at)
            if forfeit:
                outing["forfeit"] = True
        elif back_at is not None:
            # With nothing to compare it to, the second is enough, and 2 kB less of the whole roll.
            outing["back"] = iso(back_at.replace(microsecond=0))
        if slot is None or released_at is not None:
            outing["counts"] = False
        if kind != Kind.HOUSEHOLD:
            outing["kind"] = kind
            if kind != Kind.EMERGENCY and token_hash is not None:
                outing["pass"] = roll_hash(token_hash)
        outing["gate"] = gate
        found[household].append(outing)
    return found


def _outside(compound: Compound) -> Row:
    """People outside who are not exempt: of the compound, and by the name of their building."""
    known = Outing.objects.filter(compound=compound, back_at=None, void_at=None, is_exempt=False)
    known = known.alias(is_missed=is_missed()).exclude(is_missed=True)
    counted = known.values_list("household__building__name").annotate(people=Count("pk")).order_by()
    by_building = dict(counted)
    return {
        "compound": sum(by_building.values()),
        "buildings": {building: people for building, people in by_building.items() if building is not None},
    }


# ── rules ─────────────────────────────────────────


def _rules(book: Rulebook) -> Row:
    """As gate.rules.facts.Rules, with moments as ISO text."""
    row = {
        "id": book.pk,
        "starts_at": iso(book.starts_at),
        "ends_at": book.ends_at and iso(book.ends_at),
        "building": book.building and book.building.name,
        "ends_building_rows": book.ends_building_rows,
        "longest_minutes": book.longest_minutes,
        "opens": book.opens and book.opens.isoformat(),
        "closes": book.closes and book.closes.isoformat(),
        "max_outside": book.max_outside,
        "exempt_kinds": list(book.exempt_kinds),
    }
    others = {
        "persons": (book.persons, 1),
        "per_days": (book.per_days, 2),
        "window": (book.window, "calendar"),
        "overstay": (book.overstay, "nothing"),
        "vehicles": (book.vehicles, "none"),
        "visitors": (book.visitors, "refused"),
        "returnee_voids_pass": (book.returnee_voids_pass, True),
        "fever_line": (str(book.fever_line), "37.3"),
        "fever_at_line": (book.fever_at_line, True),
        "low_line": (str(book.low_line), "35.0"),
        "recheck_minutes": (book.recheck_minutes, 5),
    }
    return _without_defaults(row) | {name: value for name, (value, default) in others.items() if value != default}


def _without_defaults(values: Row) -> Row:
    """Without what is None, False or empty. A zero is kept: as a limit it says nobody."""
    return {name: value for name, value in values.items() if value not in (None, "", []) and value is not False}
