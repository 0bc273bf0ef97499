"""The pages of the ledger by their real addresses."""

import io
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from compound.models import Role
from errands.models import Errand
from money.models import Entry
from money.services.cash import count_cash, receive_donation
from money.services.payments import take_back, take_payment
from tests import make
from tests.make import NOON
from tests.money.books import Books, K

pytestmark = pytest.mark.django_db


class Cast(Books):
    """林涛 is logged in at noon; `as_(user)` is somebody else."""

    def __init__(self, client, clock) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.client = client
        clock(NOON)
        client.force_login(self.by)

    def as_(self, user) -> "Cast":  # type: ignore[no-untyped-def]
        self.client.force_login(user)
        return self

    def url(self, page: str, **where: object) -> str:
        return reverse(f"money:{page}", kwargs={"code": "xingfuli", **where})

    def get(self, page: str, query: str = "", **where: object):  # type: ignore[no-untyped-def]
        return self.client.get(self.url(page, **where) + query)

    def post(self, page: str, data: dict[str, object], **where: object):  # type: ignore[no-untyped-def]
        return self.client.post(self.url(page, **where), {"id": uuid.uuid4(), "method": "cash", **data}, follow=True)


def said(response) -> list[str]:  # type: ignore[no-untyped-def]
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def cast(client, clock):
    return Cast(client, clock)


def test_overview_says_who_owes_who_is_owed_and_what_is_not_explained(cast):
    cast.advance(cast.shopper, "20")
    cast.bill(cast.door, "12.50")
    cast.bill(cast.far, "7")
    money = cast.get("overview").context["money"]
    assert [(row.building.name, row.owing, str(row.owed)) for row in money.buildings] == [
        ("3", 1, "7.00"),
        ("20", 1, "12.50"),
    ]
    assert (str(money.owed), str(money.is_owed), [str(row.amount) for row in money.unexplained]) == (
        "19.50",
        "20.00",
        ["0.50"],
    )


def test_list_of_a_building_takes_the_payments_of_who_is_ticked(cast):
    cast.bill(cast.door, "12.50")
    cast.bill(cast.next_door, "8")
    page = cast.get("building", building="20")
    assert [(row.key, row.typed, row.ticked) for row in page.context["form"].rows] == [
        ("20-1702", "12.50", False),
        ("20-1703", "8.00", False),
    ]
    form = {"paid": ["20-1702"], "amount-20-1702": "１２.5元", "amount-20-1703": "8.00", "id": uuid.uuid4()}
    assert said(cast.post("building", form, building="20")) == ["已记下1笔付款，共12.50元。"]
    assert said(cast.post("building", form, building="20")) == ["已不再欠款：20-1702。"]
    assert (cast.at(cast.door), cast.at(cast.next_door), cast.at(K.CASH)) == ("0.00", "8.00", "12.50")


def test_list_with_an_amount_that_cannot_be_read_keeps_what_was_typed(cast):
    cast.bill(cast.door, "12.50")
    page = cast.post("building", {"paid": ["20-1702"], "amount-20-1702": "十二"}, building="20")
    [row] = page.context["form"].rows
    assert (row.ticked, row.typed, row.error != "", Entry.objects.count()) == (True, "十二", True, 1)


def test_payment_on_the_account_asks_before_the_same_sum_is_taken_again(cast):
    cast.bill(cast.door, "30")
    assert said(cast.post("household", {"amount": "12.50"}, room="20-1702")) == ["20-1702已付12.50元。"]
    page = cast.post("household", {"amount": "12.50"}, room="20-1702")
    assert (page.context["payment"].non_field_errors(), cast.at(cast.door)) == (
        ["20-1702今天已付过12.50元：林涛 12:00记的。如果是又付了一次，请勾选“是又付了一次”。"],
        "17.50",
    )
    assert 'name="again"' in page.content.decode()
    cast.post("household", {"amount": "12.50", "again": "on"}, room="20-1702")
    assert cast.at(cast.door) == "5.00"


def test_form_of_a_payment_when_sent_twice_says_so(cast):
    cast.bill(cast.door, "20")
    form = {"amount": "12.50", "id": uuid.uuid4()}
    cast.post("household", form, room="20-1702")
    assert said(cast.post("household", form, room="20-1702")) == ["这笔付款已记过，只算一次。"]


def test_captain_takes_payments_at_the_own_building_and_holds_them(cast):
    cast.bill(cast.far, "7")
    cast.bill(cast.door, "5")
    cast.as_(cast.captain)
    assert [row.building.name for row in cast.get("overview").context["buildings"]] == ["3"]
    cast.post("household", {"amount": "7", "person": ""}, room="3-2-501")
    assert (cast.at(cast.captain), cast.at(K.CASH)) == ("7.00", "0.00")
    codes = [
        cast.get("household", room="20-1702").status_code,
        cast.get("building", building="20").status_code,
        *(cast.get(page).status_code for page in ("volunteers", "cash", "donations", "journal", "journal_xlsx")),
        cast.post("write_off", {"amount": "1", "reason": "x"}, room="3-2-501").status_code,
        cast.post("refund", {"amount": "1", "reason": "x"}, room="3-2-501").status_code,
    ]
    assert codes == [404] * 9
    assert (cast.get("mine").context["money"].held, cast.at(cast.far)) == (7, "0.00")


def test_captain_takes_back_the_own_payment_and_nobody_elses(cast):
    cast.as_(cast.captain).post("household", {"amount": "7", "above": "7.00"}, room="3-2-501")
    mine = Entry.objects.get()
    cast.as_(cast.by).post("household", {"amount": "8", "above": "8.00"}, room="3-2-501")
    theirs = Entry.objects.exclude(pk=mine.pk).get()
    cast.as_(cast.captain)
    assert cast.post("take_back", {"reason": "错"}, entry=theirs.pk).status_code == 404
    assert said(cast.post("take_back", {"reason": ""}, entry=mine.pk)) == ["请写冲销的原因：原因留在账本里。"]
    assert said(cast.post("take_back", {"reason": "错"}, entry=mine.pk)) == ["已冲销：两笔都留在账本里。"]
    assert said(cast.as_(cast.by).post("take_back", {"reason": "错"}, entry=mine.pk)) == [
        "这笔已经冲销过了：没有改动。"
    ]
    assert (cast.at(cast.far), cast.at(cast.captain)) == ("-8.00", "0.00")


def test_account_of_who_runs_the_money_writes_off_refunds_and_spends_donations(cast):
    cast.post("donations", {"amount": "100", "note": "退休教师"})
    cast.bill(cast.door, "30")
    cast.post("from_donations", {"amount": "20"}, room="20-1702")
    cast.post("write_off", {"amount": "6", "reason": "搬走了"}, room="20-1702")
    cast.post("household", {"amount": "10", "above": "10.00"}, room="20-1702")
    page = cast.post("refund", {"amount": "7", "reason": "多付"}, room="20-1702")
    assert page.context["refund"].non_field_errors() == ["这户只多付了6.00元。"]
    cast.post("refund", {"amount": "6", "reason": "多付"}, room="20-1702")
    assert [cast.at(of) for of in (cast.door, K.DONATIONS, K.WRITE_OFF, K.CASH)] == [
        "0.00",
        "-80.00",
        "6.00",
        "104.00",
    ]


def test_volunteers_who_are_ticked_are_paid_back_once(cast):
    cast.post("donations", {"amount": "100"})
    cast.advance(cast.shopper, "35.60")
    cast.advance(cast.captain, "12")
    rows = cast.get("volunteers").context["settle"].rows
    assert [(row.line.account.user.name, row.typed, row.ticked) for row in rows] == [
        ("罗强", "35.60", True),
        ("郭芳", "12.00", True),
    ]
    form = {"user": [cast.shopper.pk], f"owed-{cast.shopper.pk}": "35.60", f"owed-{cast.captain.pk}": "12.00"}
    assert said(cast.post("volunteers", form)) == ["已给1人报销，共35.60元。"]
    assert said(cast.post("volunteers", form)) == ["没有付，因为金额已与页面上的不同（可能别人已付）：罗强。"]
    assert (cast.at(cast.shopper), cast.at(cast.captain), cast.at(K.CASH)) == ("0.00", "-12.00", "64.40")


def test_volunteers_when_the_box_is_short_are_ticked_as_far_as_it_goes(cast):
    cast.post("donations", {"amount": "40"})
    cast.advance(cast.shopper, "35.60")
    cast.advance(cast.captain, "12")
    page = cast.get("volunteers")
    rows = [(row.line.account.user.name, row.ticked) for row in page.context["settle"].rows]
    assert (rows, str(page.context["box"]), page.context["is_short"]) == (
        [("罗强", True), ("郭芳", False)],
        "40.00",
        True,
    )
    part = {"part-id": uuid.uuid4(), "part-method": "cash", "part-user": cast.captain.pk, "part-amount": "4.40"}
    assert said(cast.post("pay_part", part)) == ["已给郭芳报销4.40元。"]
    assert said(cast.post("pay_part", part)) == ["这笔付款已记过，只算一次。"]
    too_much = part | {"part-id": uuid.uuid4(), "part-amount": "8"}
    assert cast.post("pay_part", too_much).context["part"].non_field_errors() == ["只应付给这位志愿者7.60元。"]
    assert (cast.at(cast.captain), cast.at(K.CASH)) == ("-7.60", "35.60")


def test_payment_of_another_day_stands_on_that_day_and_none_to_come_is_taken(cast):
    cast.bill(cast.door, "30")
    cast.post("household", {"amount": "10", "on": "2022-08-22"}, room="20-1702")
    [payment] = Entry.objects.filter(kind="payment")
    assert (cast.compound.day_of(payment.at).isoformat(), payment.entered_at) == ("2022-08-22", NOON)
    page = cast.post("household", {"amount": "10", "on": "2022-08-22"}, room="20-1702")
    assert page.context["payment"].non_field_errors() == [
        "20-1702昨天已付过10.00元：林涛今天 12:00记的。如果是又付了一次，请勾选“是又付了一次”。"
    ]
    page = cast.post("household", {"amount": "10", "on": "2022-08-24"}, room="20-1702")
    assert page.context["payment"].errors["on"] == ["只能是最近一年内的日子，最晚今天。"]
    form = {"paid": ["20-1702"], "amount-20-1702": "20", "on": "2022-08-21"}
    assert said(cast.post("building", form, building="20")) == ["已记下1笔付款，共20.00元。"]
    assert (cast.at(cast.door), Entry.objects.filter(kind="payment", entered_at=NOON).count()) == ("0.00", 2)


def test_captain_takes_back_no_payment_that_was_handed_in(cast):
    cast.as_(cast.captain).post("household", {"amount": "7", "above": "7.00"}, room="3-2-501")
    payment = Entry.objects.get()
    cast.as_(cast.by).post("hand_in", {"in-user": cast.captain.pk, "in-amount": "7"})
    assert said(cast.as_(cast.captain).post("take_back", {"reason": "错"}, entry=payment.pk)) == [
        "这笔钱已不在您手里：请管账的人来冲销。"
    ]
    assert (cast.at(cast.captain), cast.at(cast.far)) == ("0.00", "-7.00")
    assert said(cast.as_(cast.by).post("take_back", {"reason": "错"}, entry=payment.pk)) == [
        "已冲销：两笔都留在账本里。"
    ]


def test_taking_back_leads_to_the_page_it_was_pressed_on(cast):
    why = {"why": "other", "reason": "试"}
    rest = cast.enter("rest", {K.REST: "5", K.GOODS: "-5"}, round=cast.round, **why)
    gifts = [receive_donation(compound=cast.compound, amount=Decimal(n), by=cast.by, at=NOON)[0] for n in (10, 11, 12)]

    def led_to(entry, page: str) -> str:  # type: ignore[no-untyped-def]
        return cast.post("take_back", {"reason": "错", "from": page}, entry=entry.pk).redirect_chain[-1][0]

    assert [led_to(rest, "round"), *map(led_to, gifts, ("donations", "cash", "//elsewhere"))] == [
        cast.url("round", round=cast.round.pk),
        cast.url("donations"),
        cast.url("cash"),
        cast.url("journal"),
    ]
    again = cast.url("take_back", entry=Entry.objects.get(reverses=gifts[0]).pk)
    assert again in cast.get("donations").content.decode()


def test_overview_names_the_errand_that_is_not_explained(cast):
    errand = Errand.objects.create(
        compound=cast.compound,
        household=cast.door,
        kind="help",
        text="网线",
        asked_at=NOON,
        channel="desk",
        asked_by=cast.by,
    )
    cast.enter("advance", {K.GOODS: "30", cast.shopper: "-30"}, errand=errand)
    page = cast.get("overview")
    assert [(row.errand, str(row.amount)) for row in page.context["money"].unexplained] == [(errand, "30.00")]
    link = reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk})
    assert f'href="{link}"' in page.content.decode()


def test_float_and_what_is_handed_in_go_through_the_box(cast):
    cast.post("donations", {"amount": "100"})
    form = {"float-user": cast.shopper.pk, "float-amount": "60"}
    cast.post("float", form)
    page = cast.post("hand_in", {"in-user": cast.shopper.pk, "in-amount": "61"})
    assert page.context["hand_in"].non_field_errors() == ["账上这位志愿者手里只有60.00元：请先把收到的付款记下。"]
    cast.post("hand_in", {"in-user": cast.shopper.pk, "in-amount": "60"})
    assert (cast.at(cast.shopper), cast.at(K.CASH)) == ("0.00", "100.00")


def test_count_asks_for_the_reason_of_a_difference_and_keeps_it(cast):
    cast.post("donations", {"amount": "100"})
    page = cast.post("cash", {"counted": "99.50"})
    assert page.context["form"].errors["reason"] == ["账上应有100.00元，点出99.50元。请再点一次，或写明可能的原因。"]
    assert said(cast.post("cash", {"counted": "99.50", "reason": "找零"})) == ["盘点已记下：比账上少0.50元。"]
    assert said(cast.post("cash", {"counted": "99.5"})) == ["盘点相符。"]
    assert said(cast.post("cash", {"counted": "100", "reason": "找到了"})) == ["盘点已记下：比账上多0.50元。"]
    page = " ".join(cast.get("cash").content.decode().split())
    assert [word in page for word in ("−0.50 元", "+0.50 元")] == [True, True]


def test_journal_shows_what_was_asked_for_and_gives_it_as_a_table(cast):
    cast.bill(cast.door, "12.50")
    cast.post("household", {"amount": "12.50"}, room="20-1702")
    cast.post("donations", {"amount": "100", "note": "=1+1"})

    def kinds(query: str) -> list[str]:
        return [entry.kind for entry in cast.get("journal", query).context["page"].object_list]

    assert sorted(kinds("")) == ["bill", "donation", "payment"]
    assert kinds("?room=20栋1702&kind=payment") == ["payment"]
    assert kinds("?words==1") == ["donation"]
    assert kinds("?last=2022-08-22") == []
    assert sorted(kinds("?first=2022-08-24&last=2022-08-23")) == ["bill", "donation", "payment"]
    assert sorted(kinds(f"?person={cast.shopper.pk}")) == []
    file = cast.get("journal_xlsx", "?kind=donation")
    rows = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))
    assert [row[2:7] for row in rows] == [
        ("项目", "账户", "借方（元）", "贷方（元）", "原因"),
        ("捐款", "现金箱", 100, None, "=1+1"),
        ("捐款", "捐款", None, 100, "=1+1"),
    ]


def test_own_page_is_for_every_member_and_shows_the_own_account(cast):
    volunteer = make.member(cast.compound, Role.VOLUNTEER)
    cast.advance(volunteer, "35.60")
    cast.advance(cast.shopper, "9")
    money = cast.as_(volunteer).get("mine").context["money"]
    assert ([str(row.less) for row in money.movements], str(money.owed)) == (["35.60"], "35.60")


PAGES = (
    ("overview", {}),
    ("building", {"building": "20"}),
    ("household", {"room": "20-1702"}),
    ("volunteers", {}),
    ("mine", {}),
    ("cash", {}),
    ("donations", {}),
    ("journal", {}),
)


def test_pages_of_three_rows_ask_no_more_than_of_one(cast):
    def more(door, user) -> None:  # type: ignore[no-untyped-def]
        cast.bill(door, "12.50")
        cast.advance(cast.by, "3")
        cast.advance(user, "5")
        receive_donation(compound=cast.compound, amount=Decimal(10), by=cast.by, at=NOON)
        pay = {"household": door, "amount": Decimal(2), "taken_by": None, "again": True, "by": cast.by, "at": NOON}
        take_payment(**pay)
        mistake, _replayed = take_payment(**pay)
        take_back(entry=mistake, reason="错", by=cast.by, at=NOON)
        count_cash(compound=cast.compound, counted=Decimal(5), reason="差", by=cast.by, at=NOON)

    def queries() -> dict[str, int]:
        found = {}
        for page, where in PAGES:
            with CaptureQueriesContext(connection) as asked:
                assert cast.get(page, **where).status_code == 200
            found[page] = len(asked)
        return found

    more(cast.door, cast.shopper)
    one = queries()
    more(cast.next_door, cast.captain)
    more(make.household(cast.compound, "20-1704"), make.member(cast.compound, Role.VOLUNTEER))
    assert queries() == one


def test_payment_above_what_is_owed_is_asked_about_once_before_it_is_written(cast):
    cast.bill(cast.door, "163.90")
    slip = {"amount": "16390", "id": uuid.uuid4()}
    page = cast.post("household", slip, room="20-1702")
    assert (page.context["payment"].non_field_errors(), cast.at(cast.door)) == (
        ["20-1702欠163.90元，要记的是16,390.00元。金额没错的话，请确认。"],
        "163.90",
    )
    assert ('value="16390"' in page.content.decode(), 'name="above" value="16390.00"' in page.content.decode()) == (
        True,
        True,
    )
    # What was said of one sum is not said of another one.
    cast.post("household", slip | {"amount": "1639", "above": "16390.00"}, room="20-1702")
    assert cast.at(cast.door) == "163.90"
    assert said(cast.post("household", slip | {"above": "16390.00"}, room="20-1702")) == ["20-1702已付16,390.00元。"]
    assert said(cast.post("household", slip, room="20-1702")) == ["这笔付款已记过，只算一次。"]


def test_payment_of_what_is_owed_or_less_is_asked_about_by_nobody(cast):
    cast.bill(cast.door, "163.90")
    cast.post("household", {"amount": "100"}, room="20-1702")
    cast.post("household", {"amount": "63.90"}, room="20-1702")
    assert cast.at(cast.door) == "0.00"


def test_list_with_a_sum_above_what_is_owed_marks_the_row_and_writes_nothing_before_it_is_said(cast):
    cast.bill(cast.door, "5.50")
    cast.bill(cast.next_door, "8")
    form = {
        "paid": ["20-1702", "20-1703"], "amount-20-1702": "10", "amount-20-1703": "8.00", "id": uuid.uuid4(),
    }  # fmt: skip
    page = cast.post("building", form, building="20")
    asked = page.context["form"]
    assert [(row.key, row.typed, row.ticked, row.error) for row in asked.rows] == [
        ("20-1702", "10", True, "比所欠的多。"),
        ("20-1703", "8.00", True, ""),
    ]
    assert asked.non_field_errors() == ["要记的比所欠的多：20-1702。金额没错的话，请在下面确认。"]
    assert (asked.asks_above, Entry.objects.filter(kind="payment").count()) == ("20-1702=10.00", 0)
    assert 'name="above" value="20-1702=10.00"' in page.content.decode()
    # Of a second row nothing was said yet; what was said of the first is not forgotten.
    page = cast.post("building", form | {"amount-20-1703": "80", "above": "20-1702=10.00"}, building="20")
    assert page.context["form"].asks_above == "20-1702=10.00 20-1703=80.00"
    page = cast.post("building", form | {"above": "20-1702=10.00"}, building="20")
    assert (said(page), cast.at(cast.door)) == (["已记下2笔付款，共18.00元。"], "-4.50")
