"""What one seed and date promise, to be held against another making."""

from typing import Any

from compound.models import Compound, Membership, Resident, Sheet
from gate.models import Check, Outing, Pass, TemperatureReading
from orders.models import ChainEntry, Order, OrderLine
from roster.models import Assignment, Plan, Shift, SignUp, StandIn, Volunteer


def everything_of(compound: Compound) -> tuple[Any, ...]:
    """Everything that one seed and date promise, in the tables' order; short codes and counters are left out."""
    doors = list(
        compound.households.values_list(
            "room", "head_count", "card", "card_reason", "card_at", "has_returnee", "occupancy"
        )
    )
    people = list(
        Resident.objects.filter(household__compound=compound)
        .order_by("id")
        .values_list("household__room", "name", "phone", "is_contact")
    )
    tags = sorted(compound.households.filter(tags__isnull=False).values_list("room", "tags__code"))
    rounds = list(
        compound.rounds.order_by("id").values_list("id", "title", "opens_at", "cutoff_at", "state", "state_at")
    )
    orders = list(
        Order.objects.filter(round__compound=compound)
        .order_by("id")
        .values_list("id", "round", "household__room", "state", "channel", "remark", "entered_at", "chain_import")
    )
    lines = list(
        OrderLine.objects.filter(order__round__compound=compound)
        .order_by("order", "position")
        .values_list("order", "goods", "unit", "ordered", "delivered", "outcome", "closed_reason")
    )
    entries = list(
        ChainEntry.objects.filter(chain_import__round__compound=compound)
        .order_by("chain_import", "position")
        .values_list("chain_import", "raw", "household__room", "decision", "order")
    )
    # A sharing's checksum is over claims that are named by the lines' numbers, and those are counters.
    sheets = [
        (key, name, rows if kind != "sharing" else "")
        for key, name, kind, rows in Sheet.objects.filter(compound=compound)
        .order_by("id")
        .values_list("id", "title", "kind", "rows_sha256")
    ]
    members = sorted(Membership.objects.filter(compound=compound).values_list("user__name", "role", "building__name"))
    rules = list(compound.rulebooks.order_by("starts_at").values_list("notice", "starts_at", "persons"))
    passes = list(Pass.objects.filter(compound=compound).order_by("id").values_list("id", "household__room", "kind"))
    checks = list(
        Check.objects.filter(compound=compound)
        .order_by("id")
        .values_list("id", "event_at", "gate__name", "household__room", "verdict", "reasons", "temperature")
    )
    outings = list(
        Outing.objects.filter(compound=compound)
        .order_by("check_out")
        .values_list("check_out", "slot", "period", "back_at", "due_at", "released_why")
    )
    readings = list(TemperatureReading.objects.filter(compound=compound).order_by("id").values_list("id", "value"))
    gate = passes, checks, outings, readings
    return doors, people, tags, rounds, orders, lines, entries, sheets, members, rules, gate, roster_of(compound)


def roster_of(demo: Compound) -> tuple[Any, ...]:
    """Its volunteers, shifts, seats, requests, plans and sign-ups."""
    people = list(
        Volunteer.objects.filter(compound=demo).order_by("id").values_list("id", "user__name", "user__phone", "origin")
    )
    shifts = list(
        Shift.objects.filter(compound=demo).order_by("id").values_list("id", "post__name", "starts_at", "ends_at")
    )
    rows = list(
        Assignment.objects.filter(compound=demo)
        .order_by("id")
        .values_list("id", "shift", "volunteer", "state", "seat", "signed_in_at", "signed_out_at", "confirmed_at")
    )
    requests = list(StandIn.objects.filter(assignment__compound=demo).order_by("id").values_list("id", "why", "to"))
    plans = list(Plan.objects.filter(compound=demo).order_by("id").values_list("id", "cost", "greedy_cost", "empty"))
    sign_ups = list(SignUp.objects.filter(compound=demo).order_by("id").values_list("id", "name", "room"))
    return people, shifts, rows, requests, plans, sign_ups
