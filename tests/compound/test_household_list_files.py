"""Files that are no list: each is refused with a sentence that says what to do; none costs much time or memory."""

import io
import time
import zipfile

import openpyxl
import pytest
from django.utils import translation

from compound.household_list import ListRefused, load, read_book
from compound.household_list.template import template_bytes
from tests.compound.household_lists import rows_said, text, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def packed(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return stream.getvalue()


FILES = {
    "empty": (b"", "file_empty"),
    "only_spaces": (b"\xef\xbb\xbf \r\n\r\n", "file_empty"),
    "only_commas": (b",,,\r\n,,,\r\n", "file_empty"),
    "fifty_megabytes": (b"a" * 50 * 1024 * 1024, "file_too_large"),
    "old_excel": (OLE + "Workbook".encode("utf-16-le"), "old_excel"),
    "old_word": (OLE + "WordDocument".encode("utf-16-le"), "word"),
    "with_password": (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    "docx": (packed(word__document_dot_xml=b"<w/>"), "word"),
    "pptx": (packed(ppt__presentation_dot_xml=b"<p/>"), "slides"),
    "ods": (packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "open_document"),
    "xlsb": (packed(xl__workbook_dot_bin=b"\x00"), "binary_excel"),
    "zip": (packed(list_dot_csv=b"a,b"), "archive"),
    "rar": (b"Rar!\x1a\x07\x00" + b"\x00" * 50, "archive"),
    "half_a_workbook": (xlsx(("x", [["房号"], [101]]))[:900], "broken"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "picture"),
    "jpeg": (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "picture"),
    "web_page": ("<html><table><tr><td>房号</td></tr></table>".encode(), "web_page"),
    "xml_table": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "web_page"),
    "program": (bytes(range(256)) * 20, "no_table"),
}


@pytest.mark.parametrize("name", FILES)
def test_file_when_it_is_no_list_is_refused(name: str) -> None:
    data, code = FILES[name]
    with pytest.raises(ListRefused) as refused:
        load(data)
    assert refused.value.code == code


def test_file_when_refused_says_what_to_do_in_both_languages() -> None:
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language), pytest.raises(ListRefused) as refused:
            load(FILES["old_excel"][0])
        said.append(refused.value.message)
    assert said == [
        "这是旧的 Excel 格式（.xls）。请用 Excel 或 WPS 打开，另存为 .xlsx 再传。",
        "This is the old Excel format (.xls). Open it in Excel or WPS, choose “Save as”, type .xlsx, and upload that.",
    ]


def test_file_when_it_unpacks_to_gigabytes_is_refused_at_once() -> None:
    good = xlsx(("x", [["房号"], [101]]))
    stream = io.BytesIO(good)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * (200 * 1024 * 1024))
    started = time.perf_counter()
    with pytest.raises(ListRefused) as refused:
        load(stream.getvalue())
    assert refused.value.code == "unpacks_too_large"
    assert time.perf_counter() - started < 0.5


def test_file_when_its_xml_has_entities_is_refused() -> None:
    good = xlsx(("x", [["房号"], [101]]))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + data
            target.writestr(name, data)
    with pytest.raises(ListRefused) as refused:
        load(stream.getvalue())
    assert refused.value.code == "broken"


def test_list_when_merged_over_whole_columns_is_read_quickly() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["楼栋", "房号", "人数"], [1, 101, 2], [None, 102, 3]):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    # Written by hand: openpyxl itself would make an object of each of the million cells.
    merged = b'<mergeCells count="1"><mergeCell ref="A2:A1048576"/></mergeCells></sheetData>'
    target = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", b"</sheetData>" + merged.removesuffix(b"</sheetData>"))
            made.writestr(name, data)
    started = time.perf_counter()
    assert rows_said(read_book(load(target.getvalue()))) == ["2 1-101 2", "3 1-102 3"]
    assert time.perf_counter() - started < 1


def test_list_when_it_has_too_many_rows_is_refused() -> None:
    rows = [["房号", "人数"], *[[f"1-{n}", "1"] for n in range(20_001)]]
    with pytest.raises(ListRefused) as refused:
        load(text(rows))
    assert refused.value.code == "too_many_rows"


@pytest.mark.parametrize("english", [False, True])
def test_template_when_sent_back_untouched_holds_no_households(english: bool) -> None:
    with pytest.raises(ListRefused) as refused:
        read_book(load(template_bytes(english=english)))
    assert refused.value.code == "no_rows"


@pytest.mark.parametrize("english", [False, True])
def test_template_when_its_examples_are_made_real_is_read_without_a_question(english: bool) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_bytes(english=english)))
    for number in (2, 3, 4):
        book.worksheets[0][f"D{number}"] = "张小明" if number < 4 else ""
    stream = io.BytesIO()
    book.save(stream)
    reading = read_book(load(stream.getvalue()))
    assert rows_said(reading) == [
        "2 1-1-101 3 婴幼儿",
        "3 1-2-302A 1 独居老人 慢性病 返",
        "4 A-305 0 空" if english else "4 商务楼-305 0 空",
    ]
    assert (reading.errors, reading.warnings, reading.asks) == ((), (), False)


# Small files that unpack to much work

HEAD = (
    b'<row r="1"><c r="A1" t="str"><v>\xe6\x88\xbf\xe5\x8f\xb7</v></c></row><row r="2"><c r="A2"><v>101</v></c></row>'
)
FAR = b'<row r="1048576"><c r="C1048576"><v>1</v></c></row>'


def workbook(rows: bytes, *, after: bytes = b"", sheets: int = 1, encoding: str = "utf-8") -> bytes:
    """Every sheet has these rows, written by hand: openpyxl could not write them in reasonable time."""
    source = zipfile.ZipFile(io.BytesIO(xlsx(*[(f"s{number}", [["房号"]]) for number in range(sheets)])))
    stream = io.BytesIO()
    with source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                before, _, rest = data.partition(b"<sheetData>")
                data = before + b"<sheetData>" + rows + b"</sheetData>" + after + rest.partition(b"</sheetData>")[2]
                data = data.decode().encode(encoding)
            target.writestr(name, data)
    return stream.getvalue()


BOMBS = {
    "far_rows_on_many_sheets": (lambda: workbook(HEAD + FAR, sheets=3), "unpacks_too_large"),
    "merged_over_everything": (
        lambda: workbook(HEAD + FAR, after=b'<mergeCells><mergeCell ref="A1:B1048576"/></mergeCells>'),
        "unpacks_too_large",
    ),
    "many_merged_ranges": (
        lambda: workbook(HEAD + FAR, after=b"<mergeCells>" + b'<mergeCell ref="A1:A900000"/>' * 3 + b"</mergeCells>"),
        "unpacks_too_large",
    ),
    "doctype_in_utf_16": (
        lambda: workbook(HEAD, after=b'<!DOCTYPE x [<!ENTITY a "aaaa">]>', encoding="utf-16"),
        "broken",
    ),
    "doctype_after_a_comment": (
        lambda: workbook(HEAD, after=b"<!-- " + b"x" * 5000 + b' --><!DOCTYPE x [<!ENTITY a "aaaa">]>'),
        "broken",
    ),
    "comment_of_megabytes": (lambda: workbook(HEAD, after=b"<!-- " + b"> " * 1_000_000 + b" -->"), "broken"),
    "tag_of_megabytes": (lambda: workbook(HEAD, after=b'<x y="' + b"a" * 2_000_000 + b'"/>'), "broken"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_file_when_small_but_much_work_is_refused(name: str) -> None:
    build, code = BOMBS[name]
    started = time.perf_counter()
    with pytest.raises(ListRefused) as refused:
        load(build())
    assert refused.value.code == code
    assert time.perf_counter() - started < 30


def test_list_when_one_row_is_at_the_very_end_is_read() -> None:
    last = b'<row r="1048576"><c r="A1048576"><v>102</v></c></row>'
    book = load(workbook(HEAD + last))
    assert [(row.number, row.cells[0].text) for row in next(iter(book)).rows] == [
        (1, "房号"),
        (2, "101"),
        (1_048_576, "102"),
    ]


def test_list_when_formatted_to_its_last_row_costs_a_few_seconds() -> None:
    formatted = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/><c r="B%d" s="0"/></row>' % (n, n, n) for n in range(3, 1_048_575)
    )
    last = b'<row r="1048575"><c r="A1048575"><v>102</v></c></row><row r="1048576" hidden="1"/>'
    data = workbook(HEAD + formatted + last)
    started = time.process_time()
    found = [(row.number, row.cells[0].text) for row in next(iter(load(data))).rows]
    assert found == [(1, "房号"), (2, "101"), (1_048_575, "102")]
    # 20 s and more with every cell made an object.
    assert time.process_time() - started < 12


@pytest.mark.parametrize("empty", [b"<row/>", b'<row><c s="0"/></row>'])
def test_list_when_most_rows_are_empty_is_read_quickly(empty: bytes) -> None:
    wide = b'<row><c r="DP3" s="0"/></row>'
    started = time.perf_counter()
    rows = next(iter(load(workbook(HEAD + wide + empty * 50_000)))).rows
    assert [row.number for row in rows] == [1, 2]
    assert time.perf_counter() - started < 12


def test_list_when_its_cells_do_not_say_their_place_is_read() -> None:
    rows = b"".join(
        b"<row>" + b"".join(b'<c t="str"><v>%s</v></c>' % word.encode() for word in words) + b"</row>"
        for words in (["房号", "人数"], ["1-101", "3"])
    )
    assert rows_said(read_book(load(workbook(rows)))) == ["2 1-101 3"]
