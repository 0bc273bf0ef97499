"""The rows of the log: written once, read again for a check that is known."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from compound.models import Compound
from compound.refusals import Refusal
from gate.models import Check
from gate.queries.prepared import Prepared
from gate.services.checks.asking import Result


class Moved(Exception):
    """Something about the same passage was written before the locks were held: judge again from the beginning."""


class Replayed(Exception):
    """The same check was recorded elsewhere at the same moment: nothing of this one stays."""


FIELDS = {str(field.column): field for field in Check._meta.concrete_fields}
# Of the answer and of the row.
SAME_NAME = (
    "id", "verdict", "amber", "reasons", "conflict", "next_out_on", "next_out_at", "kind", "direction",
)  # fmt: skip
# What a statement that writes a check ends in, or the beginning of its end: the row's values, and then a FROM or not.
INSERT_SELECT = f"INSERT INTO gate_check ({', '.join(FIELDS)}) SELECT {', '.join(f'%({name})s' for name in FIELDS)}"
INSERT = Prepared(
    "gate_check_insert",
    f"{INSERT_SELECT} ON CONFLICT (id) DO NOTHING",
    **{name: str(field.db_type(connection)) for name, field in FIELDS.items()},
)


def column_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row's values as the statements take them."""
    return {**values, "reasons": json.dumps(values["reasons"], ensure_ascii=False)}


def insert_check(values: Mapping[str, Any]) -> None:
    """By column. Raises `Replayed` when there is one of this id. Not by the ORM: `save()` cannot say ON CONFLICT."""
    if INSERT.count(column_values(values)) == 0:
        raise Replayed


def answer_of(values: Mapping[str, Any], *, replayed: bool = False) -> Result:
    return Result(
        room=values["said_room"],
        surname=values["said_surname"],
        replayed=replayed,
        **{name: values[name] for name in SAME_NAME},
    )


def stored_answer(compound: Compound, check_id: uuid.UUID) -> Result:
    """The first answer again. Refuses the id of another compound's check. One statement."""
    row = Check.objects.filter(pk=check_id, compound=compound).values(*SAME_NAME, "said_room", "said_surname").first()
    if row is None:
        raise Refusal("id_taken", _("This entry has a number that is taken. Do it again."))
    if row["next_out_at"] is not None:
        row["next_out_at"] = compound.local(row["next_out_at"])
    return answer_of(row, replayed=True)
