"""The file with an export of orders, and what it is compared with."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from compound.models import Compound
from compound.rooms import clean
from compound.spreadsheet import MAX_BYTES, Book, ListRefused, check_size, load
from orders.models import ChainSource

# What is offered before anything was imported.
PLATFORMS = ("快团团", "群接龙")


class OrderListForm(forms.Form):
    """The file is read while it is checked: `book` is its grid."""

    file = forms.FileField(
        label=_("Order export"),
        help_text=_(".xlsx or .csv, 10 MB at most, as 快团团 or 群接龙 gives it. Title lines and totals may stay."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv"}),
        allow_empty_file=True,
        max_length=200,
    )
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=40,
        required=False,
        help_text=_(
            "A later export of the same name takes the place of this one. Two group buys in one round need two names. "
            "Empty: the platform."
        ),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    choose = forms.BooleanField(
        label=_("Let me say what the columns are"),
        required=False,
        help_text=_("For a file that was read wrongly. It is remembered for files with the same headings."),
    )
    book: Book

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = compound.chain_sources.filter(kind=ChainSource.Kind.LIST, is_active=True).values_list("name", flat=True)
        self.sources = list(dict.fromkeys([*known, *PLATFORMS]))

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            check_size(upload.size or 0)
            self.book = load(upload.read(MAX_BYTES + 1))
        except ListRefused as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from None
        return upload

    def clean_source(self) -> str:
        return clean(self.cleaned_data["source"])
