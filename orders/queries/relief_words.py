"""What is said about a relief round: the balance, the gap, the text for the chat."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import Relief
from orders.queries.relief import building_doors
from orders.relief_rules import Balance


def balance_words(balance: Balance) -> str:
    """`到货700份 = 发出655份 + 破损30份 + 退回3份 + 说明0份，还差12份。`"""
    sums = {
        "arrived": balance.arrived,
        "handed": balance.handed_out,
        "spoiled": balance.spoiled,
        "returned": balance.returned,
        "explained": balance.explained,
    }
    words = _(
        "%(arrived)d arrived; %(handed)d handed out, %(spoiled)d spoiled, %(returned)d returned,"
        " %(explained)d explained"
    )
    return words % sums


def gap_words(balance: Balance) -> str:
    """One sentence that says what does not add up; '' when it does."""
    if balance.missing:
        text = ngettext(
            "%(count)d parcel is not accounted for.", "%(count)d parcels are not accounted for.", balance.missing
        )
        return text % {"count": balance.missing}
    if balance.too_many:
        text = ngettext(
            "%(count)d parcel more has left than came.", "%(count)d parcels more have left than came.", balance.too_many
        )
        return text % {"count": balance.too_many}
    return ""


def chat_text(relief: Relief, language: str) -> str:
    """For the chat: per building how many have theirs. No names, no rooms. Two statements."""
    with translation.override(language):
        rows = building_doors(relief)
        lines = [_("[Relief] %(title)s") % {"title": relief.title}]
        if relief.content:
            lines.append(_("In the parcel: %(content)s") % {"content": relief.content})
        lines.append(_share_words(relief))
        lines.append("")
        for row in rows:
            facts = {"building": row.title, "done": row.done, "all": row.doors.all, "left": row.doors.unserved}
            if row.doors.unserved:
                lines.append(_("%(building)s: %(done)d of %(all)d households, %(left)d still to come") % facts)
            else:
                lines.append(_("%(building)s: all %(all)d households") % facts)
        left = sum(row.doors.unserved for row in rows)
        if left:
            lines += ["", _("Nobody home when we came? Tell your building captain and we bring it again.")]
        return "\n".join(lines)


def _share_words(relief: Relief) -> str:
    if relief.count_by == Relief.CountBy.HEAD:
        text = ngettext("%(count)d parcel for each person", "%(count)d parcels for each person", relief.per_count)
    else:
        text = ngettext("%(count)d parcel for each household", "%(count)d parcels for each household", relief.per_count)
    return text % {"count": relief.per_count}
