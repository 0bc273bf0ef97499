"""What is said about money, to paste into a chat: to one household, and to the chat of a building. No names."""

from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Compound, Household
from money.models import Entry
from money.queries.balances import HouseholdEntry, HouseholdMoney, household_money
from money.queries.owing import Owing
from money.queries.unpriced import goods_words
from money.words import correction_words, plain_words
from orders.quantities import plain
from orders.queries.sheet_rows import without_numbers

# As many bills as somebody reads in a chat; the rest is in the account.
MOST_BILLS = 6


def pay_lines(compound: Compound) -> list[str]:
    """How, to whom and until when to pay, as the compound says it. Telephone and card numbers stand in no chat."""
    return without_numbers(compound.how_to_pay).splitlines()


def household_text(household: Household, money: HouseholdMoney | None = None) -> str:
    """Bills good by good since it last owed nothing, what was paid, what came and has no price yet, what is left and
    how to pay it. In the compound's language.
    """
    compound = household.compound
    money = money or household_money(household)
    with translation.override(compound.language):
        lines = [_("[Statement] %(room)s") % {"room": household.room}]
        rows = _since_even(money)
        for row in rows[:MOST_BILLS][::-1]:
            lines += _entry_lines(compound, row)
        if len(rows) > MOST_BILLS:
            lines.append(_("and %(count)d earlier ones") % {"count": len(rows) - MOST_BILLS})
        if money.unpriced:
            lines.append(_("No price yet, charged later: %(goods)s") % {"goods": goods_words(money.unpriced)})
        lines.append("")
        if money.owes:
            lines.append(_("To pay: %(amount)s yuan") % {"amount": f"{money.owes:,.2f}"})
            lines += pay_lines(compound)
        elif money.credit:
            lines.append(_("Paid too much: %(amount)s yuan stand to your credit") % {"amount": f"{money.credit:,.2f}"})
        elif money.unpriced:
            lines.append(_("Everything that has a price is paid. Thank you."))
        else:
            lines.append(_("Everything is paid. Thank you."))
        return "\n".join(lines)


def building_text(compound: Compound, owing: Owing) -> str:
    """Rooms, sums and how to pay them for the building's own chat, in the compound's language."""
    with translation.override(compound.language):
        lines = [_("[Statement] Building %(building)s: not paid yet") % {"building": owing.building.name}]
        lines += [
            _("%(room)s: %(amount)s yuan") % {"room": row.account.household, "amount": f"{row.balance:,.2f}"}
            for row in owing.open
        ]
        if not owing.open:
            return _("[Statement] Building %(building)s: everybody has paid. Thank you.") % {
                "building": owing.building.name
            }
        lines += [
            "",
            *pay_lines(compound),
            _("Paid already? Tell your building captain: it may not be written down yet."),
        ]
        return "\n".join(lines)


def _since_even(money: HouseholdMoney) -> list[HouseholdEntry]:
    """Newest first, back to the moment at which nothing was owed. What was taken back explains nothing any more."""
    rows: list[HouseholdEntry] = []
    left = money.balance
    for row in money.entries:
        if left == 0 and rows:
            break
        left -= row.amount
        if not row.taken_back and row.entry.kind != Entry.Kind.REVERSAL:
            rows.append(row)
    return rows if money.balance else []


def _entry_lines(compound: Compound, row: HouseholdEntry) -> list[str]:
    amount = f"{row.amount:,.2f}".replace("-", "−")
    if row.entry.round:
        # Its title says when.
        head = _("%(what)s: %(amount)s") % {"what": row.entry.round.name, "amount": amount}
    else:
        day = compound.day_of(row.entry.at)
        facts = {"month": day.month, "day": day.day, "what": plain_words(row.entry), "amount": amount}
        head = _("%(month)d/%(day)d %(what)s: %(amount)s") % facts
    if row.corrections:
        return [head, *(f"  {correction_words(one)}" for one in row.corrections)]
    return [
        head,
        *(
            _("  %(goods)s %(quantity)s%(unit)s %(amount)s")
            % {
                "goods": line.goods,
                "quantity": plain(line.quantity),
                "unit": line.unit,
                "amount": f"{line.amount:,.2f}",
            }
            for line in row.lines
        ),
    ]
