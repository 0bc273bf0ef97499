"""What a column about the state makes of an order: cancelled, asked about, or nothing."""

import pytest

from compound.spreadsheet import load
from orders.order_list import Doors, read_orders
from orders.order_list.states import State, state_of
from tests.orders.order_list.build import ROOMS, export

CANCELLED, STANDS = (True, ()), (False, ())
HEADS = [
    "取消",
    "已取消",
    "是否取消",
    "作废",
    "已作废",
    "退款",
    "已退款",
    "取消（团长填）",
    "是否已取消",
    "退单",
    "Cancelled",
]


def state(heading, text):
    found = state_of([(heading, text)], "")
    return found.cancelled, found.warnings


def read(heading, *texts, matrix=False):
    """Rows of a list with that column: (cancelled, warnings) each."""
    head = ["接龙人", "楼号门牌", *(["鸡蛋（板）", "大白菜（颗）"] if matrix else ["商品", "数量"]), heading]
    goods = [2, 1] if matrix else ["鸡蛋", 2]
    rows = [[f"邻居{n}", "3-501", *goods, text] for n, text in enumerate(texts)]
    reading = read_orders(load(export(*rows, head=head)), Doors(ROOMS))
    return [(row.goods, row.cancelled, row.warnings) for row in reading.rows]


@pytest.mark.parametrize("heading", HEADS)
def test_file_with_a_column_of_cancelled_ones_when_read_has_them_cancelled(heading):
    yes, no = ["是", "√", "1", 1, "Y", "已取消"], ["", "否", None]
    assert read(heading, *yes, *no) == [("鸡蛋", True, ())] * 6 + [("鸡蛋", False, ())] * 3


def test_column_of_cancelled_ones_beside_goods_as_columns_is_no_good():
    assert read("取消", 1, None, matrix=True) == [
        ("鸡蛋", True, ()),
        ("大白菜", True, ()),
        ("鸡蛋", False, ()),
        ("大白菜", False, ()),
    ]


@pytest.mark.parametrize("heading", ["取消", "作废", "退款", "是否取消", "取消原因"])
@pytest.mark.parametrize("text", ["×", "问团长", "3月再说", "2"])
def test_value_that_nobody_knows_in_a_column_of_cancelled_ones_is_asked_about(heading, text):
    assert state(heading, text) == (False, (f"state_unknown: {text}",))


def test_file_with_a_reason_for_cancelling_asks_unless_its_state_says_so():
    asked = ("鸡蛋", False, ("state_unknown: 不想要了",))
    assert read("取消原因", "不想要了", "") == [asked, ("鸡蛋", False, ())]
    assert state_of([("订单状态", "已取消"), ("取消原因", "不想要了")], "") == State(cancelled=True)


@pytest.mark.parametrize(
    ("heading", "text", "expected"),
    [
        ("取消", "不取消", STANDS),
        ("取消", "未", STANDS),
        ("退款", "0.00", STANDS),
        ("退款状态", "无退款", STANDS),
        ("售后状态", "正常", STANDS),
        ("订单状态", "配送员已接", STANDS),
        ("订单状态", "是", STANDS),
        ("退款状态", "退款成功", CANCELLED),
        ("取消", "TRUE", CANCELLED),
        ("售后", "是", (False, ("state_unknown: 是",))),
        ("退款", "退款中", (False, ("refund_asked: 退款中",))),
    ],
)
def test_state_of_a_word_under_its_heading(heading, text, expected):
    assert state(heading, text) == expected


@pytest.mark.parametrize("heading", ["如需取消请备注", "取消时间"])
def test_heading_that_only_mentions_cancelling_is_no_state(heading):
    assert read(heading, "5") == [("鸡蛋", False, ())]


def test_money_paid_back_when_the_state_does_not_say_so_is_asked_about():
    assert read("退款金额", "¥5.00", "0.00") == [("鸡蛋", False, ("partial_refund: E2",)), ("鸡蛋", False, ())]


def test_column_whether_an_order_holds_ends_it_by_its_no():
    assert read("是否有效", "否", "是") == [("鸡蛋", True, ()), ("鸡蛋", False, ())]


def test_state_in_traditional_characters_is_read_alike():
    assert state_of([("訂單狀態", "已關閉")], "") == State(cancelled=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("已取消（用户申请退款）", CANCELLED),
        ("订单已关闭：申请退款", CANCELLED),
        ("申请退款", (False, ("refund_asked: 申请退款",))),
        ("已取消退款申请", STANDS),
    ],
)
def test_order_that_is_over_is_over_whatever_the_reason_behind_it_says(text, expected):
    assert state("订单状态", text) == expected
