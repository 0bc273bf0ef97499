"""What the tables of the registry, the rules and the kit hold by themselves, whoever writes to them."""

import datetime as dt
from types import SimpleNamespace

import pytest

from compound.models import (
    Gate,
    HouseholdKey,
    Job,
    LoginToken,
    Membership,
    Message,
    Role,
    Rulebook,
    Sheet,
    ShortCode,
    StoredFile,
)
from compound.services.short_codes import revoke_short_code
from tests import make
from tests.make import ELEVEN, NOON, Decimal
from tests.named_constraints import again, changed, keys_targets, named_constraints, refused_by, rows_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def good() -> SimpleNamespace:
    """One good row of each table in one compound, and a building with a unit in another."""
    mine, other = make.compound(), make.compound("yangguang", "阳光")
    by = make.member(mine)
    door, bare = make.household(mine, "3-2-501"), make.household(mine, "20-1702")
    file = StoredFile.objects.create(
        compound=mine,
        kind="sheet",
        name="送货单.pdf",
        content_type="application/pdf",
        content=b"x",
        size=1,
        sha256="0" * 64,
        created_at=ELEVEN,
    )
    sheet = Sheet.objects.create(
        compound=mine,
        kind="delivery_run",
        group=file.pk,
        part="3",
        version=1,
        title="送货单：3栋",
        language="zh-hans",
        rows=[],
        rows_sha256="0" * 64,
        pages=1,
        file=file,
        made_at=ELEVEN,
    )
    return SimpleNamespace(
        by=by,
        door=door,
        bare=bare,
        elsewhere=make.household(other, "3-2-501"),
        contact=make.resident(door),
        gate=Gate.objects.create(compound=mine, name="东门"),
        coordinator=Membership.objects.get(user=by),
        captain=Membership.objects.create(user=by, compound=mine, role=Role.CAPTAIN, building=door.building),
        login=LoginToken.objects.create(
            user=by, token_hash="0" * 64, issued_at=ELEVEN, issued_by=by, expires_at=ELEVEN + MINUTE
        ),
        key=HouseholdKey.objects.create(household=door, token_hash="0" * 64, issued_at=ELEVEN, issued_by=by),
        job=Job.objects.create(compound=mine, kind="sheets", key="1", created_at=ELEVEN, not_before=ELEVEN, total=4),
        file=file,
        free_file=StoredFile.objects.create(
            compound=mine, kind="x", name="x", content=b"", size=0, sha256="", created_at=ELEVEN
        ),
        sheet=sheet,
        short_code=ShortCode.objects.create(code="0123456789", sheet=sheet, expires_at=NOON),
        message=Message.objects.create(
            compound=mine,
            kind="roster.gaps",
            key="1",
            channel="chat",
            text="还缺：东门 20:00–24:00 1人",
            made_at=ELEVEN,
            due_at=ELEVEN,
            not_before=ELEVEN,
        ),
        rules=Rulebook.objects.create(compound=mine, notice="第1号通告", starts_at=ELEVEN, created_at=ELEVEN),
        of_building=Rulebook.objects.create(
            compound=mine, building=door.building, notice="第2号通告", starts_at=ELEVEN, created_at=ELEVEN
        ),
    )


TABLE = rows_of(
    # who lives where
    ("building_once_per_compound", lambda good: changed(good.bare.building, name="3")),
    ("building_name_is_one_word", lambda good: changed(good.bare.building, name="3 号")),
    ("building_name_is_one_word", lambda good: changed(good.bare.building, name="3-1")),
    ("unit_once_per_building", lambda good: again(good.door.unit)),
    ("unit_name_is_one_word", lambda good: changed(good.door.unit, name="")),
    ("household_room_once", lambda good: changed(good.bare, room="3-2-501")),
    ("household_room_is_canonical", lambda good: changed(good.door, room="3-2-5-01")),
    ("household_room_is_canonical", lambda good: changed(good.bare, room="1702")),
    ("household_empty_has_nobody", lambda good: changed(good.door, occupancy="empty")),
    ("household_card_at_and_by", lambda good: changed(good.door, card_at=ELEVEN)),
    ("household_card_at_and_by", lambda good: changed(good.door, card_by=good.by)),
    ("household_card_has_reason", lambda good: changed(good.door, card="yellow")),
    ("household_building_in_compound", lambda good: changed(good.bare, building=good.elsewhere.building)),
    ("household_unit_in_building", lambda good: changed(good.bare, unit=good.door.unit)),
    ("resident_one_contact", lambda good: again(good.contact)),
    ("gate_once_per_compound", lambda good: again(good.gate)),
    ("gate_has_name", lambda good: changed(good.gate, name="")),
    # who may log in, and as what
    ("user_phone_is_digits", lambda good: changed(good.by, phone="130-0000-0002")),
    ("membership_once", lambda good: again(good.captain)),
    # Without a building NULL equals NULL: this needs PostgreSQL 15.
    ("membership_once", lambda good: again(good.coordinator)),
    ("membership_captain_has_building", lambda good: changed(good.captain, building=None)),
    ("membership_captain_has_building", lambda good: changed(good.captain, role="volunteer")),
    ("membership_building_in_compound", lambda good: changed(good.captain, building=good.elsewhere.building)),
    ("login_token_ends_after_start", lambda good: changed(good.login, expires_at=ELEVEN)),
    ("login_token_one_end", lambda good: changed(good.login, used_at=ELEVEN, revoked_at=ELEVEN)),
    ("household_key_one_valid", lambda good: again(good.key, token_hash="1" * 64)),
    ("household_key_is_hashed", lambda good: changed(good.key, token_hash="7K2M9QX4TB")),
    ("household_key_revoked_at_and_by", lambda good: changed(good.key, revoked_why="丢了")),
    # the rules in force
    ("rulebook_one_at_a_time", lambda good: again(good.rules)),
    ("rulebook_one_at_a_time", lambda good: again(good.of_building)),
    ("rulebook_ends_after_start", lambda good: changed(good.rules, ends_at=ELEVEN)),
    ("rulebook_not_back_dated", lambda good: changed(good.rules, starts_at=ELEVEN - MINUTE)),
    ("rulebook_days_from_one", lambda good: changed(good.rules, per_days=0)),
    ("rulebook_hours_both_or_neither", lambda good: changed(good.rules, opens=dt.time(9))),
    ("rulebook_hours_both_or_neither", lambda good: changed(good.rules, opens=dt.time(9), closes=dt.time(9))),
    ("rulebook_only_compound_ends_buildings", lambda good: changed(good.of_building, ends_building_rows=True)),
    ("rulebook_lines_in_order", lambda good: changed(good.rules, low_line=Decimal("37.3"))),
    ("rulebook_building_in_compound", lambda good: changed(good.of_building, building=good.elsewhere.building)),
    # jobs, files, sheets
    ("job_waits_once", lambda good: again(good.job)),
    ("job_finished_at", lambda good: changed(good.job, state="done")),
    ("job_finished_at", lambda good: changed(good.job, finished_at=ELEVEN)),
    ("job_progress", lambda good: changed(good.job, done=5)),
    ("file_at_most_5_mb", lambda good: changed(good.file, size=5 * 1024 * 1024 + 1)),
    ("sheet_version_once", lambda good: again(good.sheet, file_id=good.free_file.pk)),
    ("sheet_version_from_one", lambda good: again(good.sheet, file_id=good.free_file.pk, version=0)),
    ("short_code_is_crockford", lambda good: changed(good.short_code, code="012345678I")),
    ("short_code_revoked_at_and_by", lambda good: changed(good.short_code, revoked_at=NOON)),
    # what people are told
    ("message_once", lambda good: again(good.message)),
    ("message_one_end", lambda good: changed(good.message, sent_at=NOON, dropped_at=NOON)),
    ("message_email_has_address", lambda good: changed(good.message, channel="email")),
)


@pytest.mark.parametrize(("constraint", "deed"), TABLE)
def test_bad_row_is_refused_by_the_database(good: SimpleNamespace, constraint: str, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) == constraint


@pytest.mark.parametrize(
    "deed",
    [
        lambda good: changed(good.bare.building, name="21"),
        lambda good: changed(good.door, occupancy="empty", head_count=0),
        lambda good: changed(good.door, card="yellow", card_reason="无人在家", card_at=ELEVEN, card_by=good.by),
        lambda good: changed(good.bare, building=good.door.building, unit=good.door.unit),
        lambda good: again(good.contact, is_contact=False),
        lambda good: again(good.captain, building_id=good.bare.building_id),
        lambda good: changed(good.login, used_at=ELEVEN),
        lambda good: again(good.key, token_hash="1" * 64, household_id=good.bare.pk),
        lambda good: again(
            good.key, token_hash="1" * 64, revoked_at=NOON, revoked_by_id=good.by.pk, revoked_why="丢了"
        ),
        lambda good: again(good.rules, starts_at=NOON, created_at=NOON),
        lambda good: changed(good.rules, ends_at=NOON, opens=dt.time(9), closes=dt.time(17), ends_building_rows=True),
        lambda good: again(good.job, state="running"),
        lambda good: changed(good.job, state="done", done=4, finished_at=ELEVEN),
        lambda good: again(good.sheet, file_id=good.free_file.pk, version=2),
        lambda good: revoke_short_code(short_code=good.short_code, by=good.by, at=NOON),
        lambda good: again(good.message, channel="email", address="feng@example.org"),
        lambda good: changed(good.message, sent_at=NOON),
    ],
)
def test_good_row_beside_it_goes_through(good: SimpleNamespace, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) is None


def test_every_named_constraint_stands_in_the_table() -> None:
    """The targets of composite keys cannot be broken: the first of their columns is the primary key."""
    targets = {"building_with_compound", "gate_with_compound", "household_with_compound", "unit_with_building"}
    assert targets <= keys_targets()
    assert named_constraints("compound") == {row.values[0] for row in TABLE} | targets
