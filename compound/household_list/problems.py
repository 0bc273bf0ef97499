"""What can be wrong with a list, as codes with facts; the sentences are in one place and are translated.

`NoHouseholds` is for a file that holds no list. `Problem` is for one cell or row: an error leaves its row out,
a warning does not. Both keep code and facts, so that a page can say it again in another language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.spreadsheet import ListRefused

_REFUSALS = {
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


class NoHouseholds(ListRefused):
    """The file can be read, and holds no list of households."""

    sentences = _REFUSALS


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
