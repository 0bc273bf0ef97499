"""What comes when, what was short, received or wrong, the answer; errands, the account, passes and outings."""

import datetime as dt
import uuid
from decimal import Decimal
from types import SimpleNamespace

import pytest

from compound.models import AuditEntry, Role
from errands.models import Errand
from errands.services import steps
from errands.services.mistakes import take_back
from gate.models.passages import Verdict
from orders.models import HouseholdReport, OrderLine, Round
from orders.services.reports import answer_report
from tests import make
from tests.errands.asked import medicine
from tests.make import ELEVEN


@pytest.fixture
def brought(scene):
    """A round of the morning, being delivered: eggs came, of three boxes of milk one, and no salt could be had."""
    before = ELEVEN - dt.timedelta(hours=1)
    round = make.round(scene.of, "8月23日 08:00", opens_at=ELEVEN - dt.timedelta(hours=9), cutoff_at=before)
    order = make.order(
        round, scene.home, ("鸡蛋", "1", "板"), ("牛奶", "3", "箱"), ("盐", "2", "包"), by=scene.chief, at=before
    )
    Round.objects.filter(pk=round.pk).update(state="delivering", closed_at=before)
    eggs, milk, salt = order.lines.order_by("position")
    OrderLine.objects.filter(pk=eggs.pk).update(outcome="delivered", outcome_at=before, delivered=1)
    OrderLine.objects.filter(pk=milk.pk).update(allocated=1)
    OrderLine.objects.filter(pk=salt.pk).update(allocated=0)
    round.refresh_from_db()
    return round


def test_round_on_its_way_when_shown_says_what_came_and_what_was_short(scene, phone, brought):
    page = phone.get(scene.url()).text
    said = [word in page for word in ("正在往各家送。", "只有1箱：东西不够分", "缺货", "收到了，谢谢", "有问题")]
    assert said == [True] * 5


def test_received_when_pressed_twice_is_said_once(scene, phone, brought):
    answers = [phone.post(scene.url(f"received/{brought.pk}/")) for _ in range(2)]
    report = HouseholdReport.objects.get()
    assert ([answer.status_code for answer in answers], report.kind, report.at) == ([302, 302], "received", ELEVEN)
    assert "您今天 11:00说：收到了" in phone.get(scene.url()).text


def test_something_wrong_when_said_stands_on_today_until_it_is_answered(scene, phone, brought, log_in):
    eggs = OrderLine.objects.get(goods="鸡蛋").pk
    data = {"id": str(uuid.uuid4()), "line": eggs, "text": "碎了\0两个"}
    sent = [phone.post(scene.url(f"wrong/{brought.pk}/"), data).status_code for _ in range(2)]
    report = HouseholdReport.objects.get()
    assert (sent, report.line.goods, report.text, report.household) == ([302, 302], "鸡蛋", "碎了两个", scene.home)
    client = log_in()
    assert "20-1702 鸡蛋 1板 碎了两个" in client.get("/c/xingfuli/").text
    answered = client.post(f"/c/xingfuli/reports/{report.pk}/answer/", {"answer": "明天补两个"})
    assert (answered.status_code, "碎了两个" in client.get("/c/xingfuli/").text) == (302, False)
    page = phone.get(scene.url()).text
    assert ("碎了两个" in page, "明天补两个" in page) == (True, True)
    trace = AuditEntry.objects.get(action="report.answered")
    assert (trace.subject, trace.by) == ("20-1702", scene.chief)


def test_something_wrong_when_the_form_goes_back_and_says_another_thing_is_a_second_report(scene, phone, brought):
    id = str(uuid.uuid4())
    for text in ("碎了两个", "牛奶漏了", "牛奶漏了", "碎了两个"):
        assert phone.post(scene.url(f"wrong/{brought.pk}/"), {"id": id, "text": text}).status_code == 302
    assert sorted(HouseholdReport.objects.values_list("text", flat=True)) == ["牛奶漏了", "碎了两个"]


def test_what_was_just_sent_when_the_page_opens_stands_first(scene, phone, brought):
    """Below the notice at the top, not three screens further down."""

    def first(answer):
        page = phone.get(answer.url).text
        parts = {"open": "/withdraw/", "coming": f"/wrong/{brought.pk}/", "errands": 'id="errands"'}
        return min((page.find(mark), part) for part, mark in parts.items() if mark in page)[1]

    answers = [
        phone.post(scene.order_url, {f"q{scene.eggs.pk}": "1"}),
        phone.post(scene.url(f"wrong/{brought.pk}/"), {"text": "碎了两个"}),
        phone.post(scene.url("ask/help/"), {"text": "水龙头漏水"}),
    ]
    assert [first(answer) for answer in answers] == ["open", "coming", "errands"]
    assert "记下了，会有人答复，答复写在这一页上。" in phone.get(answers[1].url).text


def test_something_wrong_when_nothing_is_said_asks_for_it(scene, phone, brought):
    answer = phone.post(scene.url(f"wrong/{brought.pk}/"), {"line": "", "text": " "})
    assert (answer.status_code, "选一样东西，或简单写写有什么问题。" in answer.text) == (422, True)
    assert HouseholdReport.objects.count() == 0


def test_something_wrong_with_a_good_when_it_is_nobodys_or_a_neighbours_is_refused(scene, phone, brought):
    theirs = make.order(brought, scene.next_door, ("米", "1", "袋"), by=scene.chief, at=ELEVEN - dt.timedelta(hours=2))
    for line in (theirs.lines.get().pk, "0", "x\0"):
        answer = phone.post(scene.url(f"wrong/{brought.pk}/"), {"line": line, "text": "坏了"})
        assert (answer.status_code, ">坏了</textarea>" in answer.text) == (422, True)
    assert HouseholdReport.objects.count() == 0


def test_answer_when_a_second_person_gives_another_one_is_refused(scene, phone, brought, log_in):
    phone.post(scene.url(f"wrong/{brought.pk}/"), {"line": OrderLine.objects.get(goods="鸡蛋").pk})
    report = HouseholdReport.objects.get()
    answer_report(report=report, answer="明天补", by=scene.chief, at=ELEVEN)
    page = log_in(Role.SUPPLY).post(f"/c/xingfuli/reports/{report.pk}/answer/", {"answer": "退钱"}, follow=True).text
    report.refresh_from_db()
    assert ("林涛刚刚已经答复：明天补" in page, report.answer) == (True, "明天补")


def test_words_of_households_when_a_captain_looks_are_those_of_the_own_building(scene, phone, brought, log_in):
    phone.post(scene.url(f"wrong/{brought.pk}/"), {"line": OrderLine.objects.get(goods="鸡蛋").pk})
    report = HouseholdReport.objects.get()
    captain = log_in(Role.CAPTAIN, building=make.household(scene.of, "3-2-501").building)
    assert "20-1702" not in captain.get("/c/xingfuli/reports/").text
    assert captain.post(f"/c/xingfuli/reports/{report.pk}/answer/", {"answer": "x"}).status_code == 404
    make.Membership.objects.filter(user__name="郭芳").update(building=scene.home.building)
    assert "20-1702" in captain.get("/c/xingfuli/reports/").text


def test_medicine_when_asked_for_is_an_errand_of_this_household(scene, phone):
    data = {"id": str(uuid.uuid4()), "person": "王奶奶", "name": "阿莫西林胶囊", "quantity": "2", "is_urgent": "on"}
    sent = [phone.post(scene.url("ask/medicine/"), data).url for _ in range(2)]
    errand = Errand.objects.get()
    medicine = errand.medicines.get()
    assert [url.endswith("said=urgent") for url in sent] == [True, True]
    assert (errand.household, errand.channel, errand.asked_by, errand.is_urgent) == (
        scene.home,
        "household",
        None,
        True,
    )
    assert (errand.person, medicine.name, medicine.quantity) == ("王奶奶", "阿莫西林胶囊", 2)
    assert "阿莫西林胶囊" in phone.get(scene.url()).text


@pytest.mark.parametrize(
    ("kind", "data", "kept"),
    [
        ("medicine", {"name": "阿莫西林胶囊", "quantity": "1"}, 'value="阿莫西林胶囊"'),
        ("top-up", {"number": "6222", "wanted": "很多", "service": "gas"}, 'value="6222"'),
        ("help", {"text": ""}, "还缺一点"),
    ],
)
def test_errand_when_something_is_missing_keeps_what_was_typed(scene, phone, kind, data, kept):
    answer = phone.post(scene.url(f"ask/{kind}/"), data)
    assert (answer.status_code, kept in answer.text, Errand.objects.count()) == (422, True, 0)


def test_top_up_when_asked_for_and_not_needed_any_more_is_withdrawn(scene, phone, token_of):
    phone.post(scene.url("ask/top-up/"), {"service": "gas", "number": "62220001", "wanted": "100元"})
    errand = Errand.objects.get()
    assert (errand.top_up.wanted, "62220001" in phone.get(scene.url()).text) == (Decimal(100), False)
    neighbour = f"/h/{token_of(scene.next_door)}/errand/{errand.pk}/withdraw/"
    assert phone.post(neighbour).status_code == 404
    assert phone.post(scene.url(f"errand/{errand.pk}/withdraw/")).status_code == 302
    errand.refresh_from_db()
    assert (errand.state, errand.top_up.number) == ("withdrawn", "")


def test_account_when_nothing_was_posted_says_so(scene, phone):
    assert "不欠钱。" in phone.get(scene.url("money/")).text


def test_outings_when_the_last_exit_was_refused_say_why(scene, phone):
    device = make.device(make.gate(scene.of))
    make.gate_pass(scene.of, scene.home)
    make.outing(make.check(scene.home, at=ELEVEN - dt.timedelta(hours=20), phone=device))
    reason = {"code": "outside_hours", "params": {"opens": "08:00", "closes": "10:00"}, "text": "x"}
    make.check(scene.home, phone=device, verdict=Verdict.REFUSE, reasons=[reason])
    make.check(scene.next_door, phone=device, verdict=Verdict.REFUSE, reasons=[{"code": "isolation", "params": {}}])
    page = phone.get(scene.url("outings/")).text
    assert ("上次没能出门" in page, "08:00" in page, "昨天 15:00" in page, "20-1703" in page) == (
        True,
        True,
        True,
        False,
    )


def test_outings_when_somebody_went_out_since_the_refusal_say_nothing_of_it(scene, phone):
    device = make.device(make.gate(scene.of))
    make.check(scene.home, at=ELEVEN - dt.timedelta(hours=2), phone=device, verdict=Verdict.REFUSE)
    make.check(scene.home, at=ELEVEN - dt.timedelta(hours=1), phone=device)
    assert "上次没能出门" not in phone.get(scene.url("outings/")).text


def test_errand_handed_over_by_mistake_stands_on_the_account_in_plain_words_and_once(scene, phone):
    errand = medicine(SimpleNamespace(door=scene.home, lin=scene.chief), refusal_borne_by="household")
    feng = make.member(scene.of, Role.VOLUNTEER)
    steps.buy(errand=errand, by=feng, at=ELEVEN, amount=Decimal("58.60"))
    steps.hand_over(errand=errand, by=feng, at=ELEVEN)
    charged = phone.get(scene.url("money/")).text
    take_back(errand=errand, what="ended", by=feng, at=ELEVEN)
    page = phone.get(scene.url("money/")).text
    assert (charged.count("58.60"), "记错了" in charged) == (3, False)
    assert [page.count(word) for word in ("58.60", "记错了，已取消", "冲销", "−", "已撤回", "card")] == [
        1,
        1,
        0,
        0,
        0,
        0,
    ]
    steps.hand_over(errand=errand, by=feng, at=ELEVEN)
    assert phone.get(scene.url("money/")).text.count("58.60") == 4
