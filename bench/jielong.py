"""How long 10,000 chain lines take. Prints one JSON object a line; no database."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orders.jielong import parse_chain

_GOODS = ["鸡蛋", "牛奶", "西瓜", "络活喜", "小青菜", "农夫山泉600ml*24瓶", "A套餐"]
_TAILS = ["", "，苹果、梨各一斤", " 放门口 谢谢", "（已付）", " 酸奶2箱"]


def chain_of(lines: int) -> str:
    """A chain in which no two lines are alike; the same every time."""
    pick = random.Random(1)
    out = ["#接龙", "蔬菜水果团购", ""]
    for number in range(1, lines + 1):
        name = pick.choice("王李张刘陈") + chr(0x4E00 + pick.randrange(5000))
        room = f"{pick.randrange(1, 40)}-{pick.randrange(1, 33)}0{pick.randrange(1, 5)}"
        goods = f"{pick.choice(_GOODS)}{pick.randrange(1, 9)}{pick.choice('份斤盒箱')}"
        out.append(f"{number}. {name} {room} {goods}{pick.choice(_TAILS)}")
    return "\n".join(out)


def jielong() -> None:
    text = chain_of(10_000)
    begin, cpu = time.perf_counter(), time.process_time()
    chain = parse_chain(text)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(
        json.dumps(
            {
                "bench": "jielong_10000_lines",
                "value": round(seconds, 3),
                "unit": "s",
                "cpu": round(cpu, 3),
                "entries": len(chain.entries),
            }
        )
    )


if __name__ == "__main__":
    jielong()
