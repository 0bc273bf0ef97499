"""What the columns of an export are, said by a person. The file comes along in the page, signed; nothing is kept."""

import base64
import binascii
import datetime as dt
import zlib
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compound.models import Compound
from compound.spreadsheet import Book, Row, Sheet, book_from_bytes, book_to_bytes, column_letters
from orders.order_list import CHOICES, Doors, Pick, guess_columns, layout_of

SALT = "orders.columns"
# Characters in the page: below what a request may bring.
MOST_CARRIED = 2_000_000
# The telephone numbers of receivers stand in it: no longer than somebody sits before the page.
LONGEST = dt.timedelta(hours=2)
MOST_COLUMNS = 60
FIRST_LINES = 15
WORDS = {
    "goods": _("name of the good"),
    "spec": _("specification"),
    "quantity": _("quantity"),
    "good": _("how many of the good in the heading"),
    "address": _("address, or building and room in one"),
    "building": _("building"),
    "unit": _("unit"),
    "room": _("room"),
    "floor": _("floor"),
    "buyer": _("nickname of who ordered"),
    "remark": _("remark"),
    "status": _("state: cancelled, refunded"),
    "refunded": _("how many were refunded"),
    "refunded_money": _("money paid back"),
    "reference": _("number of the order"),
    "pickup": _("pick-up point"),
    "receiver": _("receiver (is not kept)"),
    "phone": _("telephone (is not kept)"),
    "ignore": _("nothing that is needed"),
}


def _signer(compound: Compound) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"{SALT}.{compound.pk}")


def carried(book: Book, compound: Compound) -> str:
    """The grid for a hidden field of this compound's page; '' for one that is too large to go back and forth."""
    text = _signer(compound).sign(base64.b85encode(book_to_bytes(book)).decode())
    return text if len(text) <= MOST_CARRIED else ""


def brought(text: str, compound: Compound) -> Book:
    """What `carried` gave for the compound, for two hours. Raises ValidationError for anything else."""
    try:
        return book_from_bytes(base64.b85decode(_signer(compound).unsign(text, max_age=LONGEST)))
    except (signing.BadSignature, binascii.Error, zlib.error, ValueError):
        raise ValidationError(_("Choose the file again."), code="lost") from None


class ColumnsForm(forms.Form):
    """One choice for each column of the line with the headings. `pick` is what was said, once it is valid."""

    def __init__(self, data: QueryDict | None, *, book: Book, doors: Doors, line: int | None = None) -> None:
        super().__init__(data)
        self.sheet = _main(book)
        self.lines = [row for row in self.sheet.rows[:FIRST_LINES] if len(row.written) > 1] or list(self.sheet.rows[:1])
        guessed, fields = guess_columns(self.sheet, doors)
        self.head = next((r for r in self.lines if r.number == line), None) or _among(guessed, self.lines)
        if guessed is None or guessed.number != self.head.number:
            fields = {}
        self.labels = layout_of(self.head)
        below = [row for row in self.sheet.rows if row.number > self.head.number][:40]
        choices = [(name, WORDS[name]) for name in CHOICES]
        self.examples: dict[str, tuple[str, list[str]]] = {}
        for index in range(min(len(self.labels), MOST_COLUMNS)):
            heading = self.head.cell(index).text
            texts = list(dict.fromkeys(row.cell(index).text for row in below if row.cell(index).text))[:3]
            name = f"column-{index}"
            self.fields[name] = forms.ChoiceField(
                label=heading or column_letters(index), choices=choices, initial=fields.get(index, "ignore")
            )
            self.examples[name] = (column_letters(index), [text[:30] for text in texts])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        names = [data.get(f"column-{index}", "ignore") for index in range(len(self.labels))]
        self.pick = Pick(self.labels, tuple(names))
        if not self.errors and not self.pick.is_enough:
            raise ValidationError(
                _("Say at least which column is the good, and which says for which door or for whom."),
                code="not_enough",
            )
        return data

    @property
    def columns(self) -> list[dict[str, Any]]:
        """For the page: each field with its letters and three values."""
        return [
            {"field": self[name], "letters": letters, "examples": texts}
            for name, (letters, texts) in self.examples.items()
        ]


def has_lines(book: Book) -> bool:
    """Whether there is a line that could hold headings."""
    return any(sheet.rows for sheet in book)


def _main(book: Book) -> Sheet:
    """The sheet with the most rows, of those that are shown; a hidden one only where the others are empty."""
    return max(book, key=lambda sheet: (bool(sheet.rows), not sheet.hidden, len(sheet.rows)))


def _among(guessed: Row | None, lines: list[Row]) -> Row:
    """The line that was taken for the headings, else the fullest of the first ones."""
    if guessed is not None and guessed in lines:
        return guessed
    return max(lines, key=lambda row: (len([c for _i, c in row.written if c.kind == "text"]), -row.number))
