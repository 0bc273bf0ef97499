"""Whatever happens in whatever order, twice or taken back: the ledger says what a plain dictionary says."""

import uuid
from collections import defaultdict
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compound.refusals import Refusal
from money.models import Entry
from money.services import cash, payments, volunteers
from money.services.ledger import reverse
from orders.models import Receipt
from tests.make import NOON
from tests.money.books import Books, K

DEEDS = (
    "bill", "advance", "pay", "pay_volunteer", "refund", "write_off", "donate", "spend", "reimburse", "settle",
    "float", "hand_in", "count", "take_back", "again",
)  # fmt: skip
EVENT = st.tuples(
    st.sampled_from(DEEDS), st.integers(0, 1), st.integers(0, 1), st.integers(1, 4000), st.integers(0, 40)
)


class Run:
    """The services on one side; on the other, per account, what should stand on it."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.doors, self.people = (books.door, books.next_door), (books.shopper, books.captain)
        self.sums: dict[object, Decimal] = defaultdict(Decimal)
        self.sides: dict[uuid.UUID, dict[object, Decimal]] = {}
        self.done: list[partial[object]] = []

    def expect(self, sides: dict[object, Decimal], entry: Entry) -> None:
        """The entry did this, unless it is one that had been written before."""
        if entry.pk not in self.sides:
            self.sides[entry.pk] = sides
            for of, amount in sides.items():
                self.sums[of] += amount

    def step(self, deed: str, door: int, person: int, cents: int, which: int) -> None:
        act = partial(self.act, deed, self.doors[door], self.people[person], Decimal(cents) / 100, which, uuid.uuid4())
        if deed == "again" and self.done:
            act = self.done[which % len(self.done)]
        self.done.append(act)
        try:
            with transaction.atomic():
                act()
        except Refusal:
            pass

    def act(self, deed, door, person, amount, which, id) -> None:  # type: ignore[no-untyped-def]
        b = self.books
        how = {"by": b.by, "at": NOON, "id": id}
        if deed == "bill" and not Entry.objects.filter(pk=id).exists():
            entry = b.enter("bill", {door: str(amount), K.GOODS: str(-amount)}, round=b.round, id=id)
            self.expect({door: amount, K.GOODS: -amount}, entry)
        elif deed == "advance" and not Entry.objects.filter(pk=id).exists():
            self.expect({K.GOODS: amount, person: -amount}, b.advance(person, str(amount)))
        elif deed in ("pay", "pay_volunteer"):
            by = person if deed == "pay_volunteer" else None
            entry, _replayed = payments.take_payment(household=door, amount=amount, taken_by=by, again=True, **how)
            self.expect({door: -amount, by or K.CASH: amount}, entry)
        elif deed == "refund":
            entry, _replayed = payments.refund(household=door, amount=amount, reason="退", **how)
            self.expect({door: amount, K.CASH: -amount}, entry)
        elif deed == "write_off":
            entry, _replayed = payments.write_off(household=door, amount=amount, reason="免", **how)
            self.expect({door: -amount, K.WRITE_OFF: amount}, entry)
        elif deed == "donate":
            entry, _replayed = cash.receive_donation(compound=b.compound, amount=amount, **how)
            self.expect({K.CASH: amount, K.DONATIONS: -amount}, entry)
        elif deed == "spend":
            entry, _replayed = payments.pay_from_donations(household=door, amount=amount, **how)
            self.expect({door: -amount, K.DONATIONS: amount}, entry)
        elif deed == "reimburse":
            entry, _replayed = volunteers.reimburse(compound=b.compound, user=person, amount=amount, **how)
            self.expect({person: amount, K.CASH: -amount}, entry)
        elif deed == "settle":
            owed = {user: -self.sums[user] for user in self.people if self.sums[user] < 0}
            done = volunteers.settle_volunteers(compound=b.compound, owed=owed, **how)
            for user, entry in zip((user for user in owed if user not in done.changed), done.entries, strict=True):
                self.expect({user: owed[user], K.CASH: -owed[user]}, entry)
        elif deed == "float":
            entry, _replayed = volunteers.give_float(compound=b.compound, user=person, amount=amount, **how)
            self.expect({person: amount, K.CASH: -amount}, entry)
        elif deed == "hand_in":
            entry, _replayed = volunteers.hand_in(compound=b.compound, user=person, amount=amount, **how)
            self.expect({person: -amount, K.CASH: amount}, entry)
        elif deed == "count":
            before = self.sums[K.CASH]
            count = cash.count_cash(compound=b.compound, counted=amount, reason="差", **how)
            if count.entry is not None:
                self.expect({K.CASH: amount - before, K.REST: before - amount}, count.entry)
        elif deed == "take_back" and self.sides:
            key = list(self.sides)[which % len(self.sides)]
            entry, replayed = reverse(entry=Entry.objects.get(pk=key), reason="错", **how)
            if entry.receipt is not None and not replayed:
                # An advance goes with its receipt, which counts again when that is taken back in its turn.
                void = None if entry.receipt.void_at else NOON
                how = {"void_at": void, "void_by": void and b.by, "void_reason": "错" if void else ""}
                Receipt.objects.filter(pk=entry.receipt_id).update(**how)
            self.expect({of: -amount for of, amount in self.sides[key].items()}, entry)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENT, min_size=4, max_size=25))
def test_ledger_after_any_sequence_of_events_keeps_all_sums(events):
    with transaction.atomic():
        books = Books()
        run = Run(books)
        for event in events:
            run.step(*event)
        connection.check_constraints()
        assert {of: books.at(of) for of in run.sums} == {of: f"{amount:.2f}" for of, amount in run.sums.items()}
        assert (books.wrong(), sum(run.sums.values())) == ([], 0)
        assert Entry.objects.count() == len(run.sides)
        transaction.set_rollback(True)
