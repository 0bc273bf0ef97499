"""How, to whom and until when to pay."""

from django import forms
from django.utils.translation import gettext_lazy as _

from money.services.terms import LONGEST


class TermsForm(forms.Form):
    text = forms.CharField(
        label=_("What households are told"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "How, to whom and until when, for example: Cash to your captain, or by WeChat code at the south gate, by "
            "Sunday evening. No telephone or card numbers: everybody reads it."
        ),
    )
