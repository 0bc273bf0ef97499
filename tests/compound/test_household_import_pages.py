"""Upload → columns → preview → confirmed, through the real addresses, as coordinator and as those who may not."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from compound.models import AuditEntry, Compound, Household, Role, StoredFile
from tests import make
from tests.compound.household_lists import text, xlsx

pytestmark = pytest.mark.django_db
HEAD = ["楼栋", "房号", "户主", "人数", "特殊人群"]
TWO = [HEAD, ["1栋", "101", "赵一", "2", "孕妇"], ["1栋", "102", "钱二", "3", ""]]


@pytest.fixture
def of() -> Compound:
    return make.compound()


@pytest.fixture
def coordinator(of: Compound, client: Client) -> Client:
    client.force_login(make.member(of), backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(name: str, upload: object = None) -> str:
    return reverse(name, kwargs={"code": "xingfuli", **({"upload": upload} if upload else {})})


def send(client: Client, data: bytes, name: str = "名册.csv") -> Any:
    return client.post(at("household_import"), {"file": SimpleUploadedFile(name, data)})


def kept() -> StoredFile:
    return StoredFile.objects.get(kind="household_list")


def test_import_page_when_not_in_that_role_is_not_found(of: Compound, client: Client) -> None:
    for role in (Role.GATE, Role.MEDICAL, Role.SUPPLY, Role.VOLUNTEER):
        client.force_login(make.member(of, role), backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(at("household_import")).status_code == 404
        assert client.get(at("household_template")).status_code == 404
    client.force_login(make.member(of, Role.SECRETARY), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(at("household_import")).status_code == 200


def test_upload_when_all_columns_are_clear_leads_to_the_preview(coordinator: Client) -> None:
    answer = send(coordinator, text(TWO))
    assert (answer.status_code, answer["Location"]) == (302, at("household_import_preview", kept().id))
    assert Household.objects.count() == 0
    assert kept().name == "名册.csv"


def test_upload_when_it_is_no_list_says_why_and_keeps_nothing(coordinator: Client) -> None:
    answer = send(coordinator, b"%PDF-1.7", "list.pdf")
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [
        "这是 PDF 文件。请找到做成它的表格，或把表格复制到 Excel 里再存成 .xlsx。"
    ]
    assert StoredFile.objects.count() == 0


def test_upload_when_it_has_50_megabytes_says_so(coordinator: Client) -> None:
    answer = send(coordinator, b"a" * 50 * 1024 * 1024)
    assert answer.context["form"].errors["file"] == [
        "文件有 50.0 MB，最多读 10 MB。请删去图片和用不到的工作表，再存一次。"
    ]


def test_upload_when_empty_says_so(coordinator: Client) -> None:
    assert send(coordinator, b"").context["form"].errors["file"] == ["文件是空的。请重新选择名单文件上传。"]


def test_preview_when_confirmed_imports_and_forgets_the_upload(coordinator: Client, of: Compound) -> None:
    make.household(of, "1-101", head_count=5, tags=["infant"])
    make.household(of, "9-101")
    send(coordinator, text([*TWO, ["1栋", "103", "孙三", "约三", ""]]))
    page = coordinator.get(at("household_import_preview", kept().id))
    plan = page.context["plan"]
    assert (len(plan.new), len(plan.changed), len(plan.same), plan.absent) == (1, 1, 0, ("9-101",))
    words = page.content.decode()
    assert [
        part for part in ("D4", "人数不是数字（写的是“约三”）", "婴幼儿 → <b>孕妇</b>", "9-101") if part not in words
    ] == []
    done = coordinator.post(at("household_import_preview", kept().id), {"digest": plan.digest}, follow=True)
    assert [str(message) for message in done.context["messages"]] == [
        "导入完成：新增1户，变化1户，未变0户。",
    ]
    assert list(Household.objects.values_list("room", "head_count")) == [("1-101", 2), ("1-102", 3), ("9-101", 2)]
    assert StoredFile.objects.filter(kind="household_list").count() == 0
    entry = AuditEntry.objects.get(action="households.imported")
    assert (entry.by, entry.text) == (
        make.member(make.compound("other")),
        "住户名单名册.csv：新增1，变化1，未变0，没有导入1",
    )


def test_preview_when_there_are_remarks_shows_them_before_and_after(coordinator: Client, of: Compound) -> None:
    make.household(of, "1-101", head_count=2)
    Household.objects.update(remark="有狗")
    rows = [["楼栋", "房号", "人数", "备注"], ["1", "101", "2", "有电梯卡"], ["1", "102", "2", "需胰岛素"]]
    send(coordinator, text(rows))
    page = coordinator.get(at("household_import_preview", kept().id))
    preview = page.context["preview"]
    assert [row.changes for row in preview.changed] == [[("备注", "有狗", "有电梯卡")]]
    assert [row.remark for building in preview.new for row in building.rows] == ["需胰岛素"]
    assert ("有狗 → <b>有电梯卡</b>" in page.content.decode(), "需胰岛素" in page.content.decode()) == (True, True)


def left_out_page(coordinator: Client) -> tuple[str, Any]:
    send(coordinator, text([*TWO, ["1栋", "103", "孙三", "约三", ""], ["1栋", "", "李四", "2", ""]]))
    address = at("household_import_preview", kept().id)
    answer = coordinator.post(address, {"digest": coordinator.get(address).context["plan"].digest})
    return answer["Location"], coordinator.get(answer["Location"])


def test_import_when_lines_were_left_out_goes_on_naming_each_cell(coordinator: Client) -> None:
    address, page = left_out_page(coordinator)
    again = coordinator.get(address).content.decode()
    for words in (page.content.decode(), again):
        parts = [
            "D4",
            "人数不是数字（写的是“约三”）",
            "B5",
            "房号没有写",
            "请在文件里改好这些，再导入一次；不会重复导入。",
        ]
        assert [part for part in parts if part not in words] == []
    other = coordinator.get(at("household_import")).content.decode()
    assert "约三" not in other
    # The corrected file goes in from this very page; what went in before is not imported twice.
    right = text([*TWO, ["1栋", "103", "孙三", "3", ""], ["1栋", "104", "李四", "2", ""]])
    coordinator.post(address, {"file": SimpleUploadedFile("名册.csv", right)})
    plan = coordinator.get(at("household_import_preview", kept().id)).context["plan"]
    assert (len(plan.new), len(plan.changed), len(plan.same)) == (2, 0, 2)


def test_import_when_a_wrong_file_follows_still_names_the_cells_left_out(coordinator: Client) -> None:
    address, _page = left_out_page(coordinator)
    answer = coordinator.post(address, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert (answer.status_code, "约三" in answer.content.decode()) == (422, True)


def test_left_out_cells_when_of_another_compound_or_seven_days_old_are_not_shown(coordinator: Client) -> None:
    address, _page = left_out_page(coordinator)
    file = StoredFile.objects.get(kind="household_left_out")
    StoredFile.objects.update(compound=make.compound("other", "另一个"))
    assert "约三" not in coordinator.get(address).content.decode()
    StoredFile.objects.update(compound=Compound.objects.get(code="xingfuli"))
    assert "约三" in coordinator.get(address).content.decode()
    StoredFile.objects.update(keep_until=file.created_at.date() - dt.timedelta(days=1))
    assert "约三" not in coordinator.get(address).content.decode()
    assert coordinator.get(at("household_import") + "?left_out=nonsense").status_code == 200


def test_import_when_all_went_in_lands_on_a_page_without_a_list_of_cells(coordinator: Client) -> None:
    send(coordinator, text(TWO))
    address = at("household_import_preview", kept().id)
    answer = coordinator.post(address, {"digest": coordinator.get(address).context["plan"].digest})
    assert (answer["Location"], StoredFile.objects.count()) == (at("household_import"), 0)


def test_preview_when_the_registry_changed_meanwhile_is_shown_again(coordinator: Client, of: Compound) -> None:
    send(coordinator, text(TWO))
    address = at("household_import_preview", kept().id)
    digest = coordinator.get(address).context["plan"].digest
    make.household(of, "1-101", head_count=9)
    again = coordinator.post(address, {"digest": digest}, follow=True)
    assert [str(message) for message in again.context["messages"]] == ["刚才有人改过登记，请再看一遍。"]
    assert Household.objects.count() == 1
    coordinator.post(address, {"digest": again.context["plan"].digest})
    assert list(Household.objects.values_list("room", "head_count")) == [("1-101", 2), ("1-102", 3)]


def test_preview_when_nothing_differs_offers_no_button(coordinator: Client) -> None:
    for _ in range(2):
        send(coordinator, text(TWO))
        page = coordinator.get(at("household_import_preview", kept().id))
        before = "button--primary" in page.content.decode()
        coordinator.post(at("household_import_preview", kept().id), {"digest": page.context["plan"].digest})
    assert before is False
    assert AuditEntry.objects.filter(action="households.imported").count() == 1


def test_columns_when_unsure_are_asked_about_and_remembered(coordinator: Client) -> None:
    rows = [["楼栋", "房号", "丁口"], ["1", "101", "2"], ["1", "102", "3"]]
    answer = send(coordinator, text(rows))
    address = at("household_import_columns", kept().id)
    assert answer["Location"] == address
    page = coordinator.get(address)
    assert [(i["column"].heading, i["sure"], i["examples"]) for i in page.context["sheets"][0]["columns"]] == [
        ("丁口", False, ["2", "3"]),
        ("楼栋", True, ["1"]),
        ("房号", True, ["101", "102"]),
    ]
    answer = coordinator.post(address, {"column-0-0": "building", "column-0-1": "room", "column-0-2": "people"})
    assert answer["Location"] == at("household_import_preview", kept().id)
    plan = coordinator.get(answer["Location"]).context["plan"]
    assert [(str(line.room), line.people) for line in plan.new] == [("1-101", 2), ("1-102", 3)]
    # The next list with this heading asks nothing.
    coordinator.post(at("household_import_drop", kept().id))
    assert send(coordinator, text(rows))["Location"] == at("household_import_preview", kept().id)


def test_columns_when_none_is_the_room_says_so_and_keeps_what_was_chosen(coordinator: Client) -> None:
    send(coordinator, text([["楼栋", "房号", "丁口"], ["1", "101", "2"]]))
    chosen = {"column-0-0": "building", "column-0-1": "ignore", "column-0-2": "people"}
    page = coordinator.post(at("household_import_columns", kept().id), chosen)
    assert page.status_code == 422
    assert page.context["form"].non_field_errors() == ["看不出哪一列是房号，请自己选。"]
    assert page.context["form"]["column-0-2"].value() == "people"


def test_columns_when_no_heading_was_found_take_the_line_that_is_named(coordinator: Client) -> None:
    send(coordinator, text([["甲表"], ["A", "B", "C"], ["1", "101", "2"]]))
    address = at("household_import_columns", kept().id)
    assert coordinator.get(address).context["sheets"][0]["lines"][1] == (2, ["A", "B", "C"])
    assert coordinator.post(address, {"row-0": "2"})["Location"] == address
    answer = coordinator.post(address, {"column-0-0": "building", "column-0-1": "room", "column-0-2": "people"})
    plan = coordinator.get(answer["Location"]).context["plan"]
    assert [(str(line.room), line.people) for line in plan.new] == [("1-101", 2)]


def test_upload_when_given_up_is_gone(coordinator: Client) -> None:
    send(coordinator, text(TWO))
    upload = kept().id
    coordinator.post(at("household_import_drop", upload))
    assert coordinator.get(at("household_import_preview", upload)).status_code == 404
    assert Household.objects.count() == 0


def test_upload_when_of_another_compound_is_not_found(coordinator: Client, of: Compound) -> None:
    send(coordinator, text(TWO))
    other = make.compound("other", "另一个")
    StoredFile.objects.update(compound=other)
    assert coordinator.get(at("household_import_preview", kept().id)).status_code == 404


def test_upload_when_seven_days_old_is_gone(coordinator: Client) -> None:
    send(coordinator, text(TWO))
    old = kept()
    StoredFile.objects.filter(pk=old.pk).update(keep_until=old.keep_until - dt.timedelta(days=8))
    assert coordinator.get(at("household_import_preview", old.id)).status_code == 404
    send(coordinator, text(TWO))
    assert kept().id != old.id


def test_upload_when_it_has_identity_numbers_keeps_and_shows_none(coordinator: Client) -> None:
    rows = [["楼栋", "房号", "户主", "身份证号", "人数"], ["1", "101", "赵一", "110101199003071233", "2"]]
    send(coordinator, xlsx(("x", rows)), "名册.xlsx")
    assert b"1101011990" not in bytes(kept().content)
    for name in ("household_import_preview", "household_import_columns"):
        page = coordinator.get(at(name, kept().id)).content.decode()
        assert ("110101" in page, "身份证号" in page) == (False, False)


def test_template_when_downloaded_is_a_workbook_in_the_language_asked_for(coordinator: Client) -> None:
    first = []
    for language in ("zh-hans", "en"):
        answer = coordinator.get(at("household_template"), {"language": language})
        first.append(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]["C1"].value)
    assert first == ["房号", "Room"]


@pytest.mark.parametrize("households", [1, 3])
def test_pages_queries_when_the_list_is_longer_stay_the_same(
    coordinator: Client, django_assert_num_queries: Any, households: int
) -> None:
    send(coordinator, text([HEAD, *[["1栋", str(101 + n), "赵一", "2", "孕妇"] for n in range(households)]]))
    upload = kept().id
    with django_assert_num_queries(10):
        coordinator.get(at("household_import_preview", upload))
    with django_assert_num_queries(5):
        coordinator.get(at("household_import_columns", upload))
