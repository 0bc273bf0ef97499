"""The short form of a heading: what two spellings of one heading have in common."""

from __future__ import annotations

import re
from functools import lru_cache

from compound.rooms import clean

_TRADITIONAL = str.maketrans(
    "樓棟單號戶數電話備註狀態獨婦嬰幼兒醫護層門聯絡業關係樣實際類別標籤與員總計審規暱稱詳細訂貨買價團龍編時間項額發進賣選購參",
    "楼栋单号户数电话备注状态独妇婴幼儿医护层门联络业关系样实际类别标签与员总计审规昵称详细订货买价团龙编时间项额发进卖选购参",
)
_BRACKETS = re.compile(r"[(\[{【〔《<][^)\]}】〕》>]*[)\]}】〕》>]")
_PUNCTUATION = re.compile(r"[\s*:：,，.。、;；!！?？\"'“”‘’·•\-_/\\|~#＃☆★△▲※]+")


@lru_cache(maxsize=4096)
def label(text: str) -> str:
    """The short form of a heading: `* 房 号（室）` → `房号`. A heading that is only a bracket keeps its inside."""
    plain = clean(text).lower().translate(_TRADITIONAL)
    outside = _PUNCTUATION.sub("", _BRACKETS.sub("", plain))
    return outside or _PUNCTUATION.sub("", re.sub(r"[()\[\]{}【】]", "", plain)) or plain.strip()
