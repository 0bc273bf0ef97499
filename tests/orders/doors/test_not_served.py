"""What is owed says who has tried, when and what; and why a share was small."""

import datetime as dt

from orders.models import OrderLine
from orders.services import delivery
from tests import make
from tests.orders.doors.conftest import THREE, log_in, tap

MINUTE = dt.timedelta(minutes=1)


def rows(user, at="/c/xingfuli/not-served/"):
    return log_in(user).get(at).context["rows"]


def test_not_served_shows_each_try_at_its_door(round, coordinator, runner):
    tap(round, "3-1-502", "nobody_home", runner, THREE - 30 * MINUTE)
    tap(round, "3-1-502", "damaged", coordinator, THREE)
    [row] = rows(coordinator)
    assert [(one.by.name, one.outcome) for one in row.tries] == [("冯磊", "nobody_home"), ("林涛", "damaged")]


def test_not_served_left_at_the_door_is_served(round, coordinator, runner):
    tap(round, "3-1-502", "left", runner)
    assert rows(coordinator) == []


def test_not_served_closed_with_a_reason_is_off_the_list_and_served_ones_can_not_be(round, coordinator, runner):
    tap(round, "3-1-502", "refused", runner)
    line = OrderLine.objects.get(order__household__room="3-1-502")
    delivery.close_line(line=line, reason="已退款", by=coordinator, at=THREE)
    assert rows(coordinator) == []


def test_not_served_short_of_a_share_shows_how_much_and_no_second_state(round, coordinator, runner):
    OrderLine.objects.filter(goods="鸡蛋").update(allocated=1)
    tap(round, "3-1-501", "delivered", runner)
    [row] = rows(coordinator)
    assert (row.line.goods, row.line.owed, row.line.outcome) == ("鸡蛋", make.Decimal(1), "missing")
    assert row.tries == []


def test_not_served_of_one_room_and_closing_there_comes_back_to_it(round, coordinator, runner):
    tap(round, "3-1-501", "refused", runner)
    tap(round, "3-1-502", "refused", runner)
    client = log_in(coordinator)
    page = client.get("/c/xingfuli/not-served/?room=3-1-502")
    assert {row.line.order.household.room for row in page.context["rows"]} == {"3-1-502"}
    line = OrderLine.objects.filter(order__household__room="3-1-502").first()
    done = client.post("/c/xingfuli/not-served/close/?room=3-1-502", {"line": line.pk, "reason": "已退款"})
    assert (done.status_code, done["Location"]) == (302, "/c/xingfuli/not-served/?room=3-1-502")


def test_not_served_of_a_room_that_is_owed_nothing_says_so(round, coordinator, runner):
    tap(round, "3-1-502", "refused", runner)
    page = log_in(coordinator).get("/c/xingfuli/not-served/?room=3-1-501")
    assert (page.context["rows"], "3-1-501 没有欠货" in page.content.decode()) == ([], True)
