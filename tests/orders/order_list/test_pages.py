"""The page of a round that takes an export, and the review behind it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compound.models import Role
from orders.models import AddressLayout, ChainImport, ChainSource, Order
from tests import make
from tests.make import ELEVEN
from tests.orders.order_list import build
from tests.orders.order_list.build import GAO, HE, HEAD, YANG, export
from tests.orders.order_list.corpus import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def compound():
    return build.compound()


@pytest.fixture
def round(compound):
    return make.round(compound)


@pytest.fixture
def client(client, compound, clock):
    clock(ELEVEN)
    client.force_login(make.member(compound))
    return client


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def upload(client, round, data, **typed):
    file = SimpleUploadedFile("export.xlsx", data)
    return client.post(url("import", round=round.pk), {"file": file, "source": "", **typed})


def test_import_page_when_a_file_comes_leads_to_its_review_and_orders_nothing_yet(client, round):
    answer = upload(client, round, export(GAO, YANG))
    imported = ChainImport.objects.get()
    assert answer.url == url("review", paste=imported.pk)
    page = client.get(answer.url).content.decode()
    assert "20-1702" in page
    assert "5-1-201" in page
    assert not Order.objects.exists()


def test_import_when_doors_are_put_right_and_confirmed_places_and_can_be_undone(client, round):
    upload(client, round, export(GAO, [*YANG[:8], "201/5/2", "", ""]))
    imported = ChainImport.objects.get()
    entry = imported.entries.get(decision="open")
    client.post(url("review_decide", paste=imported.pk), {"position": entry.position, "room_text": "5-2-201"})
    client.post(url("review_confirm", paste=imported.pk))
    assert set(Order.objects.values_list("household__room", flat=True)) == {"20-1702", "5-2-201"}
    assert AddressLayout.objects.get().pattern == "#/#/#"
    client.post(url("review_undo", paste=imported.pk))
    assert set(Order.objects.values_list("state", flat=True)) == {"cancelled"}


def test_import_when_the_same_file_comes_again_leads_to_the_confirmed_one(client, round):
    upload(client, round, export(GAO))
    imported = ChainImport.objects.get()
    client.post(url("review_confirm", paste=imported.pk))
    answer = upload(client, round, export(GAO))
    assert answer.url == url("review", paste=imported.pk)
    assert ChainImport.objects.count() == 1


def test_import_when_the_file_is_no_list_says_why_and_keeps_what_was_typed(client, round):
    answer = upload(client, round, b"%PDF-1.4", source="牛奶团")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "PDF" in page
    assert 'value="牛奶团"' in page
    assert not ChainSource.objects.exists()


def test_import_when_a_chat_group_has_the_name_is_refused_beside_the_field(client, compound, round):
    make.chain_source(compound, "业主一群")
    answer = upload(client, round, export(GAO), source="业主一群")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["source"])


def test_paste_page_when_exports_were_imported_offers_chat_groups_only(client, compound, round):
    upload(client, round, export(HE))
    make.chain_source(compound, "业主一群")
    form = client.get(url("paste", round=round.pk)).context["form"]
    assert [label for _pk, label in form.fields["source"].choices[:-1]] == ["业主一群"]


def test_import_page_when_somebody_may_not_run_orders_is_not_there(client, compound, round):
    assert client.get(url("import", round=round.pk)).status_code == 200
    client.force_login(make.member(compound, Role.VOLUNTEER))
    assert client.get(url("import", round=round.pk)).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["E2是空的：要多少？", "E3 里的不是数量：要多少？"]),
        ("en", ["E2 is empty: how much?", "What stands in E3 is no quantity: how much?"]),
    ],
)
def test_review_when_cells_are_bad_names_each_by_its_coordinate(client, round, language, words):
    upload(client, round, export([*GAO[:4], None, *GAO[5:]], [*HE[:4], "一些", *HE[5:]], YANG))
    client.cookies["django_language"] = language
    page = client.get(url("review", paste=ChainImport.objects.get().pk)).content.decode()
    assert [text for text in words if text in page] == words


def test_review_when_one_answer_is_given_for_a_building_learns_the_shape_of_its_addresses(client, round):
    upload(client, round, export([*YANG[:8], "5号201(2)", "", ""]))
    paste = ChainImport.objects.get().pk
    client.post(url("review_unit", paste=paste), {"building": "5", "unit": "2"})
    client.post(url("review_confirm", paste=paste))
    assert Order.objects.get().household.room == "5-2-201"
    assert AddressLayout.objects.get().pattern == "#号#(#"


def test_review_when_two_sheets_have_many_lines_that_are_no_orders_shows_each_once(client, round):
    sheets = [
        (day, [HEAD, row, *(["", "", f"合计{day}{n}"] for n in range(60))])
        for day, row in (("周三", GAO), ("周四", HE))
    ]
    upload(client, round, workbook(*sheets))
    review = url("review", paste=ChainImport.objects.get().pk)
    wanted = [f"合计{day}{n}" for day in ("周三", "周四") for n in range(60)]

    def lines(html):
        return re.findall(r"合计周.[0-9]+", html), re.findall(r'id="(s[0-9]+)"', html)

    page = client.get(review).content.decode()
    first, anchor = re.search(r'href="([^"]*group=skipped[^"#]*)#(s[0-9]+)"', page).groups()
    seen, ids = lines(page)
    while more := re.search(r'hx-get="([^"]*group=skipped[^"]*)"', page):
        page = client.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
        seen, ids = seen + lines(page)[0], ids + lines(page)[1]
    assert seen == wanted
    assert len(set(ids)) == len(wanted)
    # Without JavaScript the link leads to the first line that was not shown.
    shown, ids = lines(client.get(first.replace("&amp;", "&")).content.decode())
    assert (shown, ids.index(anchor)) == (wanted[:100], 50)
