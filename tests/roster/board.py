"""The coordinator's desk on 23 August 2022, 11:00, and what stands on the board."""

from typing import Any

from django.test import Client

from compound.models import Compound, Role
from roster.models import Volunteer
from tests import make

ROSTER = "/c/xingfuli/roster/"
NAMES = ("赵丽", "钱建军", "孙桂英", "李晓明", "周婷", "吴静")


def desk(of: Compound, role: Role = Role.COORDINATOR) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(make.member(of, role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def people(of: Compound, count: int = len(NAMES), **more: Any) -> list[Volunteer]:
    return [make.volunteer(of, name, f"1310000000{n}", **more) for n, name in enumerate(NAMES[:count])]


def slots(answer: Any) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(post, hours, [(kind, name)]) of every shift of the board, by post and time."""
    return [
        (line.post.name, slot.hours, [(seat.kind, seat.name) for seat in slot.seats])
        for block in answer.context["board"].blocks
        for line in block.lines
        for cell in line.cells
        for slot in cell
    ]
