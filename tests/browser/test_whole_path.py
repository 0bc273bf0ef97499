"""The first morning of a compound, all the way: a spreadsheet in, a 接龙 in, the paper out."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from orders.models import Order, Round
from orders.services import rounds
from tests import make

CHAIN = """#接龙
明早的菜
例 楼栋号-房间号 东西

1.1-101 鸡蛋2板
2.1-201 大米10斤，鸡蛋1板
3.尘 牛奶1箱
4.2-1102 青菜3斤 放门口

谢谢大家
"""


def household_list(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["幸福里小区住户登记表"],
        ["楼栋", "房号", "户主", "常住人数", "特殊人群"],
        ["1号楼", "101室", "周旻", 3, "独居老人"],
        [None, "２０１", "梁堃", 2, None],
        [None, "302", None, 0, None],
        ["2#", 1102, "于洋", "4人", None],
        ["小计", None, None, 9, None],
    ):
        sheet.append(row)
    book.save(path)
    return path


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_whole_path_from_a_spreadsheet_and_a_chat_to_the_paper(page: Page, tmp_path: Path, run_jobs) -> None:
    compound = make.compound()
    make.member(compound)
    now = timezone.now()
    hour = dt.timedelta(hours=1)
    round = make.round(compound, "今天中午", opens_at=now - hour, cutoff_at=now + hour)
    make.chain_source(compound)

    page.goto("/c/xingfuli/")
    page.get_by_label("手机号").fill("13000000002")
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()

    # An empty compound says what comes first.
    page.get_by_role("main").get_by_role("link", name="导入住户名单").first.click()
    page.locator("input[type=file]").set_input_files(household_list(tmp_path / "住户.xlsx"))
    page.locator("main button.button--primary").click()
    page.locator("main button.button--primary").click()
    assert list(compound.households.values_list("room", "head_count")) == [
        ("1-101", 3),
        ("1-201", 2),
        ("1-302", 0),
        ("2-1102", 4),
    ]

    page.goto(f"/c/xingfuli/rounds/{round.pk}/")
    page.get_by_role("link", name="粘贴接龙").first.click()
    page.locator("textarea[name=text]").fill(CHAIN)
    page.locator("main button.button--primary").click()
    expect(page.get_by_role("heading", name="核对接龙")).to_be_visible()
    expect(page.get_by_text("3 条明确")).to_be_visible()
    unclear = page.locator("form", has=page.get_by_role("button", name="就是这户")).first
    unclear.get_by_role("textbox").fill("1栋201")
    unclear.get_by_role("button", name="就是这户").click()
    expect(page.get_by_text("4 条明确")).to_be_visible()
    page.locator("main button.button--primary").click()
    expect(page.locator("main")).to_contain_text("4")
    assert Order.objects.filter(state="placed").count() == 4

    # The cut-off comes, the clock's job closes the round, the worker makes the paper.
    Round.objects.filter(pk=round.pk).update(cutoff_at=timezone.now())
    rounds.close_due_rounds(timezone.now())
    run_jobs()

    page.goto(f"/c/xingfuli/rounds/{round.pk}/")
    found = {}
    for link in page.locator("a[href*='/files/'][href$=download]").all():
        href = link.get_attribute("href") or ""
        found[href] = text_of(page.request.get(href).body())
    slips = next(text for text in found.values() if text.startswith("分装单") or "分装单" in text.splitlines()[0])
    assert [room in slips for room in ("1-101", "1-201", "2-1102", "1-302")] == [True, True, True, False]
    runs = [text for text in found.values() if "送货单" in text.splitlines()[0]]
    assert sorted(sum(room in text for text in runs) for room in ("1-101", "1-201", "2-1102", "1-302")) == [1, 1, 1, 1]
    shopping = next(text for text in found.values() if "采买单" in text.splitlines()[0])
    assert [goods in shopping for goods in ("鸡蛋", "大米", "牛奶", "青菜")] == [True] * 4
