"""Texts for the chats: made when a round comes a step further, kept as they were, ticked off group by group."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.days import Clock
from compound.models import User
from compound.refusals import Refusal
from orders.models import ChainSource, Notice, NoticeSent, Round
from orders.notice_words import Telling
from orders.open_bills import open_bills
from orders.queries.notice_facts import round_news
from orders.queries.notices import newest_of
from orders.services.locks import lock_round


@transaction.atomic
def make_notices(
    *, round: Round, step: str, by: User, at: dt.datetime, about: dt.datetime | None = None, more: str = ""
) -> list[Notice]:
    """Words a step for everybody and for each building with orders, in the compound's language.

    Where nothing has changed since the step was last put into words, those texts are it, with their ticks. `about`:
    when it arrives, for `arrives` alone. Holds the round. Raises `round_state`, `about_missing`, `nobody_ordered`.
    """
    round = lock_round(round.pk)
    if round.state in (Round.State.OPEN, Round.State.CANCELLED):
        raise Refusal("round_state", _("There is nothing to tell yet: the round takes orders, or was cancelled."))
    if step == Notice.Step.ARRIVES and about is None:
        raise Refusal("about_missing", _("About when does it arrive?"))
    news = round_news(round)
    if not news.buildings:
        raise Refusal("nobody_ordered", _("Nobody has ordered anything in this round."))
    with translation.override(round.compound.language):
        clock = Clock(round.compound, at)
        bills = open_bills(round) if step == Notice.Step.MONEY else None
        words = Telling(news, step, clock=clock, about=clock.when(about) if about else "", more=more, bills=bills)
        texts = {None: words.for_all()} | {one.building.pk: words.for_building(one) for one in news.buildings}
    known = newest_of(Notice.objects.filter(round=round, step=step).order_by("-made_at", "pk")).get(step, [])
    if {one.building_id: one.text for one in known} == texts:
        return known
    return Notice.objects.bulk_create(
        Notice(
            compound=round.compound,
            round=round,
            step=step,
            building_id=building,
            text=text,
            made_at=at,
            made_by=by,
        )
        for building, text in texts.items()
    )


@transaction.atomic
def mark_sent(*, notice: Notice, source: ChainSource, by: User, at: dt.datetime) -> NoticeSent:
    """Somebody has pasted the text into this group. Said twice, the first time stands. Raises `group_elsewhere`."""
    # The rooms of one building are for the group of that building alone.
    if (source.compound_id, source.building_id) != (notice.compound_id, notice.building_id):
        raise Refusal("group_elsewhere", _("This text is not for that group."))
    mark, _new = NoticeSent.objects.get_or_create(notice=notice, source=source, defaults={"at": at, "by": by})
    return mark


@transaction.atomic
def take_back_sent(*, notice: Notice, source: ChainSource) -> bool:
    """It was not sent to this group after all. False where nobody had said so."""
    deleted, _rows = NoticeSent.objects.filter(notice=notice, source=source).delete()
    return deleted > 0
