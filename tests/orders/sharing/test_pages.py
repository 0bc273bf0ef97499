"""The pages by their real addresses: what they show, what a button does, who gets 404."""

import json

import pytest
from django.urls import reverse

from compound.models import Role
from orders.allocation import Problem, allocate
from orders.models import Purchase, Sharing, SharingRule
from orders.services import sharing as services
from orders.services.sharing_rules import default_rule
from tests import make
from tests.orders.sharing.scene import AFTER, cabbages, purchase, wish

pytestmark = pytest.mark.django_db

FOUR = (("3-101", "1"), ("3-102", "2"), ("3-201", "1"), ("3-202", "1"))


@pytest.fixture
def scene(client, clock):
    clock(AFTER)
    made = cabbages("2", *FOUR, tags={"3-201": "hardship"})
    client.force_login(made.coordinator)
    return made


def address(name, scene, **more):
    where = {"code": "xingfuli"} | more
    if name.startswith("sharing") and not more and "rules" not in name:
        where["round"] = scene.round.pk
    return reverse(f"orders:{name}", kwargs=where)


def test_sharing_page_with_a_short_good_says_by_how_much(client, scene):
    page = client.get(address("sharing", scene)).context["page"]
    assert [(row.good.goods, row.short, row.households, row.has_draft) for row in page.to_do] == [
        ("大白菜", 3, 4, False)
    ]


def test_sharing_page_from_button_to_result(client, scene):
    response = client.post(address("sharing_make", scene), {"good": scene.good.pk})
    draft = Sharing.objects.get()
    assert response.url == address("sharing_run", scene, sharing=draft.pk)
    page = client.get(response.url)
    assert (page.context["run"].got, page.context["run"].empty) == (2, 2)
    response = client.post(address("sharing_apply_all", scene), {"sharing": draft.pk})
    assert response.url == address("sharing", scene)
    assert sorted(scene.got().values()) == ["0", "0", "1", "1"]
    text = client.get(response.url).context["text"]
    assert [room for room, _ in FOUR if room in text] == []
    assert draft.seed in text


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ("0", "【8月23日 12:00】没买到：\n· 大白菜这次没买到，4户共要5颗。"),
        (
            "2",
            "【8月23日 12:00】缺货分配结果：\n· 大白菜：到 2颗，要 5颗。\n2 户分到，2 户这次没分到。\n"
            "规则“{rule}”，随机种子 {seed}。\n没分到的下次优先。谁有疑问，可到值班台当面重算。",
        ),
    ],
)
def test_chat_text_of_a_sharing_speaks_of_a_draw_where_something_came(client, clock, came, words):
    clock(AFTER)
    scene = cabbages(came, *FOUR)
    client.force_login(scene.coordinator)
    client.post(address("sharing_make", scene), {"good": scene.good.pk})
    draft = Sharing.objects.get()
    client.post(address("sharing_apply_all", scene), {"sharing": draft.pk})
    text = client.get(address("sharing", scene)).context["text"]
    assert text == words.format(rule=draft.rule["name"], seed=draft.seed)


def test_sharing_page_by_another_rule_without_a_reason_keeps_what_was_chosen(client, scene):
    other = SharingRule.objects.create(compound=scene.compound, name="人人一样", kind="equal")
    default_rule(compound=scene.compound)
    posted = {"good": scene.good.pk, "rule": other.pk}
    response = client.post(address("sharing_make", scene), posted)
    assert (response.status_code, response.context["typed"]["rule"]) == (200, str(other.pk))
    client.post(address("sharing_make", scene), posted | {"reason": "断菜三天"})
    assert Sharing.objects.get().rule_reason == "断菜三天"


def test_sharing_page_for_a_substitute_takes_who_was_called(client, scene):
    purchase(scene.good, Purchase.Kind.SUBSTITUTE, "9", instead="娃娃菜", by=scene.coordinator)
    for room, what in (("3-101", "similar"), ("3-201", "none")):
        wish(scene, room, what)
    applied(scene)
    (one,) = client.get(address("sharing", scene)).context["page"].insteads
    lacking = {room for room, wanted in FOUR if scene.got()[room] != wanted}
    groups = [{asking.room for asking in group} for group in (one.similar, one.call, one.none)]
    assert groups == [lacking & {"3-101"}, lacking & {"3-102", "3-202"}, lacking & {"3-201"}]
    client.post(
        address("sharing_instead", scene),
        {"good": scene.good.pk, "instead": "娃娃菜", "called": ["3-102", "3-202"]},
    )
    draft = Sharing.objects.get(instead="娃娃菜")
    assert {claim["household"] for claim in draft.claims["claims"]} == lacking - {"3-201"}


def applied(scene):
    draft = services.make_sharing(good=scene.good, by=scene.coordinator, at=AFTER)
    return services.apply_sharing(sharing=draft, by=scene.coordinator, at=AFTER)


def test_sharing_run_button_runs_it_again(client, scene):
    sharing = applied(scene)
    response = client.post(address("sharing_again", scene, sharing=sharing.pk), follow=True)
    (message,) = response.context["messages"]
    assert (message.level_tag, sharing.result_sha256[:16] in message.message) == ("success", True)


def test_sharing_file_run_elsewhere_gives_the_same(client, scene):
    sharing = applied(scene)
    content = client.get(address("sharing_file", scene, sharing=sharing.pk)).content
    assert allocate(Problem.from_json(json.loads(content))).sha256 == sharing.result_sha256


@pytest.mark.parametrize(("role", "status"), [(Role.COORDINATOR, 200), (Role.CAPTAIN, 404), (Role.VOLUNTEER, 404)])
def test_sharing_pages_tell_of_hardship_and_open_for_the_coordinator_only(client, scene, role, status):
    sharing = applied(scene)
    if role != Role.COORDINATOR:
        building = scene.compound.buildings.get() if role == Role.CAPTAIN else None
        client.force_login(make.member(scene.compound, role, building=building))
    pages = [
        address("sharing", scene),
        address("sharing_run", scene, sharing=sharing.pk),
        address("sharing_file", scene, sharing=sharing.pk),
        address("sharing_rules", scene),
    ]
    assert [client.get(page).status_code for page in pages] == [status] * 4


def test_sharing_page_for_the_supply_group_says_what_was_decided_and_names_no_room(client, scene):
    draft = services.make_sharing(good=scene.good, by=scene.coordinator, at=AFTER)
    services.apply_sharing(sharing=draft, by=scene.coordinator, at=AFTER)
    client.force_login(make.member(scene.round.compound, Role.SUPPLY))
    answer = client.get(address("sharing", scene))
    page = answer.content.decode()
    row = answer.context["came"][0]
    assert (row.needed, row.bought.quantity, row.in_force) == (5, 2, draft)
    assert ("3-201" in page, "hardship" in page, "困难" in page) == (False, False, False)
    run = client.get(address("sharing_run", scene, sharing=draft.pk))
    assert (run.status_code, client.post(address("sharing_make", scene)).status_code) == (404, 404)


def test_goods_page_after_sharing_shows_what_came_beside_what_was_needed(client, scene):
    draft = services.make_sharing(good=scene.good, by=scene.coordinator, at=AFTER)
    services.apply_sharing(sharing=draft, by=scene.coordinator, at=AFTER)
    answer = client.get(reverse("orders:goods", kwargs={"code": "xingfuli", "round": scene.round.pk}))
    assert [(row.needed, row.bought.quantity, row.in_force) for row in answer.context["came"]] == [(5, 2, draft)]


def test_sharing_run_of_another_compound_is_not_found(client, scene):
    sharing = applied(scene)
    other = make.compound("heping", "和平里")
    client.force_login(make.member(other, Role.COORDINATOR))
    page = reverse("orders:sharing_run", kwargs={"code": "heping", "sharing": sharing.pk})
    assert client.get(page).status_code == 404


def test_sharing_page_asks_as_often_for_three_goods_as_for_one(client, scene, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address("sharing", scene))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(address("sharing", scene))
    for name in ("鸡蛋", "青菜"):
        more = more_goods(scene, name)
        purchase(more, Purchase.Kind.BOUGHT, "1", by=scene.coordinator)
    with django_assert_num_queries(len(one)):
        page = client.get(address("sharing", scene)).context["page"]
    assert len(page.to_do) == 3
    assert len(one) <= 15


def more_goods(scene, name):
    from orders.models import RoundGood

    door = scene.compound.households.get(room="3-101")
    make.order(scene.round, door, (name, "2", "份"), by=scene.coordinator)
    return RoundGood.objects.create(round=scene.round, goods=name, unit="份")


# ── rules ─────────────────────────────────────────

TIERS = {
    "tier0-name": "",
    "tier0-tags": ["infant", "pregnant"],
    "tier0-percent": "40",
    **{f"tier{place}-percent": "" for place in range(1, 5)},
}
FACTS = {"name": "孩子先", "kind": "tiers", "each": "1", "step": "1", "missed_first": "on", "was": ""}


def test_sharing_rules_form_makes_a_rule_row_by_row(client, scene):
    response = client.post(address("sharing_rules_save", scene), FACTS | TIERS)
    assert response.status_code == 302
    rule = SharingRule.objects.get(name="孩子先")
    assert rule.tiers == [{"name": "婴幼儿、孕妇", "tags": ["infant", "pregnant"], "percent": 40}]


@pytest.mark.parametrize(
    "wrong", [{"tier0-percent": "101"}, {"tier0-tags": []}, {"name": ""}, {"step": "0"}, {"each": "1.5"}]
)
def test_sharing_rules_form_with_what_makes_no_sense_keeps_what_was_typed(client, scene, wrong):
    response = client.post(address("sharing_rules_save", scene), FACTS | TIERS | wrong)
    assert response.status_code == 200
    assert not SharingRule.objects.filter(name="孩子先").exists()


def test_sharing_rules_form_changes_the_one_it_was_opened_for(client, scene):
    rule = default_rule(compound=scene.compound)
    page = client.get(address("sharing_rules", scene), {"edit": rule.name})
    assert page.context["edit"] == rule
    client.post(address("sharing_rules_save", scene), FACTS | TIERS | {"was": rule.name})
    rule.refresh_from_db()
    assert (rule.name, rule.is_default) == ("孩子先", True)


def test_sharing_rules_buttons_make_another_one_usual_and_take_one_away(client, scene):
    before = default_rule(compound=scene.compound)
    other = SharingRule.objects.create(compound=scene.compound, name="人人一样", kind="equal")
    client.post(address("sharing_rules_retire", scene), {"rule": before.pk})
    client.post(address("sharing_rules_usual", scene), {"rule": other.pk})
    client.post(address("sharing_rules_retire", scene), {"rule": before.pk})
    assert [(rule.name, rule.is_default) for rule in SharingRule.objects.filter(is_active=True)] == [("人人一样", True)]
