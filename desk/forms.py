"""Forms of the desk's pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compound.forms.once import OnceField
from compound.models import Household
from desk.queries.paper_doors import PaperDoor
from desk.queries.statistics import MAX_DAYS
from orders.door_words import Ask, Question, read_words
from orders.forms.relief import DaysForm
from orders.models import OrderLine


class CardForm(forms.Form):
    """三色门牌: the colour of a door's card, and why."""

    card = forms.ChoiceField(label=_("Colour"), choices=Household.Card.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=100,
        help_text=_("For pink and yellow. It stands on the card: no health words, no names."),
    )

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"card": household.card, "reason": household.card_reason})
        super().__init__(*args, **kwargs)


class WhyForm(forms.Form):
    """Why a slip ends."""

    reason = forms.CharField(
        label=_("Why"), max_length=100, help_text=_("For example: lost, somebody else has seen it, moved out.")
    )


class AnswerForm(forms.Form):
    """What a household reads on its page."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=200,
        help_text=_("The household reads it on its page: what happens now, and when."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CodeForm(forms.Form):
    """A short code as it is read from paper and typed by hand."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "enterkeyhint": "go"}
        ),
        help_text=_("The ten letters and digits below the square on the sheet."),
    )


UNDO = "undo"
ASKED = {
    Ask.WHAT: _("%(words)s: what happened there? Choose it at the room, or write it behind the room."),
    Ask.UNKNOWN_ROOM: _("%(words)s is not on this sheet."),
    Ask.WHICH_ROOM: _("%(words)s: which of %(rooms)s?"),
    Ask.TWICE: _("%(words)s: two different things are written about it."),
    Ask.NO_ROOM: _("“%(words)s”: at which room?"),
    Ask.UNREAD: _("“%(words)s” could not be read: write rooms with refused, nobody home, damaged, left at the door."),
}


class PaperForm(forms.Form):
    """What came back on a delivery run: a choice for each room, or the runner's words; how many were delivered.

    After it is valid `doors` is what happened by room ('' takes back), `all_others` whether those were
    delivered.
    """

    id = OnceField()
    words = forms.CharField(
        label=_("As it stands on the paper"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=_("For example: 1702 refused 1801 nobody home. Or: all delivered but 1702 refused."),
    )
    count = forms.IntegerField(
        label=_("How many doors were delivered?"),
        required=False,
        min_value=0,
        max_value=9999,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Then all others count as delivered. Empty: only the exceptions are written down."),
    )
    # Of the second page: what was asked about is settled.
    rest = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, paper: tuple[PaperDoor, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper = paper
        self.doors: dict[str, str] = {}
        self.all_others = False
        outcomes = OrderLine.Outcome
        usual = [outcomes.REFUSED, outcomes.NOBODY_HOME, outcomes.DAMAGED, outcomes.LEFT, outcomes.DELIVERED]
        choices = [("", "—"), *((one.value, one.label) for one in usual)]
        for door in paper:
            more = [(UNDO, _("take back what was said"))] if door.by_paper and door.outcome else []
            self.fields[f"door-{door.room}"] = forms.ChoiceField(
                label=door.room, choices=[*choices, *more], required=False, widget=forms.Select
            )

    @property
    def rows(self) -> list[tuple[PaperDoor, forms.BoundField]]:
        return [(door, self[f"door-{door.room}"]) for door in self.paper]

    @property
    def said(self) -> list[tuple[PaperDoor, str]]:
        """What was said of single doors, in the order of the sheet."""
        return [(door, self.doors[door.room]) for door in self.paper if door.room in self.doors]

    @property
    def others(self) -> int:
        """Doors of the sheet that are no exception."""
        return len(self.paper) - len(self.doors)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        rooms = [door.room for door in self.paper]
        chosen = {room: data[f"door-{room}"] for room in rooms if data.get(f"door-{room}")}
        reading = read_words(data.get("words", ""), rooms)
        for question in reading.questions:
            if question.why != Ask.WHAT or not chosen.keys() & set(question.rooms):
                self.add_error("words", _words_of(question))
        for room in chosen.keys() & reading.doors.keys():
            if chosen[room] != reading.doors[room]:
                self.add_error("words", _words_of(Question(Ask.TWICE, room)))
        self.doors = {room: "" if what == UNDO else what for room, what in (reading.doors | chosen).items()}
        self.all_others = bool(data.get("rest")) or reading.rest or data.get("count") is not None
        self._check_count(data.get("count"))
        if not self.errors and not self.doors and not self.all_others:
            raise ValidationError(_("Nothing is filled in yet."), code="nothing_said")
        return data

    def _check_count(self, count: int | None) -> None:
        """A runner who counts and a paper that does not add up: somebody looks before it is written down."""
        handed = [what for what in self.doors.values() if what in (OrderLine.Outcome.DELIVERED, OrderLine.Outcome.LEFT)]
        expected = self.others + len(handed)
        if count is None or "words" in self.errors or count == expected:
            return
        text = gettext(
            "%(doors)d doors stand on this sheet, %(others)d of them are exceptions: "
            "%(expected)d remain, not %(count)d."
        )
        facts = {"doors": len(self.paper), "others": len(self.paper) - expected, "expected": expected, "count": count}
        self.add_error("count", ValidationError(text % facts, code="count"))


def _words_of(question: Question) -> ValidationError:
    facts = {"words": question.words, "rooms": "、".join(question.rooms)}
    return ValidationError(ASKED[question.why] % facts, code=question.why.value)


class StatisticsForm(DaysForm):
    """Which days are counted, and which figure is drawn."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and (last - first).days >= MAX_DAYS:
            raise ValidationError(gettext("A year at the most."), code="days")
        return data
