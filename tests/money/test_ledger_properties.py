"""Whatever happens in whatever order, twice or taken back: the ledger says what a plain dictionary says."""

import uuid
from collections import Counter, defaultdict
from decimal import ROUND_DOWN, Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compound.refusals import Refusal
from errands.models import Errand
from money.models import Entry
from money.services import cash, payments, volunteers
from money.services.bills import bill_round
from money.services.errands import bill_errand
from money.services.ledger import reverse
from orders.models import OrderLine, Receipt, Round
from tests import make
from tests.make import NOON
from tests.money.books import Books, K

DEEDS = (
    "bill", "advance", "pay", "pay_volunteer", "refund", "refund_by_person", "write_off", "donate", "spend",
    "reimburse", "settle", "float", "hand_in", "count", "hand_out", "bill_round", "errand", "take_back", "again",
)  # fmt: skip
EVENT = st.tuples(
    st.sampled_from(DEEDS), st.integers(0, 1), st.integers(0, 1), st.integers(1, 4000), st.integers(0, 40)
)
# Each of them once, where it succeeds.
EACH = (
    ("pay", 0, 0, 1000, 0), ("refund", 1, 0, 1000, 1), ("refund_by_person", 1, 0, 1000, 1), ("write_off", 0, 0, 500, 1),
    ("spend", 0, 0, 500, 1), ("reimburse", 0, 0, 1000, 1), ("float", 0, 1, 1000, 1), ("hand_in", 0, 1, 1000, 1),
    ("settle", 0, 0, 1, 1), ("count", 0, 0, 4000, 0), ("take_back", 0, 0, 1, 2), ("again", 0, 0, 1, 0),
    ("hand_out", 0, 0, 1, 9), ("bill_round", 0, 0, 1, 0), ("errand", 0, 0, 1000, 2),
)  # fmt: skip
CENT = Decimal("0.01")
# Of a bag of rice, by the round's list: a third of a cent is lost on every third of it.
PRICE = Decimal("10.03")


class Run:
    """The services on one side; on the other, per account, what should stand on it."""

    def __init__(self, books: Books, done: Counter[str]) -> None:
        self.books, self.succeeded = books, done
        self.doors, self.people = (books.door, books.next_door), (books.shopper, books.captain)
        self.sums: dict[object, Decimal] = defaultdict(Decimal)
        # Of each entry its sides, and to which bill it belongs (a round's line, an errand): those are kept up to date.
        self.sides: dict[uuid.UUID, dict[object, Decimal]] = {}
        self.of: dict[uuid.UUID, object] = {}
        self.net: dict[object, dict[object, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.done: list[tuple[str, partial[None]]] = []
        self.errands: list[Errand] = []
        make.offer(books.round, "大米", "袋", price=str(PRICE))
        for door in self.doors:
            order = make.order(books.round, door, ("大米", "9", "袋"), by=books.by)
            order.lines.update(item=books.round.offers.get().item)
        Round.objects.filter(pk=books.round.pk).update(state="delivering", closed_at=NOON, state_at=NOON)

    def expect(self, sides: dict[object, Decimal], entry: Entry, of: object = None) -> None:
        """The entry did this, unless it is one that had been written before."""
        if entry.pk in self.sides:
            return
        self.sides[entry.pk] = sides
        if of is not None:
            self.of[entry.pk] = of
        for account, amount in sides.items():
            self.sums[account] += amount
            if of is not None:
                self.net[of][account] += amount

    def follow(self, of: object, wanted: dict[object, Decimal], entries: list[Entry]) -> None:
        """The entries are new, and after them `of` comes to `wanted`; which they are is the program's business."""
        for account in {*wanted, *self.net[of]}:
            self.sums[account] += wanted.get(account, Decimal(0)) - self.net[of][account]
            self.net[of][account] = wanted.get(account, Decimal(0))
        names = {self.books.account(who): who for who in (*self.doors, *self.people, K.GOODS, K.REST)}
        for entry in entries:
            self.sides[entry.pk] = {names[side.account]: side.amount for side in entry.postings.all()}
            self.of[entry.pk] = of

    def new(self, **where: object) -> list[Entry]:
        return list(Entry.objects.filter(**where).exclude(pk__in=self.sides))

    def step(self, deed: str, door: int, person: int, cents: int, which: int) -> None:
        most, amount = self.most(deed, self.doors[door], self.people[person]), Decimal(cents) / 100
        if which % 3 and most > 0:
            # One in three tries what it likes, and is mostly refused.
            amount = min(amount, most)
        act = partial(self.act, deed, self.doors[door], self.people[person], amount, which, uuid.uuid4())
        if deed == "again":
            if not self.done:
                return
            act = self.done[which % len(self.done)][1]
        self.done.append((deed, act))
        before = len(self.sides)
        try:
            with transaction.atomic():
                act()
        except Refusal:
            assert len(self.sides) == before
        else:
            self.succeeded[deed] += deed in ("again", "hand_out") or len(self.sides) > before

    def most(self, deed: str, door: object, person: object) -> Decimal:
        """What may be moved, of what has a limit."""
        sums = self.sums
        return {
            "refund": min(-sums[door], sums[K.CASH]),
            "refund_by_person": -sums[door],
            "write_off": sums[door],
            "spend": min(sums[door], -sums[K.DONATIONS]),
            "reimburse": min(-sums[person], sums[K.CASH]),
            "hand_in": sums[person],
            "float": sums[K.CASH],
        }.get(deed, Decimal(0))

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
        elif deed in ("refund", "refund_by_person"):
            by = person if deed == "refund_by_person" else None
            entry, _replayed = payments.refund(household=door, amount=amount, reason="退", paid_by=by, **how)
            self.expect({door: amount, by or K.CASH: -amount}, entry)
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
            owed, box = {}, self.sums[K.CASH]
            for user in self.people:
                if self.sums[user] < 0 and (-self.sums[user] <= box or not which % 3):
                    owed[user] = -self.sums[user]
                    box -= owed[user]
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
        elif deed == "hand_out":
            mark = {"delivered": Decimal(which) / 9, "outcome": "delivered", "outcome_at": NOON, "outcome_by": b.by}
            mark["delivered"] = mark["delivered"].quantize(Decimal("0.001"))  # type: ignore[attr-defined]
            OrderLine.objects.filter(order__household=door).update(**mark)
        elif deed == "bill_round":
            bill_round(round=b.round, by=b.by, at=NOON)
            new = self.new(kind="bill", lines__line__isnull=False)
            for line in OrderLine.objects.select_related("order__household"):
                owes = ((line.delivered or 0) * PRICE).quantize(CENT, rounding=ROUND_DOWN)
                own = [entry for entry in new if entry.lines.get().line_id == line.pk]
                self.follow(line, {line.order.household: owes, K.GOODS: -owes}, own)
        elif deed == "errand":
            self.errand(door, person, amount, which)
        elif deed == "take_back" and self.sides:
            key = list(self.sides)[which % len(self.sides)]
            entry, replayed = reverse(entry=Entry.objects.get(pk=key), reason="错", **how)
            if entry.receipt is not None and not replayed:
                # An advance goes with its receipt, which counts again when that is taken back in its turn.
                void = None if entry.receipt.void_at else NOON
                how = {"void_at": void, "void_by": void and b.by, "void_reason": "错" if void else ""}
                Receipt.objects.filter(pk=entry.receipt_id).update(**how)
            self.expect({of: -amount for of, amount in self.sides[key].items()}, entry, self.of.get(key))

    def errand(self, door, person, amount, which) -> None:  # type: ignore[no-untyped-def]
        """One of three, in any of its states, whatever it was before: bought, ended, or not bought after all."""
        b, state = self.books, ("asked", "bought", "handed_over", "refused")[which % 4]
        if len(self.errands) < 3:
            facts = {"kind": "help", "text": "网线", "asked_at": NOON, "channel": "desk", "asked_by": b.by}
            facts |= {"refusal_borne_by": "compound"}
            self.errands.append(Errand.objects.create(compound=b.compound, household=door, **facts))
        errand = self.errands[which % len(self.errands)]
        ends, bought = state in ("handed_over", "refused"), state != "asked"
        values = {
            "state": state,
            "ended_at": NOON if ends else None,
            "end_reason": "不要" if state == "refused" else "",
        }
        values |= {"amount": amount if bought else None, "paid_by": person if bought else None, "taken_by": person}
        Errand.objects.filter(pk=errand.pk).update(**values)
        bill_errand(errand=errand, by=b.by, at=NOON, now=NOON)
        wanted: dict[object, Decimal] = defaultdict(Decimal)
        if bought:
            wanted[person] -= amount
            bears = {"bought": K.GOODS, "handed_over": errand.household, "refused": K.REST}[state]
            wanted[bears] += amount
        self.follow(errand, wanted, self.new(errand=errand))


@pytest.mark.django_db
def test_ledger_after_any_sequence_of_events_keeps_all_sums():
    done: Counter[str] = Counter()

    @example(EACH)
    @settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(EVENT, min_size=12, max_size=28))
    def any_sequence(events) -> None:  # type: ignore[no-untyped-def]
        with transaction.atomic():
            books = Books()
            run = Run(books, done)
            run.step("donate", 0, 0, 30_000, 0)
            run.step("bill", 0, 0, 5_000, 0)
            run.step("advance", 0, 0, 5_000, 0)
            run.step("pay_volunteer", 1, 1, 5_000, 0)
            for event in events:
                run.step(*event)
            connection.check_constraints()
            assert {of: books.at(of) for of in run.sums} == {of: f"{amount:.2f}" for of, amount in run.sums.items()}
            assert (books.wrong(), sum(run.sums.values())) == ([], 0)
            assert Entry.objects.count() == len(run.sides)
            transaction.set_rollback(True)

    any_sequence()
    # A ledger that refuses everything keeps all sums, too: each deed was really done.
    assert {deed for deed in DEEDS if not done[deed]} == set(), done
