"""What a warning of the reader means to a volunteer: by code, as a sentence that says what to do.

The codes of the reader stand in docs/jielong.md, those of the registry in orders/services/chain_reading.py. A code
that is not known here shows the reader's own words: a warning is never swallowed.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.jielong.model import WARNINGS

# Codes that say the same as another one, or only inform: no sentence beside the entry.
SILENT = frozenset({"no_room"})

SENTENCES: dict[str, Any] = {
    "no_quantity": _("No quantity is written: how much?"),
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
    "note_guessed": _("Some words were taken for a note: are they a good that should be bought?"),
    # The registry's.
    "unit_ambiguous": _("This room is there in several units: which one?"),
    "room_unknown": _("There is no room %(detail)s in the list of households."),
    "room_empty": _("This flat stands empty: is the room right?"),
    "other_source": _("This household has ordered in “%(detail)s” already: is this a second order?"),
    "over_cap": _("More than the cap per household: change the quantity, or take it as it is."),
    "name_twice": _("This name stands twice: a correction or a second order?"),
}


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
        text = str(SENTENCES[code]) if code in SENTENCES else warning
        if "%(detail)s" in text:
            text = text % {"detail": detail}
        if text not in said:
            said.append(text)
    return said
