"""Names that were given in one language, read in the other; and lists of words."""

import datetime as dt

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils.translation import override

from compound.listing import listed
from compound.models import Sheet
from orders.models import Round
from orders.names import round_name
from orders.queries.totals import buildings_words
from orders.services import rounds
from orders.sheets import name_of
from tests import make
from tests.make import ELEVEN


@pytest.mark.parametrize(
    ("title", "english", "chinese"),
    [
        ("8月23日 12:00", "8/23 12:00", "8月23日 12:00"),
        ("11月3日 18:00 惠民超市", "11/3 18:00 惠民超市", "11月3日 18:00 惠民超市"),
        ("8/23 12:00", "8/23 12:00", "8月23日 12:00"),
        # What somebody wrote stays as it was written.
        ("8月23日中午团", "8月23日中午团", "8月23日中午团"),
        ("平价猪肉 8月23日 12:00", "平价猪肉 8月23日 12:00", "平价猪肉 8月23日 12:00"),
        ("8月23日 12:00起", "8月23日 12:00起", "8月23日 12:00起"),
        ("", "", ""),
    ],
)
def test_a_round_of_the_schedule_is_called_in_the_readers_language(title, english, chinese):
    with override("en"):
        assert round_name(title) == english
    with override("zh-hans"):
        assert round_name(title) == chinese


@pytest.mark.django_db
def test_the_schedules_own_title_is_one_that_is_known_again():
    compound = make.compound()
    compound.round_schedules.create(cutoff=dt.time(12), supply_point=make.supply_point(compound))
    rounds.schedule_rounds(compound=compound, at=ELEVEN)
    first = Round.objects.order_by("cutoff_at").first()
    with override("en"):
        assert (first.title, first.name) == ("8月23日 12:00", "8/23 12:00")


@pytest.mark.parametrize(
    ("kind", "part", "title", "english", "chinese"),
    [
        ("delivery_run", "20", "送货单：20栋", "Delivery run: building 20", "送货单：20栋"),
        ("delivery_run", "商务楼", "送货单：商务楼", "Delivery run: 商务楼", "送货单：商务楼"),
        ("shopping_list", "惠民超市", "采买单：惠民超市", "Shopping list: 惠民超市", "采买单：惠民超市"),
        ("bag_slips", "", "分装单", "Bag slips", "分装单"),
        ("not_served", "", "Not served yet", "Not served yet", "未送达"),
        ("sharing", "大白菜 棵", "分配结果：大白菜", "Shared out: 大白菜", "分配结果：大白菜"),
        ("duty_day", "", "值班表：东门", "值班表：东门", "值班表：东门"),
    ],
)
def test_a_sheet_is_called_in_the_readers_language(kind, part, title, english, chinese):
    sheet = Sheet(kind=kind, part=part, title=title)
    with override("en"):
        assert name_of(sheet) == english
    with override("zh-hans"):
        assert name_of(sheet) == chinese


def test_words_side_by_side_have_the_comma_of_the_language():
    page = Template(
        "{{ names|listed }}"
        "{% for name in names %}{% if not forloop.first %}{% between %}{% endif %}{{ name }}{% endfor %}"
    )
    names = Context({"names": ["19", "<20>"]})
    with override("en"):
        assert (listed(["19", 20]), page.render(names)) == ("19, 20", "19, &lt;20&gt;19, &lt;20&gt;")
    with override("zh-hans"):
        assert (listed(["19", 20]), page.render(names)) == ("19、20", "19、&lt;20&gt;19、&lt;20&gt;")


@pytest.mark.django_db
def test_the_page_of_rounds_says_a_scheduled_title_in_english(client, clock):
    compound = make.compound()
    make.round(compound, title="8月23日 12:00")
    clock(ELEVEN)
    client.force_login(make.member(compound))
    address = reverse("orders:rounds", kwargs={"code": "xingfuli"})
    client.cookies["django_language"] = "en"
    page = client.get(address).content.decode()
    assert (">8/23 12:00</a>" in page, "8月23日 12:00" in page) == (True, False)


@pytest.mark.parametrize(
    ("names", "english", "chinese"),
    [
        (["19", "20", "20", "商务楼"], "buildings 19, 20, 商务楼", "19、20栋、商务楼"),
        (["3"], "building 3", "3栋"),
        (["商务楼"], "商务楼", "商务楼"),
    ],
)
def test_several_buildings_have_the_word_once_and_where_it_fits(names, english, chinese):
    with override("en"):
        assert buildings_words(names) == english
    with override("zh-hans"):
        assert buildings_words(names) == chinese
