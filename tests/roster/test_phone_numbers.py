"""Numbers with a digit too few or too many are asked about before anybody is planned with them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from roster.forms.volunteers import PhoneNumber
from roster.phone_numbers import phone_fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("13912345678", ""),
        ("1391234", "short"),
        ("1391234567", "short"),
        ("139123456789", "long"),
        ("12012345678", "strange"),
        ("02165431234", ""),
        ("65431234", ""),
        ("654312", "short"),
        ("0216543123456", "long"),
        ("+4915112345678", ""),
        ("+49151", "short"),
        ("+4915112345678901", "long"),
    ],
)
def test_phone_fault_when_digits_are_too_few_or_too_many_names_it(number, fault):
    assert phone_fault(number) == fault


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("139 1234", ["这个号码少一位？手机号是11位，例如13800001234；座机请写区号，国外号码以+开头。"]),
        ("139123456789", ["这个号码多一位？手机号是11位，例如13800001234；座机请写区号，国外号码以+开头。"]),
        ("12012345678", ["这个号码不对？手机号是11位，例如13800001234；座机请写区号，国外号码以+开头。"]),
    ],
)
def test_phone_number_when_a_digit_is_missing_asks_in_the_form(typed, said):
    with translation.override("zh-hans"), pytest.raises(ValidationError) as error:
        PhoneNumber().clean(typed)
    assert error.value.messages == said
    assert PhoneNumber().clean("139 1234 5678") == "13912345678"
