"""The goods page by its real address: what is in the address is typed by anybody."""

import pytest
from django.urls import reverse

from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods(client, clock):
    """The page of a round with one good, `?edit=` as given."""
    compound = make.compound()
    offer = make.offer(make.round(compound), "鸡蛋", "板", price="23.5")
    clock(ELEVEN)
    client.force_login(make.member(compound))
    address = reverse("orders:goods", kwargs={"code": "xingfuli", "round": offer.round_id})
    return offer, lambda edit: client.get(address, {"edit": edit})


@pytest.mark.parametrize("edit", ["²", "9" * 5000, "-1", "x", ""])
def test_goods_page_asked_to_open_what_is_no_good_opens_none(goods, edit):
    _offer, page = goods
    response = page(edit)
    assert (response.status_code, response.context["offer_form"]) == (200, None)


def test_goods_page_asked_to_open_a_good_opens_it(goods):
    offer, page = goods
    assert page(str(offer.pk)).context["offer_form"].instance == offer
