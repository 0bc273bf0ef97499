"""What a test reads of the roster: a refusal's code and words, and who is on a shift."""

from typing import Any

import pytest

from compound.refusals import Refusal
from roster.models import Shift


def refusal(deed: Any, **facts: Any) -> tuple[str, str]:
    """The code and the sentence with which `deed` refuses."""
    with pytest.raises(Refusal) as caught:
        deed(**facts)
    return caught.value.code, caught.value.message


def rows(shift: Shift) -> list[tuple[str, str, int | None]]:
    """(name, state, seat), the seats first."""
    return list(shift.assignments.order_by("seat", "made_at").values_list("user__name", "state", "seat"))
