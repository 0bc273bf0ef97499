"""The bill strips of a round as a kept sheet. Drawn at once: 368 households take a second."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from compound.access import RUN_MONEY
from compound.models import Role, Sheet, User
from compound.refusals import Refusal
from compound.services.sheets import Content, Edition, one_maker, store_version
from money.queries.strips import KIND, checksum, strips_of, to_json
from money.sheets.strips import Stamp, draw_strips, title
from orders.models import Round
from orders.services.locks import lock_round

READERS = [Role.SECRETARY.value, *(role.value for role in RUN_MONEY), Role.SUPPLY.value]


def group_of(round: Round) -> uuid.UUID:
    """Of the strips of a round: not the round's own, whose sheets the page of the round shows."""
    return uuid.uuid5(round.pk, KIND)


def make_strips(*, round: Round, by: User, at: dt.datetime) -> Sheet:
    """The strips as the round stands: the last version where nothing has changed. Raises `no_strips`."""
    with one_maker(group_of(round)):
        with transaction.atomic():
            round = lock_round(round.pk)
            strips = strips_of(round)
        if not strips:
            raise Refusal("no_strips", _("There is nothing in any bag of this round, and so nothing to charge."))
        rows, compound = to_json(strips), round.compound

        def draw(edition: Edition) -> tuple[bytes, int]:
            stamp = Stamp(
                compound=compound.name,
                round=round.title,
                version=edition.version,
                made_at=edition.made_at,
                tz=compound.tz,
                code=edition.code,
                url=f"{settings.PUBLIC_URL}/s/{edition.code}",
                language=compound.language,
            )
            return draw_strips(strips, stamp)

        content = Content(
            kind=KIND, part="", part_key="", title=title(compound.language), rows=rows, sha256=checksum(rows)
        )
        sheet, _new = store_version(
            compound=compound, group=group_of(round), content=content, draw=draw, made_at=at, by=by, roles=READERS
        )
        return sheet
