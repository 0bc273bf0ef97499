"""A sharing that is taken back while nothing of it has left, and a rule that is taken into use again."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client

from compound.models import AuditEntry, Job
from compound.refusals import Refusal
from orders import rules
from orders.models import Bag, Batch, OrderLine, Purchase, Sharing, Stop, Trip
from orders.queries.sharing_pages import sharing_page
from orders.queries.undecided import undecided_lines
from orders.services import delivery, packing, sharing, sharing_rules
from orders.services.locks import lock_round
from tests.at_once import Other, until_blocked
from tests.orders.sharing.scene import AFTER, Scene, cabbages, purchase, wish

THREE = (("3-101", "1"), ("3-102", "2"), ("3-201", "1"))
LATER = AFTER + dt.timedelta(minutes=10)
WHY = "称错了，重新买"


def shared(scene: Scene, instead: str = "") -> Sharing:
    draft = sharing.make_sharing(good=scene.good, instead=instead, by=scene.coordinator, at=AFTER)
    return sharing.apply_sharing(sharing=draft, by=scene.coordinator, at=AFTER)


def withdraw(scene: Scene, of: Sharing, reason: str = WHY) -> Sharing:
    return sharing.withdraw_sharing(sharing=of, reason=reason, by=scene.coordinator, at=LATER)


def refusal(deed, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        deed(*args, **kwargs)
    return refused.value.code


def pack(scene: Scene, room: str) -> None:
    door = scene.compound.households.get(room=room)
    packed = {line.pk: rules.to_pack(line) for line in OrderLine.objects.filter(order__household=door)}
    packing.pack_household(round=scene.round, household=door, packed=packed, bags=1, by=scene.coordinator, at=AFTER)


def got_some(scene: Scene) -> str:
    return next(room for room, got in scene.got().items() if got != "0")


def got_none(scene: Scene) -> str:
    return next(room for room, got in scene.got().items() if got == "0")


@pytest.mark.django_db
def test_withdraw_sharing_leaves_the_good_undecided_and_says_who_and_why():
    scene = cabbages("2", *THREE)
    of = shared(scene)
    taken = withdraw(scene, of)
    assert (taken.replaced_at, taken.withdrawn_by, taken.withdrawn_reason) == (LATER, scene.coordinator, WHY)
    assert set(scene.got().values()) == {None}
    assert undecided_lines([scene.round.pk]).count() == 3
    entry = AuditEntry.objects.get(action="sharing.withdrawn")
    assert (entry.by, entry.params["withdrawn_reason"]) == (scene.coordinator, WHY)
    assert [one.pk for one in sharing_page(scene.round).withdrawn] == [of.pk]
    assert Job.objects.filter(kind="round_sheets").exists()


@pytest.mark.django_db
def test_withdraw_sharing_twice_is_once_and_it_can_be_shared_out_again():
    scene = cabbages("2", *THREE)
    of = shared(scene)
    withdraw(scene, of)
    assert withdraw(scene, of, "另一个原因").withdrawn_reason == WHY
    assert AuditEntry.objects.filter(action="sharing.withdrawn").count() == 1
    shared(scene)
    assert sum(int(got) for got in scene.got().values()) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("reason", "code"), [(" ", "reason_missing"), (WHY, None)])
def test_withdraw_sharing_needs_a_reason(reason, code):
    scene = cabbages("2", *THREE)
    of = shared(scene)
    assert (refusal(withdraw, scene, of, reason) if code else withdraw(scene, of, reason).withdrawn_reason) == (
        code or WHY
    )


@pytest.mark.django_db
def test_withdraw_sharing_of_which_some_is_packed_is_refused_until_the_bag_is_open_again():
    scene = cabbages("2", *THREE)
    of, room = shared(scene), got_some(scene)
    pack(scene, room)
    assert refusal(withdraw, scene, of) == "packed_already"
    door = scene.compound.households.get(room=room)
    packing.unpack_household(round=scene.round, household=door, by=scene.coordinator, at=AFTER)
    withdraw(scene, of)


@pytest.mark.django_db
def test_withdraw_sharing_opens_the_bags_that_were_packed_without_any_of_it():
    scene = cabbages("2", *THREE)
    of, room = shared(scene), got_none(scene)
    pack(scene, room)
    assert withdraw(scene, of).opened == (room,)
    assert (Bag.objects.count(), OrderLine.objects.filter(packed__isnull=False).count()) == (0, 0)


@pytest.mark.django_db
def test_withdraw_sharing_of_which_some_was_handed_over_is_refused():
    scene = cabbages("2", *THREE)
    of = shared(scene)
    door = scene.compound.households.get(room=got_some(scene))
    delivery.mark_door(round=scene.round, household=door, outcome="delivered", by=scene.coordinator, at=AFTER)
    assert refusal(withdraw, scene, of) == "doors_marked"


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "code"), [("out", "bags_on_their_way"), ("planned", None)])
def test_withdraw_sharing_of_what_may_be_on_a_run_that_has_left_is_refused(state, code):
    scene = cabbages("2", *THREE)
    of = shared(scene)
    batch = Batch.objects.create(
        compound=scene.compound, leaves_at=AFTER, number=1, day=AFTER.date(), state=state, state_at=AFTER
    )
    door = scene.compound.households.get(room=got_some(scene))
    Stop.objects.create(trip=Trip.objects.create(batch=batch, position=1), round=scene.round, household=door)
    assert (refusal(withdraw, scene, of) if code else withdraw(scene, of).withdrawn_reason) == (code or WHY)


def with_substitute() -> Scene:
    scene = cabbages("0", *THREE)
    purchase(scene.good, Purchase.Kind.SUBSTITUTE, "3", instead="青菜", by=scene.coordinator)
    for room, _quantity in THREE:
        wish(scene, room, "similar")
    return scene


@pytest.mark.django_db
def test_withdraw_sharing_of_a_good_takes_back_what_stood_in_for_it():
    scene = with_substitute()
    of, substitute = shared(scene), shared(scene, "青菜")
    withdraw(scene, of)
    substitute.refresh_from_db()
    assert (substitute.replaced_at, substitute.withdrawn_by) == (LATER, None)
    assert set(scene.instead().values()) == {None}


@pytest.mark.django_db
def test_withdraw_sharing_of_a_substitute_leaves_the_good_as_it_was_shared_out():
    scene = with_substitute()
    shared(scene)
    withdraw(scene, shared(scene, "青菜"))
    assert (set(scene.got().values()), set(scene.instead().values())) == ({"0"}, {None})
    shared(scene, "青菜")
    assert sum(int(got) for got in scene.instead().values() if got) == 3


@pytest.mark.django_db
def test_substitute_that_was_looked_at_before_the_good_was_withdrawn_is_refused():
    scene = with_substitute()
    of = shared(scene)
    draft = sharing.make_sharing(good=scene.good, instead="青菜", by=scene.coordinator, at=AFTER)
    withdraw(scene, of)
    assert refusal(sharing.apply_sharing, sharing=draft, by=scene.coordinator, at=LATER) == "sharing_overtaken"


# ── the page ──────────────────────────────────────


@pytest.mark.django_db
def test_page_of_a_sharing_takes_it_back_with_a_reason_and_says_why_not(client: Client):
    scene = cabbages("2", *THREE)
    of = shared(scene)
    client.force_login(scene.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/c/xingfuli/sharing/{of.pk}/"
    assert client.get(url).context["withdraw"] is not None
    refused = client.post(f"{url}withdraw/", {"reason": ""})
    assert refused.context["withdraw"].errors["reason"] == ["请写原因：原因会留在分配结果里。"]
    answer = client.post(f"{url}withdraw/", {"reason": WHY}, follow=True)
    assert WHY in answer.content.decode()
    page = client.get(url)
    assert (page.context["withdraw"], WHY in page.content.decode()) == (None, True)


@pytest.mark.django_db
def test_retired_rule_is_taken_into_use_again(client: Client):
    scene = cabbages("2", *THREE)
    sharing_rules.default_rule(compound=scene.compound)
    facts = sharing_rules.RuleFacts("人人一样", "equal", [], None, True, Decimal(1))
    rule = sharing_rules.save_rule(compound=scene.compound, rule=None, facts=facts, by=scene.coordinator, at=AFTER)
    sharing_rules.retire_rule(rule=rule, by=scene.coordinator, at=AFTER)
    client.force_login(scene.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    url = "/c/xingfuli/sharing-rules/"
    assert [one.name for one, _lines in client.get(url).context["retired"]] == ["人人一样"]
    client.post(f"{url}restore/", {"rule": rule.pk})
    page = client.get(url)
    assert ("人人一样" in [one.name for one, _lines in page.context["rules"]], page.context["retired"]) == (True, [])
    assert AuditEntry.objects.filter(action="sharing_rule.restored").count() == 1
    # A rule that is in use is not there to be restored.
    assert client.post(f"{url}restore/", {"rule": rule.pk}).status_code == 404


# ── at the same moment ────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_withdraw_sharing_while_somebody_packs_has_one_of_two_ends():
    scene = cabbages("2", *THREE)
    of = shared(scene)
    room = got_some(scene)
    line = scene.lines[room]
    door = scene.compound.households.get(room=room)
    packed = {line.pk: Decimal(scene.got()[room] or 0)}

    def packs():
        return packing.pack_household(
            round=scene.round, household=door, packed=packed, bags=1, by=scene.coordinator, at=LATER
        ).bags

    with transaction.atomic():
        lock_round(scene.round.pk)
        others = [Other(packs), Other(lambda: withdraw(scene, of).withdrawn_reason)]
        until_blocked(*others)
    ends = [other.ended() for other in others]
    line.refresh_from_db()
    holds = Sharing.objects.filter(applied_at__isnull=False, replaced_at__isnull=True).exists()
    # Packed first: the sharing stands. Taken back first: what is in the bag is what its packer says.
    assert (ends, holds, line.packed) in [
        ([1, "packed_already"], True, packed[line.pk]),
        ([1, WHY], False, packed[line.pk]),
    ]
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_withdraw_sharing_while_it_is_shared_out_anew_leaves_one_decision():
    scene = cabbages("2", *THREE)
    of = shared(scene)
    purchase(scene.good, Purchase.Kind.BOUGHT, "1", by=scene.coordinator)
    draft = sharing.make_sharing(good=scene.good, by=scene.coordinator, at=AFTER)
    with transaction.atomic():
        lock_round(scene.round.pk)
        others = [
            Other(lambda: withdraw(scene, of).withdrawn_reason),
            Other(lambda: str(sharing.apply_sharing(sharing=draft, by=scene.coordinator, at=LATER).arrived)),
        ]
        until_blocked(*others)
    ends = [other.ended() for other in others]
    assert ends in [[WHY, "3.000"], ["sharing_overtaken", "3.000"]]
    assert Sharing.objects.filter(applied_at__isnull=False, replaced_at__isnull=True).count() == 1
    assert sum(int(got) for got in scene.got().values() if got) == 3
    connection.close()
