"""An old phone on a slow network: no page with its style sheets and its module is heavier than 50 kB, unpacked."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
from django.conf import settings

from orders.models import OrderLine, Round
from tests import make
from tests.make import ELEVEN

MOST_BYTES = 50_000
FILES = ("css/base.css", "css/own-page.css", "js/own-page.js")


@pytest.fixture
def long_history(scene, phone):
    """Two rounds a day for a fortnight, ten goods each; sixty goods on the open list; a dozen errands."""
    for number in range(28):
        cutoff = ELEVEN - dt.timedelta(hours=12 * number + 1)
        round = make.round(scene.of, f"第{number}批", opens_at=cutoff - dt.timedelta(hours=9), cutoff_at=cutoff)
        goods = [(f"绿色无公害青菜{n}", "1.5", "斤") for n in range(10)]
        order = make.order(round, scene.home, *goods, by=scene.chief, at=cutoff)
        state = "delivering" if number < 4 else "settled"
        Round.objects.filter(pk=round.pk).update(state=state, closed_at=cutoff, state_at=cutoff)
        lines = OrderLine.objects.filter(order=order)
        lines.update(outcome="delivered", outcome_at=cutoff, delivered=1)
        lines.filter(goods__endswith="3").update(outcome="refused", delivered=0)
    for number in range(58):
        make.offer(
            scene.round, f"绿色无公害青菜{number}", "斤", section=f"第{number // 12 + 1}排", price="3.50", cap="5"
        )
    for number in range(12):
        phone.post(scene.url("ask/help/"), {"id": str(uuid.uuid4()), "text": f"路由器坏了，孩子明早要上网课{number}"})


def test_every_page_with_a_long_history_is_light_enough(scene, phone, long_history):
    shared = sum(len((Path(settings.BASE_DIR) / "static" / file).read_bytes()) for file in FILES)
    pages = ["", f"order/{scene.round.pk}/", "ask/medicine/", "money/", "outings/", "before/", "wish/"]
    weights = {one: len(phone.get(scene.url(one)).content) + shared for one in pages}
    assert {one: weight for one, weight in weights.items() if weight > MOST_BYTES} == {}, weights


def test_earlier_orders_when_there_are_many_come_page_by_page_and_none_is_left_out(scene, phone, long_history):
    found = []
    for number in (1, 2, 3, 4):
        page = phone.get(scene.url(f"before/?page={number}")).text
        found += [name for name in range(28) if f">第{name}批<" in page]
        assert (f"?page={number + 1}" in page, f"?page={number - 1}" in page) == (number < 4, number > 1)
    assert found == list(range(28))
    for odd in ("²", "0", "-1", "9" * 40, "8"):
        assert phone.get(scene.url(f"before/?page={odd}")).status_code == 200
