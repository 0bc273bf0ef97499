"""A small export and a small compound, for tests of services, command and pages."""

import io

import openpyxl

from compound.models import Compound
from compound.spreadsheet import load
from orders.models import ChainImport, Round
from orders.services.order_lists import export_source, import_list, read_book
from tests import make
from tests.make import ELEVEN

HEAD = ["跟团号", "下单人", "商品", "规格", "数量", "订单状态", "收货人", "联系电话", "详细地址", "楼号", "房号"]
ROOMS = ("20-1702", "3-501", "5-1-201", "5-2-201")
GAO = ["1", "高平", "鸡蛋", "30枚/板", 2, "待发货", "宋刚", "13000037295", "20号楼1702", "20", "1702"]
HE = ["2", "何敏", "鸡蛋", "30枚/板", 1, "待发货", "黄静", "15000033335", "3-501", "3", "501室"]
YANG = ["3", "杨明", "鸡蛋", "30枚/板", 3, "待发货", "吴刚", "18000035172", "5-201", "5号", "201"]


def compound() -> Compound:
    of = make.compound()
    for room in ROOMS:
        make.household(of, room)
    return of


def export(*rows: list[object], head: list[str] = HEAD) -> bytes:
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(round: Round, data: bytes, *, by, at=ELEVEN, source: str = "快团团") -> tuple[ChainImport, dict[str, int]]:
    reading = read_book(compound=round.compound, book=load(data), round=round)
    found = export_source(compound=round.compound, name=source)
    return import_list(round=round, source=found, reading=reading, by=by, at=at)
