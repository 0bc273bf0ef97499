"""Forms of the household import: the file, and what its columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from compound.household_list import MAX_BYTES, Book, Choice, Column, ListRefused, Section, check_size, load
from compound.household_list.problems import FIELD_NAMES
from compound.household_list.words import TAGS
from compound.tags import TAGS as TAG_ROWS


class UploadForm(forms.Form):
    """The file is read while it is checked: `cleaned_data["file"]` is the upload, `book` its grid."""

    file = forms.FileField(
        label=_("Household list"),
        help_text=_(".xlsx or .csv, 10 MB at most. Headings in Chinese or English, title lines and totals may stay."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv"}),
        allow_empty_file=True,
        max_length=200,
    )
    book: Book

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            check_size(upload.size or 0)
            self.book = load(upload.read(MAX_BYTES + 1))
        except ListRefused as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from None
        return upload


def field_choices() -> list[tuple[str, Any]]:
    english = (get_language() or "").startswith("en")
    names = {chinese: name if english else chinese for _code, chinese, name in TAG_ROWS}
    plain = [(word, gettext(name)) for word, name in FIELD_NAMES.items() if word != "ignore"]
    ticks = [(f"tag:{tag}", f"{names[tag]} √") for tag in TAGS]
    unneeded = FIELD_NAMES["ignore"]
    return [("ignore", gettext(unneeded)), *plain, (gettext("a column of ticks for"), ticks)]


class ColumnsForm(forms.Form):
    """One choice for each column of each sheet that has a list. `rows` pairs each column with its field."""

    def __init__(self, data: Any, *, sections: Sequence[Section], book: Book) -> None:
        super().__init__(data)
        self.titles = {sheet.title: number for number, sheet in enumerate(book)}
        self.sections: list[Section] = []
        choices = field_choices()
        seen: set[tuple[str, int]] = set()
        for section in sections:
            for column in section.columns:
                key = (section.sheet, column.index)
                if key in seen or column.field == "identity":
                    continue
                seen.add(key)
                name = self.name_of(section.sheet, column)
                self.fields[name] = forms.ChoiceField(
                    choices=choices, label=column.heading or column.letters, initial=word_of(column)
                )
            self.sections.append(section)
        for sheet, number in self.titles.items():
            if not any(section.sheet == sheet for section in sections):
                self.fields[f"row-{number}"] = forms.IntegerField(
                    min_value=0, max_value=20_000, required=False, label=_("Line with the headings"),
                    widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
                )  # fmt: skip

    def name_of(self, sheet: str, column: Column) -> str:
        return f"column-{self.titles[sheet]}-{column.index}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = {(name.split("-")[1], word) for name, word in data.items() if name.startswith("column-")}
        for sheet, number in self.titles.items():
            words = {word for own, word in chosen if own == str(number)}
            if words and "room" not in words:
                raise forms.ValidationError(
                    _("Sheet “%(sheet)s”: choose the column that says which room a line is about.")
                    if sheet
                    else _("No column says which room a line is about. Choose it by hand."),
                    params={"sheet": sheet},
                    code="no_room_column",
                )
        return data

    def chosen(self, before: dict[str, Choice]) -> dict[str, Choice]:
        """By sheet: only what differs from what was understood anyway, so that later lists learn nothing wrong."""
        said: dict[str, Choice] = {}
        for sheet, number in self.titles.items():
            old = before.get(sheet, Choice())
            fields = dict(old.fields)
            for section in self.sections:
                for column in section.columns:
                    word = self.cleaned_data.get(self.name_of(section.sheet, column))
                    if section.sheet == sheet and word and (word != word_of(column) or column.sure < 0.75):
                        fields[column.index] = word
            row = self.cleaned_data.get(f"row-{number}")
            said[sheet] = Choice(old.header_row if row is None else row, fields)
        return said


def word_of(column: Column) -> str:
    """The choice that stands for what was understood."""
    if column.tag:
        return f"tag:{column.tag}"
    return column.field if column.field and column.field != "identity" else "ignore"
