"""An export whose columns nobody knows, or whose rooms lack their unit: said once by a person."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from orders.forms import order_columns
from orders.models import AddressLayout, ChainImport, ChainSource, Nickname, Order
from orders.queries.review import review_of
from tests import make
from tests.orders.order_list.build import GAO, HE, YANG, export
from tests.orders.order_list.test_pages import client, compound, round, upload, url  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db

# Each column could be anything: the same word, a number, a room that many have.
ODD = (["甲", "乙", "丙", "丁"], ["高平", "2", "鸡蛋", "20.1702"], ["何敏", "1", "大米", "3.501"])
SAID = {"column-0": "buyer", "column-1": "quantity", "column-2": "goods", "column-3": "address"}


def odd(*rows):
    return export(*(rows or ODD[1:]), head=ODD[0])


def say(client, round, answer, **more):  # noqa: F811
    """Fills in the page that asks for the columns."""
    asked = answer.context
    data = {"book": asked["book"], "source": asked["source"], "line": asked["form"].head.number, **SAID, **more}
    return client.post(url("import", round=round.pk), data)


def test_file_that_nobody_can_read_leads_to_its_columns_and_not_to_a_dead_end(client, round):  # noqa: F811
    answer = upload(client, round, odd())
    form = answer.context["form"]
    assert (answer.status_code, form.labels, form.head.number) == (200, ("甲", "乙", "丙", "丁"), 1)
    assert [column["examples"] for column in form.columns][:2] == [["高平", "何敏"], ["2", "1"]]
    assert not ChainImport.objects.exists()


def test_columns_that_were_said_are_read_and_remembered_for_the_next_file(client, round):  # noqa: F811
    answer = say(client, round, upload(client, round, odd(), source="邻居团"))
    imported = ChainImport.objects.get()
    assert answer.url == url("review", paste=imported.pk)
    items = [(e.name, e.room_text, e.items[0]["goods"], e.items[0]["quantity"]) for e in imported.entries.all()]
    assert items == [("高平", "20-1702", "鸡蛋", "2"), ("何敏", "3-501", "大米", "1")]
    again = upload(client, round, odd(["高平", "3", "鸡蛋", "20.1702"]), source="另一个团")
    assert again.url == url("review", paste=ChainImport.objects.get(source__name="另一个团").pk)


def test_columns_that_say_too_little_are_asked_for_again_and_not_kept(client, round):  # noqa: F811
    answer = say(client, round, upload(client, round, odd()), **{"column-2": "ignore"})
    assert (answer.status_code, bool(answer.context["form"].non_field_errors())) == (422, True)
    assert not ChainSource.objects.exclude(columns=[]).exists()
    assert not ChainImport.objects.exists()


@pytest.mark.parametrize(("rows", "head"), [((), []), (([""],), [""])])
def test_file_without_a_line_says_so_also_when_its_columns_are_to_be_said(client, round, rows, head):  # noqa: F811
    plain, by_hand = (upload(client, round, export(*rows, head=head), **more) for more in ({}, {"choose": "on"}))
    assert (by_hand.status_code, by_hand.context["form"].errors) == (422, plain.context["form"].errors)
    assert list(by_hand.context["form"].errors) == ["file"]


def test_file_too_large_to_be_carried_says_so_at_once(client, round, monkeypatch):  # noqa: F811
    monkeypatch.setattr(order_columns, "MOST_CARRIED", 100)
    answer = upload(client, round, odd(), choose="on")
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"file": ["文件太大，不能手工指定各列：请分成几份上传。"]},
    )


def test_grid_counts_in_its_own_compound_and_for_two_hours(client, round, monkeypatch):  # noqa: F811
    answer = upload(client, round, odd())
    other = make.compound("yuanqu")
    with pytest.raises(ValidationError):
        order_columns.brought(answer.context["book"], other)
    order_columns.brought(answer.context["book"], round.compound)
    monkeypatch.setattr(order_columns, "LONGEST", dt.timedelta(seconds=-1))
    late = say(client, round, answer)
    assert (late.status_code, ChainImport.objects.exists()) == (302, False)


def test_columns_that_were_read_wrongly_can_be_said_otherwise(client, round):  # noqa: F811
    answer = upload(client, round, export(GAO), choose="on")
    shown = {column["field"].label: column["field"].initial for column in answer.context["form"].columns}
    assert (shown["商品"], shown["数量"], shown["房号"]) == ("goods", "quantity", "room")
    said = {f"column-{n}": "ignore" for n in range(11)} | {
        "column-2": "spec",
        "column-3": "goods",
        "column-4": "quantity",
    }
    said |= {"column-8": "address", "column-1": "buyer"}
    assert say(client, round, answer, **said).status_code == 302
    assert ChainImport.objects.get().entries.get().items[0]["goods"] == "30枚/板（鸡蛋）"


def test_another_line_of_headings_can_be_looked_at(client, round):  # noqa: F811
    answer = upload(client, round, odd(["一", "二", "三", "四"], *ODD[1:]))
    data = {"book": answer.context["book"], "source": "", "line": "2", "look": "1"}
    assert client.post(url("import", round=round.pk), data).context["form"].labels == ("一", "二", "三", "四")


def test_file_that_somebody_changed_on_its_way_is_not_read(client, round):  # noqa: F811
    answer = client.post(url("import", round=round.pk), {"book": "x:y", "line": "1"})
    assert (answer.status_code, answer.url) == (302, url("import", round=round.pk))


def test_one_answer_gives_all_lines_of_a_building_their_unit_and_teaches_nothing(client, compound, round):  # noqa: F811
    make.household(compound, "5-1-202")
    make.household(compound, "5-2-202")
    other = ["4", "钱七", *YANG[2:8], "5-202", "5", "202"]
    doubt = ["5", "孙八", "鸡蛋", "30枚/板", 500, *YANG[5:8], "5-202", "5", "202"]
    upload(client, round, export(HE, YANG, other, doubt))
    imported = ChainImport.objects.get()
    (question,) = review_of(imported, compound).unit_questions
    assert (question.building, question.lines, question.units) == ("5", 3, (("1", 3), ("2", 3)))
    assert client.post(url("review_unit", paste=imported.pk), {"building": "5", "unit": "2"}).status_code == 302
    doors = [(e.name, e.household.room, e.decision) for e in imported.entries.all()]
    assert doors == [
        ("何敏", "3-501", "take"),
        ("杨明", "5-2-201", "take"),
        ("钱七", "5-2-202", "take"),
        ("孙八", "5-2-202", "open"),
    ]
    assert not AddressLayout.objects.exists()
    assert not Nickname.objects.exists()
    assert review_of(imported, compound).unit_questions == []


def test_unit_that_is_not_there_answers_nothing(client, compound, round):  # noqa: F811
    upload(client, round, export(YANG))
    imported = ChainImport.objects.get()
    client.post(url("review_unit", paste=imported.pk), {"building": "5", "unit": "9"})
    assert imported.entries.get().household is None


def test_raw_line_of_an_export_is_shown_with_its_headings(client, compound, round):  # noqa: F811
    upload(client, round, export(YANG))
    (row,) = review_of(ChainImport.objects.get(), compound).rows
    assert row.cells[:3] == [("跟团号", "3"), ("下单人", "杨明"), ("商品", "鸡蛋")]
    assert Order.objects.count() == 0
