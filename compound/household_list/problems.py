"""What can be wrong with a list, as codes with facts; the sentences are in one place and are translated.

`ListRefused` is for a file that cannot be read at all. `Problem` is for one cell or row: an error leaves its row out,
a warning does not. Both keep code and facts, so that a page can say it again in another language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.refusals import Refusal

_REFUSALS = {
    "file_empty": gettext_noop("The file is empty. Choose the file with the household list and upload it again."),
    "file_too_large": gettext_noop(
        "The file is %(size)s MB; at most %(limit)s MB are read. Remove pictures and unused sheets, then save it again."
    ),
    "too_many_rows": gettext_noop("The list has more than %(limit)s rows. Split it, for example by building."),
    "unpacks_too_large": gettext_noop(
        "Unpacked, the file would be over %(limit)s MB. Copy the list into a new workbook and save it as .xlsx."
    ),
    "old_excel": gettext_noop(
        "This is the old Excel format (.xls). Open it in Excel or WPS, choose “Save as”, type .xlsx, and upload that."
    ),
    "password": gettext_noop(
        "The workbook is protected by a password. Open it, take the password off, save it, and upload it again."
    ),
    "word": gettext_noop("This is a Word document. Copy the table into Excel or WPS and save it as .xlsx."),
    "slides": gettext_noop("This is a presentation. Copy the table into Excel or WPS and save it as .xlsx."),
    "open_document": gettext_noop("This is an OpenDocument file. Save it as .xlsx and upload that."),
    "binary_excel": gettext_noop("This is the binary Excel format (.xlsb). Save it as .xlsx and upload that."),
    "pdf": gettext_noop("This is a PDF. Ask for the spreadsheet that it was made from, or copy the table into Excel."),
    "picture": gettext_noop("This is a picture. A list can only be read from .xlsx or .csv, not from a photo."),
    "archive": gettext_noop("This is a packed archive. Unpack it and upload the .xlsx or .csv file that is inside."),
    "web_page": gettext_noop(
        "This is a web page or XML table named like a spreadsheet. Open it in Excel or WPS, save it as .xlsx."
    ),
    "broken": gettext_noop("The workbook is damaged. Open it in Excel or WPS, save it under a new name, upload that."),
    "no_table": gettext_noop("This is no spreadsheet: only .xlsx and .csv can be read."),
    "encoding": gettext_noop("The characters of this .csv cannot be read. Save it as “CSV UTF-8” or as .xlsx."),
    "no_header": gettext_noop(
        "No line with column headings was found. The list needs one with at least “room” (房号), better with "
        "“building” (楼栋) and “people” (人数) too; the template shows how."
    ),
    "no_room_column": gettext_noop("No column says which room a line is about. Choose it by hand."),
    "no_rows": gettext_noop("The list has headings but no households under them."),
}

_PROBLEMS = {
    "room_missing": gettext_noop("%(head)s is empty"),
    "room_unreadable": gettext_noop("%(head)s cannot be read as a room (it says “%(text)s”)"),
    "room_is_date": gettext_noop(
        "%(head)s has become a date (%(text)s), as Excel does with 3-2. "
        "Set the column to “text” and write the room again"
    ),
    "building_missing": gettext_noop("the building of this room is not written anywhere"),
    "building_unreadable": gettext_noop("%(head)s cannot be read as a building (it says “%(text)s”)"),
    "building_mismatch": gettext_noop("%(head)s says “%(text)s”, but the line belongs to building %(building)s"),
    "unit_unreadable": gettext_noop("%(head)s cannot be read as a unit (it says “%(text)s”)"),
    "unit_mismatch": gettext_noop("%(head)s says “%(text)s”, but the unit of this line is %(unit)s"),
    "unit_ambiguous": gettext_noop("the unit is not written, and room %(number)s is in several: %(rooms)s"),
    "unit_missing": gettext_noop("the unit is not written, and building %(building)s has units"),
    "unit_not_there": gettext_noop("it names unit %(unit)s, but building %(building)s is registered without units"),
    "duplicate": gettext_noop("room %(room)s stands twice, here and in %(other)s; this line was left out"),
    "people_unreadable": gettext_noop("%(head)s is no number (it says “%(text)s”)"),
    "people_missing": gettext_noop("%(head)s is empty. Nobody lives there? Then write 0 or “空户”"),
    "people_too_many": gettext_noop("%(head)s is not possible (it says %(text)s)"),
    "people_conflict": gettext_noop("%(head)s says “%(text)s”, but %(people)s people are written in %(other)s"),
    "formula": gettext_noop(
        "%(head)s is a formula without a stored result. Open the file in Excel, save it, upload it again; "
        "or paste the column as values"
    ),
    "cell_error": gettext_noop("%(head)s shows an Excel error (%(text)s)"),
    # warnings
    "people_added_up": gettext_noop("%(head)s “%(text)s” was read as %(people)s people"),
    "people_differ": gettext_noop("%(head)s says %(text)s, but %(people)s people are listed"),
    "read_as_empty": gettext_noop("neither %(head)s nor a name is written: read as an empty flat"),
    "tag_unknown": gettext_noop("“%(text)s” in %(head)s is none of the known groups and was left out"),
    "tick_unclear": gettext_noop("“%(text)s” in %(head)s was read as yes"),
    "status_unknown": gettext_noop("“%(text)s” in %(head)s was not understood and has no effect"),
    "phone_unreadable": gettext_noop("%(head)s is no telephone number and was left out"),
    "unit_ignored": gettext_noop("unit %(unit)s was left out: building %(building)s is registered without units"),
    "remark_too_long": gettext_noop("the remark is longer than %(limit)s characters; the rest was left out"),
    "remark_names_group": gettext_noop(
        "“%(text)s” in %(head)s looks like a special group. It was kept as a remark only, no tag was set; please look"
    ),
    "column_unsure": gettext_noop("column %(text)s was taken for %(field)s; please check"),
    "no_people_column": gettext_noop("the list has no column for the number of people; existing numbers stay"),
    # rows that are no households
    "total": gettext_noop("total"),
    "note": gettext_noop("note or signature"),
    "heading": gettext_noop("building heading"),
    "header": gettext_noop("heading of columns"),
    "example": gettext_noop("example"),
    "blank": gettext_noop("nothing but a number"),
    "sheet": gettext_noop("sheet without a list"),
    "hidden": gettext_noop("hidden sheet"),
}

# What a column can be about, as the columns page offers it.
FIELD_NAMES = {
    "building": gettext_noop("building"),
    "unit": gettext_noop("unit (stairwell)"),
    "room": gettext_noop("room, or whole address"),
    "floor": gettext_noop("floor"),
    "name": gettext_noop("name of the householder"),
    "phone": gettext_noop("telephone"),
    "people": gettext_noop("number of people"),
    "people_part": gettext_noop("number of adults or children, to be added up"),
    "relation": gettext_noop("relation to the householder (one line per person)"),
    "tags": gettext_noop("groups that need attention"),
    "status": gettext_noop("lived in, empty, come back …"),
    "empty": gettext_noop("empty flat: yes or no"),
    "occupied": gettext_noop("lived in: yes or no"),
    "returned": gettext_noop("come back from elsewhere: yes or no"),
    "remark": gettext_noop("remark"),
    "ignore": gettext_noop("not needed"),
}


class ListRefused(Refusal):
    """The whole file cannot be read; nothing of it was used."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, _(_REFUSALS[code]) % params, **params)


@dataclass(frozen=True, slots=True)
class Problem:
    """`cell` is `G17`, or None for a whole sheet; `sheet` is '' while only one sheet was read."""

    code: str
    row: int | None = None
    cell: str | None = None
    sheet: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the language that is active now, without the place."""
        params = self.params
        if "field" in params:
            params = {**params, "field": _(FIELD_NAMES.get(params["field"], params["field"]))}
        return _(_PROBLEMS[self.code]) % params

    @property
    def place(self) -> str:
        if self.sheet and self.cell:
            return _("sheet “%(sheet)s” %(cell)s") % {"sheet": self.sheet, "cell": self.cell}
        return self.cell or (_("sheet “%(sheet)s”") % {"sheet": self.sheet} if self.sheet else "")

    @property
    def message(self) -> str:
        """`G17: 人数不是数字（写的是“约三”）`."""
        return f"{self.place}: {self.sentence}" if self.place else self.sentence

    def to_json(self) -> dict[str, Any]:
        return {"cell": self.cell, "message": self.message, "code": self.code, "row": self.row, "sheet": self.sheet}
