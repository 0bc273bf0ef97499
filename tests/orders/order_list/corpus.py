"""Order exports as they come, made up: many layouts, each with its truth. The same seed gives the same file.

A case is the bytes of a file and for each order row what must come out: row, room (None: the unit is not written and
not unique, or two columns contradict each other), goods, spec, quantity, cancelled. Nobody in it exists.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import openpyxl

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英建国子涵梓萱"
GOODS = [
    ("纯牛奶", "24盒/箱"), ("鸡蛋", "30枚/板"), ("蔬菜套餐", "A套餐"), ("蔬菜套餐", "B套餐"), ("五花肉", "2斤"),
    ("大米", "10斤/袋"), ("卷纸", "12卷/提"), ("洗洁精", "1.5kg"),
]  # fmt: skip
Truth = tuple[int, str | None, str, str, str, bool]


def _registry() -> list[tuple[str, str | None, str]]:
    doors: list[tuple[str, str | None, str]] = []
    for building in ("1", "2"):
        doors += [(building, u, f"{f}0{n}") for u in ("1", "2") for f in range(1, 7) for n in (1, 2, 3)]
    doors += [("3", None, f"{f}0{n}") for f in range(1, 7) for n in (1, 2, 3)] + [("3", None, "302A")]
    doors += [("5", "1", f"{f}01") for f in range(1, 7)] + [("5", "2", f"{f}02") for f in range(1, 7)]
    doors += [("9", None, str(n)) for n in range(1, 13)]
    for building in ("10", "11"):
        doors += [(building, None, f"{f}0{n}") for f in range(1, 12) for n in (1, 2, 3)]
    doors += [("20", None, f"{f}{n:02d}") for f in range(1, 19) for n in range(1, 5)]
    doors += [("商务楼", None, f"{f}0{n}") for f in range(1, 7) for n in (1, 3)]
    doors += [("B1", None, f"{f}0{n}") for f in range(1, 4) for n in (1, 2)]
    return doors


DOORS = _registry()
ROOMS = ["-".join(part for part in door if part) for door in DOORS]


def unit_is_unique(door: tuple[str, str | None, str]) -> bool:
    return sum(d[0] == door[0] and d[2] == door[2] for d in DOORS) == 1


def room_of(door: tuple[str, str | None, str], *, unit_written: bool) -> str | None:
    return "-".join(part for part in door if part) if unit_written or unit_is_unique(door) else None


@dataclass
class Case:
    name: str
    data: bytes
    truth: list[Truth]
    goods: str = ""
    rooms: list[str] = field(default_factory=lambda: ROOMS)


class Cast:
    """Invented people and their orders."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.number = 0

    def person(self) -> str:
        return self.rng.choice(SURNAMES) + "".join(self.rng.sample(GIVEN, self.rng.choice((1, 2))))

    def nick(self) -> str:
        return self.person() + self.rng.choice(["", "", "～", "🌸", "妈妈", "-爱生活", "A"])

    def phone(self) -> str:
        return self.rng.choice(["130", "150", "170", "180"]) + f"000{self.rng.randrange(100000):05d}"

    def door(self, *, han: bool = True, units: bool = True, nine: bool = False) -> tuple[str, str | None, str]:
        while True:
            door = self.rng.choice(DOORS)
            if (han or door[0].isdigit()) and (units or door[1] is None) and (nine or door[0] != "9"):
                return door

    def good(self) -> tuple[str, str]:
        return self.rng.choice(GOODS)

    def count(self) -> int:
        return self.rng.choice([1, 1, 1, 2, 2, 3, 5])

    def pick(self, *options: str) -> str:
        return self.rng.choice(options)

    def address(self, door: tuple[str, str | None, str], *, with_unit: bool) -> str:
        """The ways of writing one door as free text."""
        building, unit, number = door
        mark = "" if not building[-1].isdigit() else self.pick("号楼", "栋", "幢", "号", "#")
        if unit and with_unit:
            return self.pick(
                f"{building}{mark}{unit}单元{number}", f"{building}-{unit}-{number}",
                f"{building}{mark}{unit}单元{number}室",
                f"{building}{mark}-{unit}-{number}", f"{building}栋{unit}单元 {number}室",
            )  # fmt: skip
        if not mark:
            return self.pick(f"{building}{number}", f"{building}-{number}", f"{building}{number}室")
        return self.pick(f"{building}{mark}{number}", f"{building}-{number}", f"{building}{mark}{number}室")

    def building_box(self, building: str) -> str:
        if not building[-1].isdigit():
            return building
        return building if self.rng.random() < 0.56 else building + self.pick("号", "号楼", "栋", "幢", "#", "室", "座")

    def room_box(self, number: str) -> str:
        return (
            number
            if self.rng.random() < 0.82
            else self.pick(f"{number}室", f"0{number}", f"{number}房", f"{number} 室")
        )


def workbook(*sheets: tuple[str, list[list[object]]], edit: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if edit:
        edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_bytes(rows: list[list[object]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)
