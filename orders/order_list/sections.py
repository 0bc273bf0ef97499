"""One table of an export and its columns."""

from __future__ import annotations

from dataclasses import dataclass

from compound.spreadsheet import Row
from orders.order_list import words


@dataclass(frozen=True, slots=True)
class Column:
    """`field` None: nobody knows. `good`: (name, spec) for a column that counts one good.

    `part`: 1, 2, … for the second, third … good of a row (`商品1 数量1 商品2 数量2`).
    """

    index: int
    heading: str
    field: words.Field | None
    sure: float = 0.0
    good: tuple[str, str] | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a sheet."""

    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    above: tuple[Row, ...]
    header: tuple[Row, ...]

    def of(self, name: str, part: int = 0) -> list[Column]:
        return [column for column in self.columns if column.field == name and column.part == part]

    def one(self, name: str) -> Column | None:
        found = self.of(name)
        return found[0] if found else None

    @property
    def parts(self) -> list[int]:
        """The further goods of a row, by number."""
        return sorted({column.part for column in self.columns if column.part})

    @property
    def goods_columns(self) -> list[Column]:
        return [column for column in self.columns if column.good is not None]
