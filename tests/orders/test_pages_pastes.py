"""Paste page and review page by their real addresses: one tap for each unclear line, confirm, undo."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import Role
from orders.models import ChainImport, Nickname, Order
from orders.services import chains
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
CHAIN = """#接龙
周二鸡蛋团

1. 20-1702 鸡蛋2板
2. 3-501 鸡蛋1板
3. 尘 消毒液两瓶
4. 5-201 鸡蛋+3
5. 20-1720 大米2袋
"""


@pytest.fixture
def compound():
    compound = make.compound()
    for room in ("20-1702", "3-1-501", "3-2-501", "5-201", "1-101"):
        make.household(compound, room)
    return compound


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def round(compound):
    return make.round(compound)


@pytest.fixture
def source(compound):
    return make.chain_source(compound)


@pytest.fixture
def client(client, coordinator, clock):
    clock(ELEVEN)
    client.force_login(coordinator)
    return client


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def text_of(response):
    return response.content.decode()


@pytest.fixture
def paste(round, source, coordinator, client):
    """The chain above, pasted and not confirmed."""
    return chains.paste_chain(round=round, source=source, text=CHAIN, by=coordinator, at=ELEVEN)


@pytest.fixture
def decide(client):
    def post(paste, position, *, htmx=False, **data):
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(url("review_decide", paste=paste.pk), {"position": position, **data}, headers=headers)

    return post


def entry(paste, position):
    return paste.entries.select_related("household").get(position=position)


def orders_of(round):
    rows = Order.objects.filter(round=round, state="placed").order_by("household__sort_key")
    return [(order.household.room, [str(line) for line in order.lines.all()]) for order in rows]


# ── paste ─────────────────────────────────────────


def test_paste_page_leads_to_the_review_of_what_was_pasted(client, round, source):
    response = client.post(url("paste", round=round.pk), {"text": CHAIN, "source": source.pk})
    paste = ChainImport.objects.get()
    assert response.url == url("review", paste=paste.pk)
    assert (paste.text, paste.source, paste.entries.count()) == (CHAIN, source, 5)


def test_paste_page_with_a_new_group_makes_the_group(client, compound, round):
    building = compound.buildings.get(name="20")
    form = {"text": CHAIN, "source": "new", "new_source": "20栋群", "building": building.pk}
    client.post(url("paste", round=round.pk), form)
    assert ChainImport.objects.get().source == compound.chain_sources.get(name="20栋群", building=building)


def test_paste_page_with_a_new_group_without_a_name_keeps_the_text(client, round):
    response = client.post(url("paste", round=round.pk), {"text": CHAIN, "source": "new"})
    assert response.context["form"].errors["new_source"] == ["请选一个群，或写新群的名字。"]
    assert "3. 尘 消毒液两瓶" in text_of(response)


def test_paste_page_without_a_text_says_what_to_do(client, round, source):
    response = client.post(url("paste", round=round.pk), {"text": " \n", "source": source.pk})
    assert response.context["form"].errors["text"] == ["请先把群里的文字粘贴进来。"]
    assert not ChainImport.objects.exists()


def test_paste_pages_for_a_supplier_are_not_there(client, compound, round, paste):
    client.force_login(make.member(compound, Role.SUPPLY))
    assert client.get(url("paste", round=round.pk)).status_code == 404
    assert client.get(url("review", paste=paste.pk)).status_code == 404
    for name in ("review_decide", "review_confirm", "review_discard", "review_undo"):
        assert client.post(url(name, paste=paste.pk)).status_code == 404, name


def test_review_of_another_compound_is_not_there(client, paste):
    make.member(make.compound("linyuan", "邻苑"))
    assert client.get(reverse("orders:review", kwargs={"code": "linyuan", "paste": paste.pk})).status_code == 404


# ── review ────────────────────────────────────────


def test_review_puts_what_is_unclear_first_with_what_could_be_meant(client, paste):
    review = client.get(url("review", paste=paste.pk)).context["review"]
    found = [
        (row.entry.number, row.group, row.words, row.rooms, [amount.value for amount in row.amounts])
        for row in review.rows
    ]
    assert found == [
        (2, "open", ["好几个单元都有这个房号：是哪一户？"], ["3-1-501", "3-2-501"], []),
        (3, "open", [], [], []),
        (4, "open", ["“+数字”可能是人数、份数或名额：要多少？"], [], ["0:3", "0:1", "0:2"]),
        (5, "open", ["住户名单里没有 20-1720。"], ["20-1702"], []),
        (1, "new", [], [], []),
    ]
    assert (review.clear, review.open) == (1, 4)


def test_review_suggests_the_room_of_who_lives_there_and_of_a_nickname_like_a_known_one(
    client, compound, coordinator, round, source
):
    make.resident(compound.households.get(room="5-201"), "王秀英")
    make.resident(compound.households.get(room="1-101"), "张三")
    door = compound.households.get(room="3-2-501")
    Nickname.objects.create(compound=compound, name="真真妈", household=door, learned_at=ELEVEN, learned_by=coordinator)
    text = "#接龙\n\n1. 5栋王姐 盐1包\n2. 张三 盐1包\n3. 真真-F区 盐1包\n4. 1702 盐1包\n"
    paste = chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=ELEVEN)
    rows = client.get(url("review", paste=paste.pk)).context["review"].rows
    assert [row.rooms for row in rows] == [["5-201"], ["1-101"], ["3-2-501"], ["20-1702"]]


def test_review_shows_every_line_of_the_text(client, paste):
    page = text_of(client.get(url("review", paste=paste.pk)))
    for line in filter(None, CHAIN.splitlines()[3:]):
        assert line in page


def test_review_of_a_script_in_a_nickname_shows_it_as_text(client, round, source, coordinator):
    evil = "#接龙\n\n1. <script>alert(1)</script> 鸡蛋2板\n"
    paste = chains.paste_chain(round=round, source=source, text=evil, by=coordinator, at=ELEVEN)
    page = text_of(client.get(url("review", paste=paste.pk)))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_one_tap_on_a_room_takes_the_entry(decide, paste):
    response = decide(paste, 1, room="3-2-501")
    assert (entry(paste, 1).household.room, entry(paste, 1).decision) == ("3-2-501", "take")
    assert response.url == url("review", paste=paste.pk) + "#e2"


def test_one_tap_on_a_quantity_takes_the_entry(decide, paste):
    decide(paste, 3, amount="0:3")
    assert (entry(paste, 3).items[0]["quantity"], entry(paste, 3).decision) == ("3", "take")


def test_a_room_typed_in_is_matched_and_the_nickname_is_learned(decide, compound, paste):
    decide(paste, 2, room_text="1栋101")
    assert (entry(paste, 2).household.room, entry(paste, 2).decision) == ("1-101", "take")
    assert Nickname.objects.get().name == "尘"


def test_a_room_typed_in_that_does_not_exist_is_refused_and_stays_in_the_box(decide, paste):
    response = decide(paste, 2, room_text="9-999")
    row = next(row for row in response.context["review"].rows if row.entry.position == 2)
    assert (row.error, row.typed_room) == ("住户名单里没有“9-999”。", "9-999")
    assert 'value="9-999"' in text_of(response)
    assert entry(paste, 2).decision == "open"


def test_a_room_typed_in_that_is_two_is_asked_about(decide, paste):
    response = decide(paste, 2, room_text="3-501")
    row = next(row for row in response.context["review"].rows if row.entry.position == 2)
    assert row.error == "是哪一户：3-1-501 还是 3-2-501？"


def test_goods_written_by_hand_replace_what_was_read(decide, paste):
    data = {"room_text": "5-201", "goods": ["鸡蛋", "盐", ""], "quantity": ["１.５", "2", ""], "unit": ["板", "包", ""]}
    decide(paste, 3, do="take", **data)
    found = entry(paste, 3)
    assert found.items == [
        {"goods": "鸡蛋", "quantity": "1.5", "unit": "板"},
        {"goods": "盐", "quantity": "2", "unit": "包"},
    ]
    assert found.decision == "take"


@pytest.mark.parametrize("quantity", ["abc", "-1", "0", "1e99", "NaN", "1.23456", "999999." + "9" * 40])
def test_a_quantity_that_is_none_is_refused_and_kept(decide, paste, quantity):
    response = decide(paste, 3, do="take", goods=["鸡蛋"], quantity=[quantity], unit=["板"])
    row = next(row for row in response.context["review"].rows if row.entry.position == 3)
    assert row.error == f"“{quantity}”不是数量。"
    assert f'value="{quantity}"' in text_of(response)


@pytest.mark.parametrize("index", ["²", "9" * 5000, "1", ""])
def test_a_quantity_for_an_item_that_is_not_there_says_so(decide, paste, index):
    response = decide(paste, 3, amount=f"{index}:1"[-20:])
    row = next(row for row in response.context["review"].rows if row.entry.position == 3)
    assert row.error == "这一条已经不在了，请刷新页面。"


def test_leave_out_takes_no_room(decide, paste):
    decide(paste, 4, do="leave")
    assert entry(paste, 4).decision == "leave"


def test_change_opens_a_decided_entry_again(client, decide, paste):
    decide(paste, 1, room="3-2-501")
    client.post(url("review_decide", paste=paste.pk), {"reopen": "1"})
    assert (entry(paste, 1).decision, entry(paste, 1).household.room) == ("open", "3-2-501")


def test_decide_by_htmx_answers_with_the_row_and_the_counts_only(decide, paste):
    page = text_of(decide(paste, 1, room="3-2-501", htmx=True))
    assert page.count("<li") == 1
    assert 'id="e1"' in page
    assert 'id="review-bar"' in page
    assert "<html" not in page


def test_decide_about_a_line_that_is_not_there_says_so(decide, paste):
    assert decide(paste, 99, do="take").context["error"] == "这一条已经不在了，请刷新页面。"


# ── a name that stands twice ──────────────────────

TWICE = "#接龙\n\n1. 李雷 1-101 鸡蛋1板\n2. 李雷 1-101 盐2包\n"


@pytest.fixture
def twice(round, source, coordinator, client):
    return chains.paste_chain(round=round, source=source, text=TWICE, by=coordinator, at=ELEVEN)


def test_a_name_that_stands_twice_both_count(client, decide, twice, round):
    decide(twice, 0, do="both")
    client.post(url("review_confirm", paste=twice.pk))
    assert orders_of(round) == [("1-101", ["鸡蛋 1板"]), ("1-101", ["盐 2包"])]


def test_a_name_that_stands_twice_only_the_later_counts(client, decide, twice, round):
    decide(twice, 0, do="later")
    client.post(url("review_confirm", paste=twice.pk))
    assert orders_of(round) == [("1-101", ["盐 2包"])]


def test_only_the_later_of_a_line_that_was_ordered_before_ends_the_earlier_order(
    client, decide, round, source, coordinator
):
    """Monday's line is confirmed; today the same name stands there twice and only the second line is meant."""
    first = chains.paste_chain(
        round=round, source=source, text="#接龙\n\n1. 李雷 1-101 鸡蛋1板\n", by=coordinator, at=ELEVEN
    )
    chains.confirm_chain(chain_import=first, by=coordinator, at=ELEVEN)
    second = chains.paste_chain(round=round, source=source, text=TWICE, by=coordinator, at=ELEVEN + MINUTE)

    decide(second, 1, do="later")
    client.post(url("review_confirm", paste=second.pk))

    assert orders_of(round) == [("1-101", ["盐 2包"])]


def test_a_room_that_stands_twice_is_changed_to_the_later_line(client, decide, round, source, coordinator):
    text = "#接龙\n\n1. 李雷 1-101 鸡蛋1板\n2. 小李 1-101 盐2包\n"
    pasted = chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=ELEVEN)
    page = text_of(client.get(url("review", paste=pasted.pk)))
    assert [page.count(words) for words in ("两条都算", "只算后面那条", "按这份改", "这份不要")] == [1, 1, 1, 2]
    decide(pasted, 1, do="later")
    client.post(url("review_confirm", paste=pasted.pk))
    assert orders_of(round) == [("1-101", ["盐 2包"])]


@pytest.fixture
def second_way(round, source, coordinator):
    """1-101 has ordered eggs in another group, and orders salt in this one."""
    other = make.chain_source(round.compound, "二群")
    eggs = chains.paste_chain(
        round=round, source=other, text="#接龙\n\n1. 李雷 1-101 鸡蛋1板\n", by=coordinator, at=ELEVEN
    )
    chains.confirm_chain(chain_import=eggs, by=coordinator, at=ELEVEN)

    def paste(line):
        text = f"#接龙\n\n1. 李雷 1-101 {line}\n"
        return chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=ELEVEN + MINUTE)

    return paste


@pytest.mark.parametrize(
    ("do", "left"),
    [
        ("instead", [["盐 2包"]]),
        ("take", [["鸡蛋 1板"], ["盐 2包"]]),
        ("leave", [["鸡蛋 1板"]]),
    ],
)
def test_order_of_another_group_is_corrected_or_another_portion_or_left(client, decide, round, second_way, do, left):
    pasted = second_way("盐2包")
    page = text_of(client.get(url("review", paste=pasted.pk)))
    assert [words in page for words in ("按这份改", "两份都要", "这份不要")] == [True] * 3
    decide(pasted, 0, do=do)
    client.post(url("review_confirm", paste=pasted.pk))
    assert sorted(goods for _room, goods in orders_of(round)) == sorted(left)
    client.post(url("review_undo", paste=pasted.pk))
    assert [goods for _room, goods in orders_of(round)] == [["鸡蛋 1板"]]


def test_correction_that_is_thought_over_is_one_more_order_again(client, decide, round, second_way):
    pasted = second_way("盐2包")
    decide(pasted, 0, do="instead")
    client.post(url("review_decide", paste=pasted.pk), {"reopen": "0"})
    assert entry(pasted, 0).order is None
    decide(pasted, 0, do="take")
    client.post(url("review_confirm", paste=pasted.pk))
    assert len(orders_of(round)) == 2


def test_correction_in_a_paste_that_was_taken_back_is_asked_about_anew(client, decide, round, second_way):
    pasted = second_way("盐2包")
    decide(pasted, 0, do="instead")
    assert entry(second_way("盐2包"), 0).decision == "open"
    client.post(url("review_confirm", paste=pasted.pk))
    assert entry(second_way("盐2包"), 0).decision == "open"


@pytest.mark.parametrize(("do", "left"), [("take", []), ("leave", [["鸡蛋 1板"]])])
def test_line_that_cancels_asks_whether_the_order_of_another_group_goes(client, decide, round, second_way, do, left):
    pasted = second_way("不要了")
    page = text_of(client.get(url("review", paste=pasted.pk)))
    assert "这一户在“二群”下过单：要取消的是那一份吗？" in page
    decide(pasted, 0, do=do)
    client.post(url("review_confirm", paste=pasted.pk))
    assert [goods for _room, goods in orders_of(round)] == left
    # The line is deleted from the chat: it was no order, so nothing is gone.
    assert [e.change for e in second_way("盐2包").entries.all()][1:] == []


def test_line_that_cancels_the_line_above_it_takes_it_out(client, decide, round, source, coordinator):
    text = "#接龙\n\n1. 李雷 1-101 鸡蛋1板\n2. 李雷 1-101 取消\n"
    pasted = chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=ELEVEN)
    decide(pasted, 1, do="later")
    client.post(url("review_confirm", paste=pasted.pk))
    assert orders_of(round) == []


def test_decide_by_htmx_brings_the_count_of_the_heading_too(decide, paste):
    assert 'id="count-open" hx-swap-oob="true">3<' in text_of(decide(paste, 1, room="3-2-501", htmx=True))


# ── confirm, again, undo ──────────────────────────


def test_confirm_makes_orders_of_what_is_clear_and_says_what_is_open(client, paste, round):
    response = client.post(url("review_confirm", paste=paste.pk), follow=True)
    assert orders_of(round) == [("20-1702", ["鸡蛋 2板"])]
    assert [str(m) for m in response.context["messages"]] == ["已确认1条：新增1份。", "还有4条要看。"]


def test_an_entry_decided_after_confirming_becomes_an_order_at_once(client, decide, paste, round):
    client.post(url("review_confirm", paste=paste.pk))
    decide(paste, 1, room="3-2-501")
    assert orders_of(round) == [("3-2-501", ["鸡蛋 1板"]), ("20-1702", ["鸡蛋 2板"])]


def test_a_room_without_a_quantity_after_confirming_makes_no_order_yet(client, decide, round, source, coordinator):
    text = "#接龙\n\n1. 尘 鸡蛋\n"
    paste = chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=ELEVEN)
    client.post(url("review_confirm", paste=paste.pk))
    decide(paste, 0, room_text="1-101")
    assert orders_of(round) == []
    decide(paste, 0, amount="0:2")
    assert orders_of(round) == [("1-101", ["鸡蛋 2"])]


def test_pasted_again_what_changed_shows_before_and_after_and_what_is_gone_is_asked(
    client, decide, paste, round, source, coordinator
):
    client.post(url("review_confirm", paste=paste.pk))
    grown = "#接龙\n\n1. 1-101 盐1包\n"
    second = chains.paste_chain(round=round, source=source, text=grown, by=coordinator, at=ELEVEN + MINUTE)
    review = client.get(url("review", paste=second.pk)).context["review"]
    assert [(row.entry.raw, row.group, row.is_gone) for row in review.rows] == [
        ("1. 20-1702 鸡蛋2板", "open", True),
        ("1. 1-101 盐1包", "new", False),
    ]
    decide(second, 1, do="take")
    client.post(url("review_confirm", paste=second.pk))
    assert orders_of(round) == [("1-101", ["盐 1包"])]


def test_changed_line_shows_what_it_was(client, round, source, coordinator):
    for minute, quantity in enumerate("12"):
        text = f"#接龙\n\n1. 20-1702 鸡蛋{quantity}板\n"
        at = ELEVEN + minute * MINUTE
        paste = chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=at)
        if quantity == "1":
            chains.confirm_chain(chain_import=paste, by=coordinator, at=at)
    (row,) = client.get(url("review", paste=paste.pk)).context["review"].rows
    assert (row.group, row.before[0].amount, row.goods[0].amount) == ("changed", "1", "2")


def test_undo_takes_the_orders_back_and_after_the_cutoff_it_is_refused(client, clock, paste, round):
    client.post(url("review_confirm", paste=paste.pk))
    client.get(url("round", round=round.pk))
    clock(NOON)
    refused = client.post(url("review_undo", paste=paste.pk), follow=True)
    assert [str(m) for m in refused.context["messages"]] == ["已经截单：请逐个取消订单。"]
    clock(ELEVEN + MINUTE)
    client.post(url("review_undo", paste=paste.pk))
    assert orders_of(round) == []


def test_discard_touches_no_order(client, paste, round):
    client.post(url("review_discard", paste=paste.pk))
    paste.refresh_from_db()
    assert (paste.state, orders_of(round)) == ("discarded", [])


def test_confirm_after_the_cutoff_keeps_the_orders_for_the_next_round(client, clock, paste, round):
    clock(NOON + MINUTE)
    response = client.post(url("review_confirm", paste=paste.pk), follow=True)
    assert [order.state for order in round.orders.all()] == ["late"]
    assert "已经截单：这些订单会留着，可并入下一批。" in [str(m) for m in response.context["messages"]]


# ── overtaken by a later paste ────────────────────


@pytest.fixture
def overtaken(client, paste, round, source, coordinator):
    """The chain above confirmed with four lines open; ten minutes later all of it again, confirmed as well."""
    chains.confirm_chain(chain_import=paste, by=coordinator, at=ELEVEN)
    later = chains.paste_chain(round=round, source=source, text=CHAIN, by=coordinator, at=ELEVEN + 10 * MINUTE)
    chains.confirm_chain(chain_import=later, by=coordinator, at=ELEVEN + 10 * MINUTE)
    return paste, later


def test_review_of_an_overtaken_paste_is_there_to_read_only(client, overtaken):
    first, later = (client.get(url("review", paste=paste.pk)) for paste in overtaken)
    assert [row.can_decide for row in first.context["review"].rows] == [False] * 5
    assert sum(row.can_decide for row in later.context["review"].rows) == 4
    assert (first.context["can_undo"], later.context["can_undo"]) == (False, True)
    assert [group["title"] for group in first.context["groups"]] == ["当时没有定的", "新增"]
    assert "同一个群后来的粘贴已经确认，以那一次为准。" in text_of(first)
    assert "同一个群后来的粘贴已经确认，以那一次为准。" not in text_of(later)


def test_round_page_shows_an_overtaken_paste_with_nothing_to_do(client, round, overtaken):
    first, later = overtaken
    pastes = client.get(url("round", round=round.pk)).context["pastes"]
    found = [(paste.chain_import, paste.open, paste.can_undo, paste.is_overtaken) for paste in pastes]
    assert found == [(later, 4, True, False), (first, 0, False, True)]


def test_round_list_counts_the_open_lines_of_the_last_paste_only(client, overtaken):
    (row,) = client.get(url("rounds")).context["rounds"].open
    assert row.open_entries == 4


def test_today_asks_to_look_at_the_last_paste_only(client, overtaken):
    _first, later = overtaken
    needs = client.get("/c/xingfuli/").context["page"].needs
    assert [(need.detail, need.url) for need in needs] == [("4条要看", url("review", paste=later.pk))]


def test_undo_of_the_later_paste_brings_the_one_before_it_back(client, round, overtaken):
    first, later = overtaken
    client.post(url("review_undo", paste=later.pk))
    assert client.get(url("review", paste=first.pk)).context["can_undo"]
    pastes = client.get(url("round", round=round.pk)).context["pastes"]
    assert [(paste.chain_import, paste.open, paste.can_undo) for paste in pastes] == [
        (later, 0, False),
        (first, 4, True),
    ]


# ── cost ──────────────────────────────────────────


def test_review_of_3_and_of_200_entries_asks_the_database_equally_often(client, round, source, coordinator):
    counts = []
    for size in (3, 200):
        lines = [f"{n}. 名字{n} 鸡蛋{n % 3 or '+2'}板" for n in range(1, size + 1)]
        text = "#接龙\n\n" + "\n".join(lines)
        paste = chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=ELEVEN)
        with CaptureQueriesContext(connection) as caught:
            assert len(client.get(url("review", paste=paste.pk)).context["review"].rows) == size
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 12
