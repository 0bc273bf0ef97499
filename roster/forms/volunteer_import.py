"""The file, and what its columns mean."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compound.forms.household_import import UploadForm
from compound.listing import listed
from roster.volunteer_list import FIELD_NAMES, Reading
from roster.volunteer_list.columns import IGNORE


class ListForm(UploadForm):
    """Reads the file as the import of households does."""

    field_order = ("file",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("List of volunteers")
        self.fields["file"].help_text = _(".xlsx or .csv, at most 1,000 people. Headings in Chinese or English.")


class ColumnsForm(forms.Form):
    def __init__(self, data: Any = None, *, reading: Reading) -> None:
        super().__init__(data)
        self.reading = reading
        choices = [(IGNORE, _("not needed")), *((name, _now(words)) for name, words in FIELD_NAMES.items())]
        for column in reading.columns:
            self.fields[f"column-{column.index}"] = forms.ChoiceField(
                label=column.heading or column.letters, choices=choices, initial=column.field or IGNORE
            )

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [{"column": column, "field": self[f"column-{column.index}"]} for column in self.reading.columns]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        said = [value for value in data.values() if value != IGNORE]
        twice = {word for word in said if said.count(word) > 1}
        if twice:
            names = listed(_now(FIELD_NAMES[word]) for word in sorted(twice))
            raise forms.ValidationError(
                _now("Two columns are the same: %(names)s. Choose one.") % {"names": names}, code="column_twice"
            )
        if not {"name", "phone"} <= set(said):
            raise forms.ValidationError(_now("Say which column has the name and which the phone."), code="needed")
        return data

    @property
    def chosen(self) -> dict[int, str]:
        return {column.index: self.cleaned_data[f"column-{column.index}"] for column in self.reading.columns}
