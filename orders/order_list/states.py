"""What the state of an order and a remark say: cancelled, in part, perhaps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compound.rooms import clean
from compound.spreadsheet import label
from orders.order_list import words

_TRADITIONAL = str.maketrans(
    "關閉發貨廢銷無還請處審絕駁訂單確認轉備貿驗數額貨過終註", "关闭发货废销无还请处审绝驳订单确认转备贸验数额货过终注"
)


@dataclass(frozen=True, slots=True)
class State:
    cancelled: bool = False
    warnings: tuple[str, ...] = ()


def state_of(columns: Sequence[tuple[str, str]], remark: str) -> State:
    """`columns`: (heading, text) of each column about the state. Any of them can end the order."""
    warnings: list[str] = []
    cancelled = False
    for heading, text in columns:
        word = clean(text).translate(_TRADITIONAL).lower().replace(" ", "")
        if not word or word in words.NOTHING:
            continue
        about = label(heading)
        ends, may_end = words.ENDS.search(about), words.MAY_END.search(about)
        if words.HOLDS.search(about) and word in words.YES | words.NO:
            cancelled = cancelled or word in words.NO
            continue
        if word in words.YES:
            if ends:
                cancelled = True
            elif may_end:
                warnings.append(f"state_unknown: {text}")
            continue
        rest = words.NOT_CANCELLED.sub("", word)
        if words.OVER.match(rest):
            cancelled = True
        elif words.PART.search(rest):
            warnings.append(f"partial_refund: {text}")
        elif words.ASKED.search(rest):
            warnings.append(f"refund_asked: {text}")
        elif words.CANCELLED.search(rest):
            cancelled = True
        elif words.UNPAID.search(rest):
            warnings.append(f"unpaid: {text}")
        elif (ends or may_end) and rest == word and not words.STANDS.search(word) and not words.STATE.search(word):
            # The column is there to say that an order ended, and nobody knows whether this says so.
            warnings.append(f"state_unknown: {text}")
    if cancelled:
        # 已取消, and why under 取消原因: nothing to ask.
        warnings = [warning for warning in warnings if not warning.startswith("state_unknown")]
    elif words.REMARK_CANCEL.search(remark.translate(_TRADITIONAL)):
        warnings.append(f"remark_cancel: {remark[:40]}")
    return State(cancelled, tuple(warnings))
