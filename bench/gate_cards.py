"""The cards of every household's pass, as the coordinator prints them: 220 sheets for 1,760 households.

`python -m bench.gate_cards [--households N] [--out FILE]` prints one JSON object a line. No database.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import time
import uuid
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")

import django

django.setup()

from compound.paper.fonts import fonts
from gate.queries.cards import Card, Rule
from gate.services.tokens import pass_token
from gate.sheets.cards import A_SHEET, draw_cards

SURNAMES = "王李张刘陈杨黄赵吴周徐孙喆旻"
PER_BUILDING = 31


def cards(households: int) -> list[Card]:
    """A pass a household, in 57 buildings for 1,760."""
    rule = Rule(1, 2, "out", "consent", False, dt.date(2022, 8, 17))
    found = []
    for number in range(households):
        building, place = divmod(number, PER_BUILDING)
        floor, door = divmod(place, 4)
        found.append(
            Card(
                kind="household",
                token=pass_token(uuid.UUID(int=number)),
                room=f"{building + 1}-{floor + 1}0{door + 1}",
                building=str(building + 1),
                name=SURNAMES[number % len(SURNAMES)],
                employer="",
                plate="",
                valid_from=None,
                valid_until=None,
                every_days=None,
                single=False,
                issued_on=dt.date(2022, 8, 17),
                rule=rule,
            )
        )
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--households", type=int, default=1760)
    arguments.add_argument("--out", type=Path)
    options = arguments.parse_args()
    fonts()
    rows = cards(options.households)
    start, cpu = time.perf_counter(), time.process_time()
    content = draw_cards(rows, compound="幸福里", language="zh-hans")
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    if options.out:
        options.out.write_bytes(content)
    answer = {
        "bench": f"gate_cards_{options.households}",
        "value": round(seconds, 2),
        "unit": "s",
        "cpu_s": round(cpu, 2),
        "sheets_at_least": -(-len(rows) // A_SHEET),
        "file_mb": round(len(content) / 1e6, 2),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
