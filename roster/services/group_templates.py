"""The usual ten groups with their written duties, and the usual skills: a start, to be changed like everything else.

Who did what in compounds of several hundred households (the domain's figures) in five lines a group. The words are
stored in the compound's language when they are first written; nobody's own words are ever overwritten.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Compound, User
from roster.models import DutyGroup, Skill
from roster.services.groups import GroupFacts, make_group
from roster.services.skills import add_skill

Kind = DutyGroup.Kind


@dataclass(frozen=True)
class Template:
    """`duties`: msgids, a line each. `confirms`: the leader takes new members in without the coordinator."""

    kind: str
    name: str
    duties: tuple[str, ...]
    confirms: bool = False


TEMPLATES = (
    Template(
        Kind.GATE,
        gettext_noop("Gate group"),
        (
            gettext_noop(
                "Somebody stands at every open gate, 24 hours a day; nobody leaves before the next one is there."
            ),
            gettext_noop("Check the pass and take the temperature of everybody, out and in, and record each passage."),
            gettext_noop("37.3 °C and above: let them wait in the shade, measure again, call the medical group."),
            gettext_noop(
                "Goods from outside are put down at the outer line and disinfected before they are handed over."
            ),
            gettext_noop(
                "Stay calm when somebody argues; nobody is touched. Call the leader and write down what happened."
            ),
        ),
    ),
    Template(
        Kind.GROUP_BUY,
        gettext_noop("Group-buy group"),
        (
            gettext_noop(
                "Ask the suppliers for price, smallest quantity, time of arrival and papers before the chain is opened."
            ),
            gettext_noop(
                "Open the chain in every chat group with goods, price, unit and cut-off, and close it on time."
            ),
            gettext_noop(
                "Check the arrival by count and weight against the list; write down what is short or spoiled."
            ),
            gettext_noop("Money goes through two pairs of hands, and every round is settled before the next one."),
        ),
    ),
    Template(
        Kind.SHOPPING,
        gettext_noop("Shopping group"),
        (
            gettext_noop(
                "Fetch the shopping list at 08:30 and buy by the list, item by item; masks and gloves stay on."
            ),
            gettext_noop("Pack household by household, put the till receipt into each bag, check each bag twice."),
            gettext_noop(
                "What is not to be had is reported at once; nothing is replaced without asking the household."
            ),
            gettext_noop("Medicine: exactly what is on the box, never another one; keep cold what must stay cold."),
            gettext_noop("Hand in receipts and what was paid out of one's own pocket on the same day."),
        ),
    ),
    Template(
        Kind.DISTRIBUTION,
        gettext_noop("Distribution group"),
        (
            gettext_noop("Sort what has come by building and unit, with the room number on every bag, and count it."),
            gettext_noop(
                "From the gate to the stations, from there to the doors: every hand-over is counted by both sides."
            ),
            gettext_noop("Put it down at the door, knock, step back; mark each door, with the reason where it failed."),
            gettext_noop(
                "Elders living alone, the ill and households in isolation come first; heavy things are carried up."
            ),
            gettext_noop("Take turns: nobody climbs stairs for more than two hours on end."),
        ),
        confirms=True,
    ),
    Template(
        Kind.MEDICAL,
        gettext_noop("Medical group"),
        (
            gettext_noop("Call back every fever, measure again and decide with the community doctor what follows."),
            gettext_noop(
                "Keep the list of those on dialysis, in chemotherapy, pregnant, chronically ill, and their next dates."
            ),
            gettext_noop("Arrange car, pass and hospital for emergencies; the gate lets them out at once."),
            gettext_noop("Show every group how to put protective clothing on and off, and watch their health."),
            gettext_noop("What is known of somebody's illness stays in this group."),
        ),
    ),
    Template(
        Kind.SUPPLIES,
        gettext_noop("Supplies group"),
        (
            gettext_noop("Take in donations and protective equipment by count, and sign for them by two people."),
            gettext_noop("Give out masks, gloves, suits and thermometers by the shift, and write down who got what."),
            gettext_noop(
                "Report every evening what is left and for how many days it lasts; ask for more three days before."
            ),
            gettext_noop("Relief goes by the rule that was announced beforehand; the list is put up without names."),
        ),
    ),
    Template(
        Kind.DISINFECTION,
        gettext_noop("Disinfection and waste group"),
        (
            gettext_noop(
                "Disinfect stairwells, lifts, buttons and handrails two or three times a day, and sign the sheet."
            ),
            gettext_noop("Mix the disinfectant as the label says, never with another one, and let it act long enough."),
            gettext_noop(
                "Waste of isolated households goes into double yellow bags, is sprayed and fetched by itself."
            ),
            gettext_noop("Disinfect goods at the gate, the parcels' shelves and the testing place after every use."),
        ),
    ),
    Template(
        Kind.INFORMATION,
        gettext_noop("Information grid group"),
        (
            gettext_noop("Keep the register of households true: who lives there, who is away, who needs what."),
            gettext_noop(
                "In every round of screening or testing no household and no person is missed; compare the counts."
            ),
            gettext_noop("Answer the hotline, write every call down, and see to it that somebody calls back."),
            gettext_noop("Fill in what the community asks for from what is known already; do not ask residents twice."),
        ),
    ),
    Template(
        Kind.PUBLICITY,
        gettext_noop("Publicity group"),
        (
            gettext_noop("Pass on notices only from the community or the branch, with time and source."),
            gettext_noop("Tell in the chat every day what comes when, what could not be had, and why."),
            gettext_noop("Answer rumours quickly, politely and with facts; what nobody knows is said to be unknown."),
            gettext_noop("No photograph and no list shows a resident's name, room or illness."),
        ),
    ),
    Template(
        Kind.ELDERS,
        gettext_noop("Elders and children group"),
        (
            gettext_noop("Call every elder living alone once a day; who does not answer is visited within the hour."),
            gettext_noop("Order, fetch and pay for those without a smartphone; they sign on paper."),
            gettext_noop(
                "Look after children whose parents are in isolation: two people, and the parents are called every day."
            ),
            gettext_noop("Medicine for chronic illnesses is asked for five days before it runs out."),
            gettext_noop("Look for who is sad or afraid, and have somebody talk to them."),
        ),
    ),
)

# Name, and whether somebody must have seen a paper for it.
SKILLS = (
    (gettext_noop("Medicine and nursing"), True),
    (gettext_noop("Driving"), True),
    (gettext_noop("Computer"), False),
    (gettext_noop("Heavy loads"), False),
    (gettext_noop("Dialect"), False),
    (gettext_noop("Disinfection"), False),
    (gettext_noop("Electricity and water"), True),
    (gettext_noop("Counselling"), True),
)


def missing_templates(compound: Compound) -> list[Template]:
    """Those of whose kind there is no open group. One query."""
    there = set(DutyGroup.objects.filter(compound=compound, ended_at=None).values_list("kind", flat=True))
    return [template for template in TEMPLATES if template.kind not in there]


def missing_skills(compound: Compound) -> list[str]:
    """By the name that they would get, in the compound's language. One query."""
    there = set(Skill.objects.filter(compound=compound).values_list("name", flat=True))
    with translation.override(compound.language):
        return [name for name in (_skill_name(msgid) for msgid, _paper in SKILLS) if name not in there]


@transaction.atomic
def start_groups(*, compound: Compound, kinds: Collection[str], by: User | None, at: dt.datetime) -> list[DutyGroup]:
    """Those of `kinds` that are not there yet, in the order of `TEMPLATES`. Safe to repeat and to send at once."""
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    taken = set(DutyGroup.objects.filter(compound=compound, ended_at=None).values_list("name", flat=True))
    made = []
    for template in missing_templates(compound):
        if template.kind not in kinds:
            continue
        with translation.override(compound.language):
            facts = GroupFacts(
                name=_(template.name),
                kind=template.kind,
                duties="\n".join(_(line) for line in template.duties),
                leaders_confirm=template.confirms,
                position=10 * (1 + TEMPLATES.index(template)),
            )
        if facts.name not in taken:
            made.append(make_group(compound=compound, facts=facts, by=by, at=at))
    return made


@transaction.atomic
def start_skills(*, compound: Compound, by: User | None, at: dt.datetime) -> list[Skill]:
    """The usual skills that the compound has not got. Safe to repeat and to send twice at once."""
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    there = set(Skill.objects.filter(compound=compound).values_list("name", flat=True))
    made = []
    for number, (msgid, needs_evidence) in enumerate(SKILLS):
        with translation.override(compound.language):
            name = _skill_name(msgid)
        if name not in there:
            position = 10 * (1 + number)
            made.append(
                add_skill(compound=compound, name=name, needs_evidence=needs_evidence, position=position, by=by, at=at)
            )
    return made


def _skill_name(msgid: str) -> str:
    return _(msgid)
