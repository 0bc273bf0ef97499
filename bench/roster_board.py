"""The week board of 20 posts with 6 shifts a day and 300 volunteers, as the coordinator's browser asks for it.

In one process with all of the middleware and compression; without network and gunicorn. 840 shifts, 1,680 seats, nine
tenths of them filled. Beside it one shift with its 300 candidates, and the load of everybody.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import statistics
import time
from typing import Any

import django

django.setup()

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from compound.models import Compound, Membership, Role, User
from roster.models import Assignment, Availability, DutyGroup, Post, Shift, Volunteer

POSTS, PER_DAY, SEATS, PEOPLE, ROUNDS = 20, 6, 2, 300, 20
HOURS = dt.timedelta(hours=24 // PER_DAY)
GROUPS = ("值守组", "采买组", "分发组", "物资组")
DAY = dt.timedelta(days=1)


@transaction.atomic
def fill(now: dt.datetime) -> tuple[User, Shift]:
    """Two weeks back and this one; everybody has a shift every other day or so."""
    draw = random.Random(1)
    of = Compound.objects.create(code="bench-board", name="测试小区", created_at=now)
    chief = User.objects.create_user("13900000000", "林涛", None)
    Membership.objects.create(user=chief, compound=of, role=Role.COORDINATOR)
    people = [User(phone=f"139{n:08}", name=f"志愿者{n}", password="!") for n in range(1, PEOPLE + 1)]
    User.objects.bulk_create(people)
    volunteers = Volunteer.objects.bulk_create(Volunteer(compound=of, user=user, joined_at=now) for user in people)
    Availability.objects.bulk_create(Availability(volunteer=one, weekday=day) for one in volunteers for day in range(7))
    groups = [DutyGroup.objects.create(compound=of, name=name) for name in GROUPS]
    posts = Post.objects.bulk_create(
        Post(compound=of, group=groups[n % len(groups)], name=f"岗位{n + 1}", minimum=SEATS, maximum=SEATS)
        for n in range(POSTS)
    )
    today = of.day_of(now)
    monday = today - today.weekday() * DAY
    shifts, rows = [], []
    for number in range(-14, 7):
        midnight = of.moment(monday + number * DAY, dt.time(0))
        for turn in range(PER_DAY):
            start = midnight + turn * HOURS
            free = draw.sample(volunteers, POSTS * SEATS)
            for place, post in enumerate(posts):
                shift = Shift(
                    compound=of, post=post, duty_on=of.day_of(start), starts_at=start, ends_at=start + HOURS,
                    is_night=turn in (0, PER_DAY - 1), minimum=SEATS, maximum=SEATS,
                )  # fmt: skip
                shifts.append(shift)
                for seat in range(SEATS):
                    if draw.random() < 0.9:
                        person = free[place * SEATS + seat]
                        rows.append(
                            Assignment(
                                compound=of,
                                shift=shift,
                                volunteer=person,
                                user_id=person.user_id,
                                state="confirmed",
                                seat=seat + 1,
                                starts_at=start,
                                ends_at=start + HOURS,
                                made_at=now,
                                confirmed_at=now,
                            )
                        )
    Shift.objects.bulk_create(shifts)
    Assignment.objects.bulk_create(rows)
    return chief, shifts[-1]


def main() -> None:
    # Without Redis each request says once that it was not counted.
    logging.getLogger("compound.throttle").setLevel(logging.ERROR)
    chief, shift = fill(timezone.now())
    with connection.cursor() as sql:
        sql.execute("ANALYZE")
    client = Client(headers={"Accept-Encoding": "gzip"}, SERVER_NAME="localhost")
    client.force_login(chief, backend="django.contrib.auth.backends.ModelBackend")

    def ask(path: str) -> tuple[float, int]:
        start = time.perf_counter()
        response = client.get(f"/c/bench-board/roster/{path}")
        took = (time.perf_counter() - start) * 1000
        assert response.status_code == 200, response.status_code
        return took, len(response.content)

    def measure(name: str, path: str, **more: object) -> None:
        ask(path)
        queries: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            queries.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            _took, size = ask(path)
        before = time.process_time()
        times = sorted(ask(path)[0] for _ in range(ROUNDS))
        cpu = (time.process_time() - before) * 1000 / ROUNDS
        answer = {"bench": name, "value": round(statistics.median(times), 1), "unit": "ms", "queries": len(queries)}
        print(json.dumps({**answer, "best": round(times[0], 1), "worst": round(times[-1], 1), "cpu_ms": round(cpu, 1),
                          "kB": round(size / 1000), **more}), flush=True)  # fmt: skip

    shifts = POSTS * PER_DAY * 7
    measure("roster_board_week", "", target=150, target_queries=12, shifts=shifts, people=PEOPLE)
    measure("roster_board_candidates", f"shifts/{shift.pk}/", people=PEOPLE)
    measure("roster_board_load", "load/", people=PEOPLE)


if __name__ == "__main__":
    main()
