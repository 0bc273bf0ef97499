"""Numbers as people type them."""

from decimal import Decimal

import pytest

from orders.quantities import decimal_of


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12.5", "12.5"),
        ("１２．５", "12.5"),
        ("12,5", "12.5"),
        ("12，5", "12.5"),
        ("1,200", "1200"),
        ("1，200，000.5", "1200000.5"),
        # Nobody sets apart thousands that begin with nought.
        ("0,500", "0.5"),
        ("1,2000", "1.2"),
        ("1,200,5", None),
        ("1.200,5", None),
        ("NaN", None),
        ("Infinity", None),
        ("两", None),
        ("", None),
    ],
)
def test_decimal_of_when_typed_reads_a_comma_as_point_or_thousands(typed, number):
    assert decimal_of(typed) == (None if number is None else Decimal(number))
