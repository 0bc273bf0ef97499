"""What a warning of the reader means to a volunteer: by code, as a sentence that says what to do.

The codes of the reader stand in docs/jielong.md, those of the registry in orders/services/chain_reading.py. A code
that is not known here shows the reader's own words: a warning is never swallowed.
"""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.jielong.model import WARNINGS

# Codes that say the same as another one, or only inform: no sentence beside the entry.
SILENT = frozenset({"no_room", "instead"})

SENTENCES: dict[str, Any] = {
    "no_quantity": _("No quantity is written: how much?"),
    "no_quantity_in": _("%(detail)s is empty: how much?"),
    "plus_number": _("“+” and a number may mean people, portions or places: how much?"),
    "range": _("“From … to …” is no quantity: how much?"),
    "zero": _("The quantity is zero: leave it out?"),
    "large": _("An unusually large quantity: is it right?"),
    "two_quantities": _("Two quantities stand behind one good: which one?"),
    "group_unclear": _("It is not clear which goods share this quantity."),
    "no_items": _("No goods were understood: write them in, or leave the line out."),
    "building_only": _("Only the building is written: which room?"),
    "room_only": _("Only the room is written: which building?"),
    "room_conflict": _("More than one room is written: which one?"),
    "no_number": _("The line has no number: does it belong to the 接龙?"),
    "repeated_number": _("This number stands twice."),
    "repeated_name": _("This name or room stands twice: a correction or a second order?"),
    "changed": _("The line changes an earlier order: check what is wanted now."),
    "partial_cancel": _("A part of it was cancelled: check what is left."),
    "name_guessed": _("Name and goods run into each other: check both."),
    "earlier_order": _("The line speaks of an order of another round: which one?"),
    "unsure": _("The line leaves it open: ask what is wanted."),
    "odd_unit": _("Nobody counts in “%(detail)s”: what is meant?"),
    "odd_goods": _("“%(detail)s” does not read like a good: what is wanted?"),
    "goods_joined": _("“%(detail)s” may be two goods: write each of them with its quantity."),
    "note_guessed": _("Some words were taken for a note: are they a good that should be bought?"),
    # The registry's.
    "unit_ambiguous": _("This room is there in several units: which one?"),
    "room_unknown": _("There is no room %(detail)s in the list of households."),
    "room_empty": _("This flat stands empty: is the room right?"),
    "other_source": _("This household has ordered in “%(detail)s” already: is this a second order?"),
    "cancels_other": _("“%(detail)s” has an order of this household: is it the one to be withdrawn?"),
    "cancels_other_way": _("This household has an order that came another way: is it the one to be withdrawn?"),
    "other_way": _("This household has an order already that came another way: is this a second one?"),
    "over_cap": _("More than the cap per household: change the quantity, or take it as it is."),
    "over_cap_by": _("More than one household may have, %(detail)s: change the quantity, or take it as it is."),
    "name_twice": _("This name stands twice: a correction or a second order?"),
    "order_on_its_way": _("Its bag has left, or is at the door already: mark at the door what happens to it instead."),
    # Of order exports (orders/order_list); %(detail)s is a cell, a line, or a room.
    "columns_conflict": _("The columns contradict each other (%(detail)s): which room?"),
    "remark_room": _("The remark names another room, %(detail)s: whose order is it?"),
    "place_hint": _("The building was taken from the pick-up point: is %(detail)s right?"),
    "date_recovered": _("Excel had made a date of the room (%(detail)s)."),
    "room_is_date": _("Excel has made a date of the room (%(detail)s): which room is it?"),
    "glued": _("Building and room are written in one (%(detail)s): is the room right?"),
    "unit_ignored": _("A unit is written, and %(detail)s has none: is the room right?"),
    "by_nickname": _("The room was found by “%(detail)s”."),
    "by_layout": _("The address “%(detail)s” was read as such addresses were put right before."),
    "by_number": _("Only the number is written, and only %(detail)s has it: is that right?"),
    "bad_cell": _("%(detail)s holds an error, or a formula without a result: look into the file."),
    "quantity_unreadable": _("What stands in %(detail)s is no quantity: how much?"),
    "total_differs": _("The quantity in %(detail)s is not the sum of the goods: check them."),
    "partial_refund": _("A part was refunded: check what is left."),
    "refund_asked": _("A refund was asked for: does the order still count?"),
    "unpaid": _("It is not paid yet: does the order count?"),
    "remark_cancel": _("The remark says that it is cancelled: leave it out?"),
    "state_unknown": _("“%(detail)s” stands where the file says what is cancelled: does the order count?"),
    "hidden_row": _("Line %(detail)s was hidden in the file."),
    "repeated_row": _("Line %(detail)s repeats one above it: is it a second order?"),
}


# An export names the cell that is empty; of a line of the chat the reader's own words come first.
_CELL = re.compile(r": [A-Z]{1,3}[0-9]{1,7}$")


def code_of(warning: str) -> str:
    return warning.partition(":")[0]


def detail_of(warning: str) -> str:
    """What stands behind the code: the registry's own text, or what the reader put in brackets."""
    code, _colon, rest = warning.partition(":")
    rest = rest.strip()
    return rest.removeprefix(WARNINGS.get(code, "")).strip().removeprefix("(").removesuffix(")")


def sentences(warnings: list[str]) -> list[str]:
    """One sentence per code, in order. The reader's `repeated_name` and our `name_twice` are one matter."""
    codes = {code_of(warning) for warning in warnings}
    said: list[str] = []
    for warning in warnings:
        code = code_of(warning)
        if code in SILENT or (code == "repeated_name" and "name_twice" in codes):
            continue
        detail = detail_of(warning)
        if code == "other_source" and not detail:
            # Typed in, or from the household's own page: no chat group has that order.
            code = "other_way"
        if code == "cancels_other" and not detail:
            code = "cancels_other_way"
        if code == "no_quantity" and _CELL.search(warning):
            code = "no_quantity_in"
        if code == "over_cap" and detail:
            code = "over_cap_by"
        text = str(SENTENCES[code]) if code in SENTENCES else warning
        if "%(detail)s" in text:
            text = text % {"detail": detail}
        if text not in said:
            said.append(text)
    return said
