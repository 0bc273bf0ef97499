"""What came short on its way to the door: nobody is served with what was never bought, and nothing goes twice."""

from decimal import Decimal

import pytest
from django.test import Client

from compound.models import AuditEntry
from compound.refusals import Refusal
from orders import rules
from orders.models import Bag, Batch, Item, Offer, Order, OrderLine, Purchase, Round, Stop, Trip
from orders.queries.packing import packing_page
from orders.queries.sharing import goods_rows, packed_lines
from orders.services import chains, orders, packing, rounds, sharing, words
from orders.warning_words import sentences
from tests import make
from tests.orders.sharing.scene import AFTER, cabbages, purchase, wish

pytestmark = pytest.mark.django_db

THREE = (("3-101", "1"), ("3-102", "2"), ("3-201", "1"))


def shared(scene, instead=""):
    made = sharing.make_sharing(good=scene.good, instead=instead, by=scene.coordinator, at=AFTER)
    return sharing.apply_sharing(sharing=made, by=scene.coordinator, at=AFTER)


def step(scene, to):
    rounds.advance_round(round=scene.round, to=to, by=scene.coordinator, at=AFTER)


def state(scene, to):
    Round.objects.filter(pk=scene.round.pk).update(state=to)


def served(goods="大白菜"):
    """By room what its line says."""
    lines = OrderLine.objects.filter(goods=goods, order__state=Order.State.PLACED)
    rows = lines.values_list("order__household__room", "outcome", "delivered").order_by("order__household__sort_key")
    return {room: (outcome, None if got is None else int(got)) for room, outcome, got in rows}


def due():
    lines = OrderLine.objects.filter(goods="大白菜", order__state=Order.State.PLACED)
    return {line.order.household.room: int(rules.due(line)) for line in lines.select_related("order__household")}


def packed():
    rows = OrderLine.objects.filter(order__state=Order.State.PLACED).order_by("order__household__sort_key", "goods")
    return {
        (room, goods): None if quantity is None else int(quantity)
        for room, goods, quantity in rows.values_list("order__household__room", "goods", "packed")
    }


def pack(scene, *rooms):
    for room in rooms:
        door = scene.compound.households.get(room=room)
        lines = OrderLine.objects.filter(order__household=door, order__state=Order.State.PLACED)
        quantities = {line.pk: rules.to_pack(line) for line in lines}
        packing.pack_household(
            round=scene.round, household=door, packed=quantities, bags=1, by=scene.coordinator, at=AFTER
        )
        packing.check_bag(round=scene.round, household=door, by=scene.coordinator, at=AFTER)


def run(scene, room, to=Batch.State.OUT):
    batch = Batch.objects.create(
        compound=scene.compound, leaves_at=AFTER, number=1, day=AFTER.date(), state=to, state_at=AFTER
    )
    trip = Trip.objects.create(batch=batch, position=1)
    return Stop.objects.create(trip=trip, round=scene.round, household=scene.compound.households.get(room=room), bags=1)


def late(scene, room, quantity="3", goods="大白菜", instead_of=None):
    """An order that came after the cut-off, not taken yet."""
    state(scene, "closed")
    door = scene.compound.households.filter(room=room).first() or make.household(scene.compound, room)
    line = orders.Line(goods, Decimal(quantity), "颗")
    order = orders.enter_order(
        round=scene.round, household=door, lines=[line], remark="", channel="desk", by=scene.coordinator, at=AFTER
    )
    Order.objects.filter(pk=order.pk).update(instead_of=instead_of)
    order.refresh_from_db()
    return order


def take(scene, order):
    return rounds.take_late_order(order=order, into=scene.round, by=scene.coordinator, at=AFTER)


def refusal(deed, *args, **kwargs):
    with pytest.raises(Refusal) as refused:
        deed(*args, **kwargs)
    return refused.value


def taken_back(scene):
    """Every purchase so far, by whoever made it."""
    for row in list(Purchase.objects.filter(good=scene.good, kind="bought")):
        purchase(scene.good, "void", by=scene.coordinator, refers_to=row)


# ── 1: short, and not shared out ──────────────────


@pytest.mark.parametrize("bought", ["0", "2"])
def test_start_to_deliver_while_a_short_good_is_not_shared_out_is_refused_and_goes_once_it_is(bought):
    scene = cabbages(bought, *THREE)
    no = refusal(step, scene, "delivering")
    assert (no.code, no.params, "大白菜" in no.message) == ("short_not_shared", {"goods": ["大白菜"]}, True)
    shared(scene)
    step(scene, "delivering")
    scene.round.refresh_from_db()
    assert scene.round.state == "delivering"


def test_start_to_deliver_after_a_purchase_was_taken_back_asks_to_share_out_anew():
    scene = cabbages("2", *THREE)
    shared(scene)
    taken_back(scene)
    assert refusal(step, scene, "delivering").code == "short_not_shared"
    purchase(scene.good, "bought", "1", by=scene.coordinator)
    shared(scene)
    step(scene, "delivering")


def test_settle_while_a_run_with_its_bags_is_out_is_refused_and_goes_once_it_is_done():
    scene = cabbages("4", *THREE)
    state(scene, "delivering")
    stop = run(scene, "3-101")
    assert refusal(step, scene, "settled").code == "run_still_out"
    assert OrderLine.objects.filter(outcome="").count() == 3
    Batch.objects.filter(pk=stop.trip.batch_id).update(state="done")
    step(scene, "settled")
    assert OrderLine.objects.filter(outcome="").count() == 0


@pytest.mark.parametrize("bought", ["", "4"])
def test_start_to_deliver_when_nobody_said_anything_or_there_is_enough_goes_on(bought):
    scene = cabbages(bought, *THREE)
    step(scene, "delivering")
    step(scene, "settled")
    assert served() == {"3-101": ("delivered", 1), "3-102": ("delivered", 2), "3-201": ("delivered", 1)}


def test_start_to_deliver_when_some_of_the_short_good_is_at_the_doors_already_goes_on():
    # It cannot be shared out any more: settling says who got none.
    scene = cabbages("2", *THREE)
    OrderLine.objects.filter(pk=scene.lines["3-101"].pk).update(
        outcome="delivered", delivered=1, outcome_at=AFTER, outcome_by=scene.coordinator
    )
    step(scene, "delivering")
    step(scene, "settled")
    assert served() == {"3-101": ("delivered", 1), "3-102": ("missing", 0), "3-201": ("missing", 0)}


def test_settle_with_a_short_good_that_nobody_shared_out_counts_only_what_was_packed():
    scene = cabbages("2", *THREE)
    make.order(scene.round, scene.compound.households.get(room="3-201"), ("盐", "1", "包"), by=scene.coordinator)
    pack(scene, "3-102")
    state(scene, "delivering")
    step(scene, "settled")
    assert served() == {"3-101": ("missing", 0), "3-102": ("delivered", 2), "3-201": ("missing", 0)}
    assert served("盐") == {"3-201": ("delivered", 1)}


def test_pages_name_the_short_good_and_lead_to_the_sharing(client: Client):
    scene = cabbages("2", *THREE)
    client.force_login(scene.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    base = f"/c/xingfuli/rounds/{scene.round.pk}"
    page = client.post(f"{base}/advance/delivering/", follow=True).content.decode()
    assert "大白菜" in page
    # The tab of the round, and the notice.
    assert page.count(f'href="{base}/sharing/"') == 2
    state(scene, "delivering")
    answer = client.post(f"{base}/advance/settled/")
    assert answer.context["short"] == ["大白菜"]
    assert "大白菜" in answer.content.decode()


# ── 2, 3: lines that come after the sharing ───────


def test_late_line_of_a_good_that_is_shared_out_is_not_due_until_it_is_shared_out_anew():
    scene = cabbages("2", *THREE)
    shared(scene)
    take(scene, late(scene, "3-301"))
    assert (due()["3-301"], sum(due().values())) == (0, 2)
    assert [row.is_stale for row in goods_rows(scene.round)] == [True]
    shared(scene)
    assert sum(due().values()) == 2
    assert scene.got()["3-301"] is not None


def test_word_learned_after_the_sharing_joins_a_line_that_is_not_due_and_can_be_forgotten():
    scene = cabbages("2", *THREE)
    item = Item.objects.create(supply_point=scene.round.supply_point, name="大白菜", unit="颗")
    Offer.objects.create(round=scene.round, item=item)
    shared(scene)
    door = make.household(scene.compound, "3-301")
    make.order(scene.round, door, ("黄芽菜", "3", "颗"), by=scene.coordinator)
    meaning = words.Meaning("黄芽菜", "颗", item)
    assert words.learn_words(round=scene.round, meanings=[meaning], by=scene.coordinator, at=AFTER) == 1
    assert (due()["3-301"], sum(due().values())) == (0, 2)
    words.forget_word(word=item.words.get(), by=scene.coordinator, at=AFTER)
    line = OrderLine.objects.get(order__household=door)
    assert (line.goods, line.allocated, rules.due(line)) == ("黄芽菜", None, 3)


def test_packing_leaves_a_line_open_that_waits_for_its_share_and_packs_the_other_goods(client: Client):
    scene = cabbages("2", *THREE)
    shared(scene)
    order = late(scene, "3-301")
    make.order(scene.round, order.household, ("盐", "1", "包"), by=scene.coordinator)
    take(scene, order)
    door = next(door for door in packing_page(scene.round).doors if door.household == order.household)
    assert {(one.line.goods, one.need, one.waits) for one in door.lines} == {
        ("盐", Decimal(1), False),
        ("大白菜", Decimal(0), True),
    }
    client.force_login(scene.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    base = f"/c/xingfuli/rounds/{scene.round.pk}"
    assert client.get(f"{base}/packing/").content.decode().count(f'href="{base}/sharing/"') == 2
    packing.pack_building(round=scene.round, building=order.household.building, by=scene.coordinator, at=AFTER)
    assert (packed()["3-301", "盐"], packed()["3-301", "大白菜"]) == (1, None)
    assert client.get(f"{base}/packing/").status_code == 200
    packing.unpack_household(round=scene.round, household=order.household, by=scene.coordinator, at=AFTER)
    salt = OrderLine.objects.get(goods="盐")
    typed = {"building": "3", "room": "3-301", "do": "packed", f"in-{salt.pk}": "on", f"packed-{salt.pk}": "1"}
    client.post(f"{base}/packing/bag/", typed | {"bags": "1"})
    assert (packed()["3-301", "盐"], packed()["3-301", "大白菜"]) == (1, None)


def test_packing_more_than_nothing_of_a_line_that_waits_is_refused_even_if_it_is_weighed():
    scene = cabbages("2", *THREE)
    shared(scene)
    order = late(scene, "3-301")
    take(scene, order)
    item = Item.objects.create(supply_point=scene.round.supply_point, name="大白菜", unit="颗", is_weighed=True)
    OrderLine.objects.filter(order=order).update(item=item)
    line = order.lines.get()
    no = refusal(
        packing.pack_household,
        round=scene.round,
        household=order.household,
        packed={line.pk: Decimal(1)},
        bags=1,
        by=scene.coordinator,
        at=AFTER,
    )
    assert no.code == "not_shared_out"


# ── 4: packed before it was shared out ────────────


def test_apply_sharing_opens_the_bags_that_hold_more_than_is_due_and_only_those():
    scene = cabbages("2", *THREE)
    make.order(scene.round, scene.compound.households.get(room="3-102"), ("盐", "1", "包"), by=scene.coordinator)
    pack(scene, *scene.lines)
    applied = shared(scene)
    less = {room for room, line in scene.lines.items() if scene.got()[room] != str(line.ordered.normalize())}
    assert set(Bag.objects.values_list("household__room", flat=True)) == set(scene.lines) - less
    assert {room for (room, goods), quantity in packed().items() if quantity is None} == less
    assert (packed()["3-102", "盐"], sum(due().values()), packed_lines(scene.good)) == (1, 2, 0)
    assert set(applied.opened) == less
    assert set(AuditEntry.objects.get(action="bags.opened").params["rooms"]) == less


def test_apply_sharing_when_such_a_bag_is_on_a_run_that_is_out_is_refused_and_names_the_room():
    scene = cabbages("0", *THREE)
    pack(scene, "3-102")
    stop = run(scene, "3-102")
    no = refusal(shared, scene)
    assert (no.code, no.params) == ("bags_on_their_way", {"rooms": ["3-102"]})
    assert (packed()["3-102", "大白菜"], scene.got()["3-102"]) == (2, None)
    Batch.objects.update(state=Batch.State.PLANNED)
    shared(scene)
    assert (packed()["3-102", "大白菜"], Stop.objects.filter(pk=stop.pk).exists(), Bag.objects.count()) == (
        None,
        False,
        0,
    )


def test_apply_sharing_opens_the_bags_that_get_something_instead_and_counts_them_right_afterwards():
    scene = cabbages("0", *THREE)
    purchase(scene.good, Purchase.Kind.SUBSTITUTE, "1", instead="青菜", by=scene.coordinator)
    wish(scene, "3-101", "similar")
    shared(scene)
    pack(scene, *scene.lines)
    shared(scene, instead="青菜")
    assert {room for (room, _goods), quantity in packed().items() if quantity is None} == {"3-101"}
    pack(scene, "3-101")
    assert (packed()["3-101", "大白菜"], packed_lines(scene.good)) == (1, 0)


# ── 5, 6: orders whose goods have left ────────────


def cancel(order):
    return orders.cancel_order(order=order, reason="不要了", by=order.entered_by, at=AFTER)


def test_cancel_order_with_an_outcome_at_the_door_is_refused():
    scene = cabbages("4", *THREE)
    OrderLine.objects.filter(pk=scene.lines["3-101"].pk).update(
        outcome="delivered", delivered=1, outcome_at=AFTER, outcome_by=scene.coordinator
    )
    assert refusal(cancel, scene.lines["3-101"].order).code == "order_on_its_way"
    assert cancel(scene.lines["3-201"].order).state == "cancelled"


def test_cancel_order_in_a_bag_on_a_run_that_is_out_is_refused_and_on_a_planned_one_is_taken_off():
    scene = cabbages("4", *THREE)
    salt = make.order(scene.round, scene.lines["3-101"].order.household, ("盐", "1", "包"), by=scene.coordinator)
    pack(scene, "3-101")
    run(scene, "3-101")
    assert refusal(cancel, scene.lines["3-101"].order).code == "order_on_its_way"
    Batch.objects.update(state=Batch.State.PLANNED)
    cancel(scene.lines["3-101"].order)
    assert (Bag.objects.count(), Stop.objects.count(), Trip.objects.count()) == (0, 0, 0)
    scene.lines["3-101"].refresh_from_db()
    assert (scene.lines["3-101"].packed, salt.lines.get().packed) == (None, 1)


def test_late_change_of_an_order_that_has_left_is_refused_and_of_a_packed_one_opens_the_bag():
    scene = cabbages("4", *THREE)
    before = scene.lines["3-101"].order
    pack(scene, "3-101")
    stop = run(scene, "3-101")
    change = late(scene, "3-101", "2", instead_of=before)
    assert refusal(take, scene, change).code == "order_on_its_way"
    before.refresh_from_db()
    assert before.state == "placed"
    stop.trip.batch.delete()
    take(scene, change)
    before.refresh_from_db()
    assert (before.state, Bag.objects.count(), packed()) == (
        "replaced",
        0,
        {("3-101", "大白菜"): None, ("3-102", "大白菜"): None, ("3-201", "大白菜"): None},
    )


def test_late_order_beside_a_packed_bag_opens_it():
    scene = cabbages("4", *THREE)
    pack(scene, "3-101", "3-201")
    take(scene, late(scene, "3-101", "1", goods="盐"))
    assert list(Bag.objects.values_list("household__room", flat=True)) == ["3-201"]
    assert (packed()["3-101", "大白菜"], packed()["3-101", "盐"]) == (1, None)


def test_late_order_over_the_cap_of_the_round_it_goes_into_is_refused_and_within_it_is_taken():
    scene = cabbages("4", *THREE)
    item = Item.objects.create(supply_point=scene.round.supply_point, name="大白菜", unit="颗")
    Offer.objects.create(round=scene.round, item=item, cap=2)
    more, another = late(scene, "3-101", "2"), late(scene, "3-101", "1")
    assert refusal(take, scene, more).code == "over_cap"
    assert take(scene, another).state == "placed"
    # A change is no second order.
    change = late(scene, "3-102", "1", instead_of=scene.lines["3-102"].order)
    assert take(scene, change).state == "placed"


# ── 5: by the next paste ──────────────────────────

CHAIN = "#接龙\n1. 3-101 大白菜1颗\n2. 3-201 大白菜1颗\n"


def test_paste_that_withdraws_an_order_that_has_left_leaves_it_to_a_person_and_says_why():
    scene = cabbages("")
    source = make.chain_source(scene.compound)
    doors = [make.household(scene.compound, room) for room in ("3-101", "3-201")]
    Round.objects.update(state="open", closed_at=None)
    by, before = scene.coordinator, make.ELEVEN

    def paste(text, at):
        return chains.paste_chain(round=scene.round, source=source, text=text, by=by, at=at)

    chains.confirm_chain(chain_import=paste(CHAIN, before), by=by, at=before)
    Round.objects.update(state="shopping", closed_at=make.NOON)
    for door in doors:
        line = OrderLine.objects.get(order__household=door)
        packing.pack_household(round=scene.round, household=door, packed={line.pk: 1}, bags=1, by=by, at=AFTER)
    run(scene, "3-101")
    again = paste("#接龙\n", AFTER)
    again.entries.update(decision="take", decided_by=by, decided_at=AFTER)
    counts = chains.confirm_chain(chain_import=again, by=by, at=AFTER)
    assert (counts["cancelled"], counts["open"]) == (1, 1)
    left = again.entries.get(decision="open")
    assert (left.household, sentences(left.warnings)) == (doors[0], ["这一袋已经出发或者送到门口：结果请在门口登记。"])
    deed = {"entry": left, "decision": "take", "by": by, "at": AFTER}
    assert refusal(chains.decide_entry, **deed).code == "order_on_its_way"
    assert list(Bag.objects.values_list("household__room", flat=True)) == ["3-101"]
