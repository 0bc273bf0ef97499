"""What is forgotten, and what stays."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from compound.models import (
    AuditEntry,
    Compound,
    HouseholdKey,
    Job,
    LoginToken,
    Message,
    Sheet,
    ShortCode,
    StoredFile,
    User,
)
from compound.services.accounts import issue_login
from compound.services.audit import record
from compound.services.retention import erase_compound, forget_due
from errands import models as errands
from gate import models as gate
from money import models as money
from orders import models as orders
from orders.models import ChainEntry, ChainImport, Nickname, Order, OrderLine
from orders.services import chains, sheets
from orders.services.sheet_requests import request_sheets
from roster import models as roster
from tests import make
from tests.errands.one_of_each import one_of_each as one_of_each_of_the_errands
from tests.gate.one_of_each import one_of_each
from tests.make import ELEVEN
from tests.money.one_of_each import one_of_each as one_of_each_of_the_ledger
from tests.orders.one_of_each import one_of_each as one_of_each_to_the_door

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def file(compound, keep_until=None):
    return StoredFile.objects.create(
        compound=compound,
        kind="upload",
        name="名单.xlsx",
        content_type="application/octet-stream",
        content=b"x",
        size=1,
        sha256="0" * 64,
        created_at=ELEVEN,
        keep_until=keep_until,
    )


def paste_and_print(compound, by):
    """A second round with a confirmed paste and one to review that follows it, a learned nickname, sheets, a job."""
    round, source = make.round(compound, "8月23日 18:00"), compound.chain_sources.get(name="业主一群")
    text = "#接龙\n1. 3-2-501 鸡蛋2板\n2. 真真-F区 鸡蛋1板\n"
    first = chains.paste_chain(round=round, source=source, text=text, by=by, at=ELEVEN)
    unknown = first.entries.get(position=1)
    chains.decide_entry(entry=unknown, decision="take", household=compound.households.get(), by=by, at=ELEVEN)
    chains.confirm_chain(chain_import=first, by=by, at=ELEVEN)
    chains.paste_chain(round=round, source=source, text=text + "3. 3-2-501 牛奶1箱\n", by=by, at=ELEVEN)
    sheets.make_sheets(round=round, at=ELEVEN, by=by, progress=lambda done, total: None)
    request_sheets(round=round, by=by, at=ELEVEN)


# What hangs far from its compound or may not be deleted otherwise, and the way back to it.
WAY_BACK = {
    ChainImport: "round__compound",
    ChainEntry: "chain_import__round__compound",
    Nickname: "compound",
    OrderLine: "order__round__compound",
    Sheet: "compound",
    ShortCode: "sheet__compound",
    StoredFile: "compound",
    Job: "compound",
    AuditEntry: "compound",
    gate.Check: "compound",
    gate.Conflict: "compound",
    gate.Device: "compound",
    gate.Incident: "compound",
    gate.Isolation: "household__compound",
    gate.Outing: "compound",
    gate.Parcel: "compound",
    gate.Pass: "compound",
    gate.Ratification: "check_ratified__compound",
    gate.RollChange: "compound",
    gate.TemperatureReading: "compound",
    gate.TemperatureRecord: "compound",
    Message: "compound",
    HouseholdKey: "household__compound",
    errands.CardLoan: "errand__compound",
    errands.Errand: "compound",
    errands.ErrandStep: "errand__compound",
    errands.Medicine: "errand__compound",
    errands.TopUp: "errand__compound",
    money.Account: "compound",
    money.BillLine: "entry__compound",
    money.CashCount: "compound",
    money.Entry: "compound",
    money.Posting: "compound",
    orders.HouseholdReport: "household__compound",
    orders.Notice: "compound",
    orders.NoticeSent: "notice__compound",
    orders.Purchase: "good__round__compound",
    orders.Receipt: "round__compound",
    roster.Assignment: "compound",
    roster.Availability: "volunteer__compound",
    roster.DutyGroup: "compound",
    roster.GroupMember: "compound",
    roster.Plan: "compound",
    roster.Post: "compound",
    roster.PostNeed: "compound",
    roster.RosterRules: "compound",
    roster.Shift: "compound",
    roster.ShiftPattern: "post__compound",
    roster.SignUp: "compound",
    roster.Skill: "compound",
    roster.StandIn: "assignment__compound",
    roster.Volunteer: "compound",
    roster.VolunteerSkill: "compound",
}


def on_duty(compound):
    """Somebody of a group at a post with a need, by a pattern and a plan, who looks for a stand-in; a sign-up."""
    person = make.volunteer(compound, skills=["医护"])
    post = make.post(compound, needs={"医护": 1}, group=make.duty_group(compound, leader=person))
    pattern = make.pattern(post)
    day = ELEVEN + (DAY if compound.code == "xingfuli" else 2 * DAY)
    plan = roster.Plan.objects.create(compound=compound, from_on=day.date(), until_on=day.date(), asked_at=ELEVEN)
    duty = make.assignment(make.shift(post, day, pattern=pattern, slot_at=day), person, plan=plan)
    roster.StandIn.objects.create(assignment=duty, asked_at=ELEVEN, asked_by=person.user)
    sign_up = roster.SignUp.objects.create(compound=compound, name="李昕", phone="13000000072", asked_at=ELEVEN)
    sign_up.skills.add(person.skills.get())
    roster.RosterRules.objects.create(compound=compound)
    when = {"made_at": ELEVEN, "due_at": ELEVEN, "not_before": ELEVEN}
    Message.objects.create(compound=compound, kind="x", key="x", channel="chat", to=person.user, text="x", **when)


def test_erase_compound_with_everything_in_it_leaves_only_the_other_one_and_the_users():
    mine, other = make.compound(), make.compound("yangguang", "阳光")
    by = make.member(mine)
    for compound in (mine, other):
        door = make.household(compound, "3-2-501", tags=["infant"])
        make.resident(door)
        one_of_each(door, by=by)
        way = one_of_each_to_the_door(door, by=by)
        one_of_each_of_the_errands(door, by=by)
        one_of_each_of_the_ledger(door, way.round, by=by)
        HouseholdKey.objects.create(household=door, token_hash=f"{door.pk:064x}", issued_at=ELEVEN)
        round = make.round(compound)
        make.offer(round)
        make.chain_source(compound)
        make.order(round, door, ("鸡蛋", "2", "板"), by=by)
        record(compound=compound, by=by, at=ELEVEN, action="test")
        file(compound)
        paste_and_print(compound, by)
        on_duty(compound)
    printed = Sheet.objects.filter(compound=other).count()

    erase_compound(compound=mine)

    for model, path in WAY_BACK.items():
        left = set(model.objects.values_list(path, flat=True))
        assert left == {other.pk}, model
    assert Sheet.objects.count() == ShortCode.objects.count() == printed
    assert [compound.code for compound in Compound.objects.all()] == ["yangguang"]
    assert other.households.get().tags.count() == 1
    assert [order.lines.count() for order in Order.objects.filter(round__compound=other)] == [1, 1, 1, 1]
    assert User.objects.filter(pk=by.pk).exists()


def test_erase_compound_afterwards_the_log_cannot_be_deleted_again():
    compound = make.compound()
    erase_compound(compound=make.compound("weg", "weg"))
    record(compound=compound, by=None, at=ELEVEN, action="test")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_forget_due_forgets_files_past_their_day_and_no_others():
    compound = make.compound()
    due = file(compound, keep_until=ELEVEN.date() - DAY)
    kept = [file(compound, keep_until=ELEVEN.date()), file(compound)]

    forget_due(ELEVEN)

    assert {row.pk for row in StoredFile.objects.all()} == {row.pk for row in kept}
    assert due.pk not in {row.pk for row in kept}


def test_forget_due_forgets_logins_a_week_after_their_end():
    compound = make.compound()
    by = make.member(compound)
    issue_login(compound=compound, user=by, by=None, at=ELEVEN - 8 * DAY)
    issue_login(compound=compound, user=by, by=None, at=ELEVEN - 6 * DAY)

    forget_due(ELEVEN)

    assert [login.issued_at for login in LoginToken.objects.all()] == [ELEVEN - 6 * DAY]


def test_forget_due_twice_a_day_looks_once(django_assert_num_queries):
    forget_due(ELEVEN)
    with django_assert_num_queries(1):
        forget_due(ELEVEN + dt.timedelta(hours=23))
    compound = make.compound()
    file(compound, keep_until=ELEVEN.date())
    forget_due(ELEVEN + 2 * DAY)
    assert not StoredFile.objects.exists()
