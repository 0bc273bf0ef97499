"""The cursor of the roll misses nothing, whoever commits when, and is worth nothing in another database."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from compound.models import Compound, Household
from gate.models import Isolation, Outing, RollChange
from gate.queries.roll import roll_for
from gate.queries.roll_cursor import cursor_now
from tests import make

DOORS = ("20-1701", "20-1702", "20-1703")


@pytest.fixture
def other() -> Iterator[Any]:
    """A second connection with transactions of its own."""
    raw = connection.get_new_connection(connection.get_connection_params())
    yield raw
    raw.close()


def people(of: Compound) -> dict[str, Household]:
    doors = {room: make.household(of, room) for room in DOORS}
    make.device(make.gate(of))
    return doors


def changed(of: Compound, cursor: str) -> tuple[bool, list[str], str]:
    """(whole?, the rooms told, the next cursor)"""
    device = of.gate_devices.select_related("compound", "gate").get()
    roll = roll_for(device=device, cursor=cursor, at=make.ELEVEN)
    return roll["full"], [row["room"] for row in roll["households"]], roll["cursor"]


def touch(raw: Any, door: Household) -> None:
    """A change to a household in the other connection's open transaction."""
    with raw.cursor() as sql:
        sql.execute("UPDATE compound_household SET remark = remark || 'x' WHERE id = %s", [door.pk])


@pytest.mark.django_db(transaction=True)
def test_roll_when_nothing_changed_tells_no_household() -> None:
    of = make.compound()
    people(of)
    whole, rooms, cursor = changed(of, "")
    assert (whole, rooms) == (True, list(DOORS))
    assert changed(of, cursor)[:2] == (False, [])


@pytest.mark.django_db(transaction=True)
def test_roll_when_a_transaction_commits_late_tells_it_all_the_same(other: Any) -> None:
    """The late one has the lower number: a cursor by clock, or by the highest number seen, would pass over it."""
    of = make.compound()
    doors = people(of)
    _, _, first = changed(of, "")
    touch(other, doors["20-1701"])
    # A second transaction begins later and is done sooner; a phone asks in between.
    Household.objects.filter(pk=doors["20-1702"].pk).update(remark="y")
    whole, rooms, second = changed(of, first)
    assert (whole, rooms) == (False, ["20-1702"])
    other.commit()
    whole, rooms, third = changed(of, second)
    assert (whole, rooms) == (False, ["20-1701", "20-1702"])
    assert changed(of, third)[:2] == (False, [])


@pytest.mark.django_db(transaction=True)
def test_roll_when_an_older_transaction_touches_the_same_door_last_tells_it(other: Any) -> None:
    """Then the door's number goes down; every cursor given out meanwhile is lower still."""
    of = make.compound()
    doors = people(of)
    touch(other, doors["20-1701"])
    Household.objects.filter(pk=doors["20-1702"].pk).update(remark="y")
    _, _, cursor = changed(of, "")
    numbers = [RollChange.objects.get(household_id=doors["20-1702"].pk).xid]
    touch(other, doors["20-1702"])
    other.commit()
    numbers.append(RollChange.objects.get(household_id=doors["20-1702"].pk).xid)
    assert numbers[1] < numbers[0]
    assert changed(of, cursor)[:2] == (False, ["20-1701", "20-1702"])


@pytest.mark.django_db(transaction=True)
def test_roll_when_a_transaction_is_rolled_back_tells_nothing_untrue(other: Any) -> None:
    of = make.compound()
    doors = people(of)
    _, _, cursor = changed(of, "")
    touch(other, doors["20-1703"])
    _, rooms, cursor = changed(of, cursor)
    other.rollback()
    assert (rooms, changed(of, cursor)[:2]) == ([], (False, []))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["resident", "pass", "outing", "return", "isolation", "card", "gone"])
def test_roll_when_something_of_a_household_changes_tells_that_household(what: str) -> None:
    of = make.compound()
    doors = people(of)
    door, phone, by = doors["20-1702"], of.gate_devices.get(), make.member(of)
    card = make.gate_pass(of, door)
    outing = make.outing(make.check(door, phone=phone, gate_pass=card))
    person = make.resident(door)
    _, _, cursor = changed(of, "")
    if what == "resident":
        person.delete()
    elif what == "pass":
        make.gate_pass(of, door, "medical")
    elif what == "outing":
        make.outing(make.check(door, phone=phone), slot=2)
    elif what == "return":
        Outing.objects.filter(pk=outing.pk).update(back_at=make.NOON)
    elif what == "isolation":
        Isolation.objects.create(household=door, until=make.NOON, set_at=make.ELEVEN, set_by=by)
    elif what == "card":
        Household.objects.filter(pk=door.pk).update(has_returnee=True)
    elif what == "gone":
        Household.objects.filter(pk=doors["20-1703"].pk).delete()
    told = changed(of, cursor)
    assert told[:2] == ((False, []) if what == "gone" else (False, ["20-1702"]))


@pytest.mark.django_db(transaction=True)
def test_roll_when_a_household_is_gone_names_its_room_unless_it_is_there_again() -> None:
    of = make.compound()
    doors = people(of)
    device = of.gate_devices.select_related("compound", "gate").get()
    cursor = str(cursor_now(of.pk))
    doors["20-1703"].delete()
    roll = roll_for(device=device, cursor=cursor, at=make.ELEVEN)
    assert (roll["full"], roll["deleted"], roll["households"]) == (False, ["20-1703"], [])
    make.household(of, "20-1703")
    roll = roll_for(device=device, cursor=cursor, at=make.ELEVEN)
    assert (roll["deleted"], [row["room"] for row in roll["households"]]) == ([], ["20-1703"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["rules", "gate", "room"])
def test_roll_when_something_of_the_whole_compound_changes_is_whole(what: str) -> None:
    of = make.compound()
    doors = people(of)
    _, _, cursor = changed(of, "")
    if what == "rules":
        make.rulebook(of)
    elif what == "gate":
        make.gate(of, "南门")
    else:
        door = doors["20-1702"]
        door.number = "1799"
        door.save(update_fields=["number"])
    assert changed(of, cursor)[0] is True


@pytest.mark.django_db(transaction=True)
def test_roll_when_another_compound_changes_tells_nothing() -> None:
    of, elsewhere = make.compound(), make.compound("dongyuan", "东园")
    people(of)
    _, _, cursor = changed(of, "")
    make.rulebook(elsewhere)
    make.household(elsewhere, "20-1702")
    assert changed(of, cursor)[:2] == (False, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cursor", ["", "0", "x.1", "0123456789abcdef.1", "é" * 20, "9" * 400])
def test_cursor_when_it_is_none_gives_the_whole_roll(cursor: str) -> None:
    of = make.compound()
    people(of)
    assert changed(of, cursor)[0] is True


@pytest.mark.django_db(transaction=True)
def test_cursor_when_from_the_future_or_of_another_compound_gives_the_whole_roll() -> None:
    of, elsewhere = make.compound(), make.compound("dongyuan", "东园")
    people(of)
    now, theirs = cursor_now(of.pk), cursor_now(elsewhere.pk)
    assert now.identity != theirs.identity
    ahead = f"{now.identity}.{now.xid + 1000}"
    assert [changed(of, cursor)[0] for cursor in (str(now), ahead, str(theirs))] == [False, True, True]


@pytest.mark.django_db(transaction=True)
def test_cursor_when_the_table_was_restored_from_a_dump_gives_the_whole_roll() -> None:
    """Restoring makes the table's file anew, as TRUNCATE does; its old numbers mean nothing then."""
    of = make.compound()
    people(of)
    _, _, cursor = changed(of, "")
    with connection.cursor() as sql:
        sql.execute("CREATE TEMP TABLE dump AS TABLE gate_rollchange; TRUNCATE gate_rollchange")
        sql.execute("INSERT INTO gate_rollchange SELECT * FROM dump; DROP TABLE dump")
    assert changed(of, cursor)[0] is True
