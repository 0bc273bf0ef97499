"""One errand as its page shows it."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from compound.access import DO_ERRANDS
from compound.models import Membership, Role, StoredFile, User
from errands.models import CardLoan, Errand, ErrandStep, Medicine
from errands.queries.errands import ErrandRow, help_word, rows_of, with_parts
from errands.rules import in_order, standing
from errands.services.mistakes import CARD, WHAT, is_shortly_after
from orders.models import Picture


@dataclass(frozen=True)
class ErrandPage:
    """`steps` newest first; `version` differs when anything on the page does."""

    row: ErrandRow
    steps: list[ErrandStep]
    cards: list[CardLoan]
    receipts: list[uuid.UUID]
    # Who knows the household's number: coordinators and the building's captains.
    asked: list[str]

    @property
    def errand(self) -> Errand:
        return self.row.errand

    @property
    def title(self) -> str:
        return f"{self.errand.household.room} {self.row.kind}"

    @property
    def told(self) -> list[tuple[ErrandStep, str]]:
        """Each step with its word, newest first."""
        is_help = self.errand.kind == Errand.Kind.HELP
        words = {step.pk: help_word(step.step) if is_help else step.get_step_display() for step in self.steps}
        return [
            (step, f"{words[step.pk]}: {words[step.undoes_id]}" if step.undoes_id in words else words[step.pk])
            for step in self.steps
        ]

    @property
    def gone(self) -> set[uuid.UUID]:
        """Steps that were taken back."""
        return {step.undoes_id for step in self.steps if step.undoes_id}

    @property
    def stand(self) -> str:
        """asked, taken, bought, ended: which buttons there are."""
        return self.errand.state if self.errand.is_open else "ended"

    @property
    def before(self) -> str:
        """Where it stood before what was said last of all: there it stands again when that is taken back."""
        state = self.errand.state
        return standing(step for step in self._live if step.step != state)[0]

    @property
    def _live(self) -> list[ErrandStep]:
        gone = {step.undoes_id for step in self.steps}
        return [step for step in self.steps if step.pk not in gone and step.undoes_id is None]

    def mistakes(self, *, by: User | None = None, at: dt.datetime | None = None) -> set[str]:
        """What can be taken back (errands/services/mistakes.py): all, or what `by` has said shortly before `at`."""
        found = set()
        for what, kinds in WHAT.items():
            for step in self._live:
                is_now = step.step == self.errand.state or what == CARD
                is_own = by is None or (step.by_id == by.pk and at is not None and is_shortly_after(step, at))
                if step.step in kinds and is_now and is_own:
                    found.add(what)
        return found

    @property
    def version(self) -> str:
        last = self.steps[0].pk if self.steps else ""
        return f"{self.errand.state} {len(self.steps)} {last} {len(self.receipts)}"

    @property
    def boxes(self) -> list[tuple[Medicine, list[int]]]:
        """Each medicine with how many of it may have been there, all of it first."""
        return [(medicine, list(range(medicine.quantity, -1, -1))) for medicine in self.row.medicines]

    @property
    def is_bearer_open(self) -> bool:
        return self.errand.kind == Errand.Kind.MEDICINE and not self.errand.refusal_borne_by


def errand_page(errand: Errand) -> ErrandPage:
    """Seven statements. No telephone number: the page is kept in the phone."""
    [row] = rows_of(with_parts(Errand.objects.filter(pk=errand.pk)))
    row.errand.compound = errand.compound
    steps = in_order(errand.steps.select_related("by"))[::-1]
    cards = list(errand.cards.select_related("taken_by", "returned_by").order_by("taken_at"))
    receipts = Picture.objects.filter(event__in=[step.pk for step in steps]).order_by("file__created_at")
    return ErrandPage(
        row=row,
        steps=steps,
        cards=cards,
        receipts=list(receipts.values_list("file", flat=True)),
        asked=list(_knows_number(row.errand).values_list("name", flat=True)),
    )


def _knows_number(errand: Errand) -> QuerySet[User]:
    members = Membership.objects.filter(compound=errand.compound_id)
    here = Q(role=Role.COORDINATOR) | Q(role=Role.CAPTAIN, building=errand.household.building_id)
    return User.objects.filter(is_active=True, pk__in=members.filter(here).values("user")).order_by("name", "pk")


def photo_of(errand: Errand, file: uuid.UUID) -> StoredFile | None:
    """A photo of one of its medicines, or of what happened to it."""
    of_steps = Q(picture__event__in=errand.steps.values("pk"))
    own = Q(pk__in=errand.medicines.values("photo")) | Q(pk=errand.receipt_id) | of_steps
    return StoredFile.objects.filter(own, compound=errand.compound_id, pk=file).first()


def runners_of(errand: Errand) -> QuerySet[User]:
    """Whom it can be given to: members who do errands, captains only of the own building."""
    members = Membership.objects.filter(compound=errand.compound_id, role__in=[*DO_ERRANDS, Role.SECRETARY])
    members = members.exclude(Q(role=Role.CAPTAIN) & ~Q(building=errand.household.building_id))
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("name", "pk")
