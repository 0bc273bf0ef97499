"""Whatever a file holds, it is read or refused: nothing else is ever raised, and no line disappears."""

import io
import zipfile
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compound.household_list import ListRefused, load, read_book
from compound.spreadsheet.grid import Book, Cell, Row, Sheet
from tests.compound.household_lists import text, xlsx

WORDS = [
    "", "", "", "楼栋", "单元", "房号", "户主", "人数", "特殊人群", "居住状态", "备注", "与户主关系",
    "身份证号", "楼层", "电话", "1号楼", "2#", "3号楼2单元", "1单元", "/", "101", "202室", "３０２", "20-1702",
    "2-1-501", "赵一", "13000041234", "3人", "约三", "2大1小", "独居老人、孕妇", "党员", "空户", "返乡", "√",
    "小计", "合计：3户", "审核人：", "注：空户也要填", "户主", "子", "0", "1", "2", "-", "例：赵一",
    "110101199003071233", "2022-03-02", "弄", "号", "室", "是否空置", "孕妇", "一、1号楼", "东区3号楼",
    "商务楼",
]  # fmt: skip
KINDS = st.sampled_from(["text"] * 8 + ["number", "date", "formula", "error"])
CELLS = st.builds(lambda word, kind: Cell(word, kind) if word else Cell(""), st.sampled_from(WORDS), KINDS)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=8), min_size=1, max_size=14)
HEADS = st.lists(st.sampled_from(WORDS[3:15]), min_size=2, max_size=8)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(head=HEADS, body=ROWS)
def test_grid_when_anything_stands_in_it_is_read_without_losing_a_line(head: list[str], body: list[list[Cell]]) -> None:
    rows = [Row(1, tuple(Cell(word) for word in head))]
    rows += [Row(number, tuple(cells)) for number, cells in enumerate(body, 2)]
    try:
        reading = read_book(Book((Sheet("", tuple(rows)),)))
    except ListRefused:
        return
    heads = {number for section in reading.sections for number in section.header}
    heads |= {row.number for section in reading.sections for row in section.above}
    spoken = {line.row for line in reading.lines} | {p.row for p in (*reading.errors, *reading.skipped)}
    first = min(spoken, default=0)
    written = {row.number for row in rows if row.written} - heads
    persons = reading.persons
    assert written - spoken - persons == set()
    assert first >= 0


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_when_anything_are_read_or_refused(data: bytes) -> None:
    with suppress(ListRefused):
        read_book(load(data))


PARTS = zipfile.ZipFile(io.BytesIO(xlsx(("名册", [["楼栋", "房号", "人数"], ["1", "101", 2]])))).namelist()


@settings(max_examples=150, deadline=None)
@given(part=st.sampled_from(PARTS), start=st.integers(0, 3000), junk=st.binary(max_size=40))
def test_workbook_when_a_part_is_damaged_is_read_or_refused(part: str, start: int, junk: bytes) -> None:
    good = xlsx(("名册", [["楼栋", "房号", "人数"], ["1", "101", 2]]))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                at = start % (len(data) + 1)
                data = data[:at] + junk + data[at + len(junk) :]
            target.writestr(name, data)
    with suppress(ListRefused):
        read_book(load(stream.getvalue()))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=6), min_size=1, max_size=8))
def test_csv_when_any_text_stands_in_it_is_read_or_refused(rows: list[list[str]]) -> None:
    clean = [[cell.encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    with suppress(ListRefused):
        read_book(load(text([["楼栋", "房号", "人数"], *clean])))
