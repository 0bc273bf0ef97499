"""The demo compound: invented people, a week of life, always the same for one seed and date.

cast        who logs in              buildings   doors              people   families behind them
goods       what is sold             days        when rounds close  chains   texts as neighbours write them
registry, shop, past, present       write these into the tables    build    all of it, in one transaction
passes, passages, gate_cases        the gates: who may pass, who did, and what was out of the ordinary
roster, roster_people, _posts, _plan, _cases   volunteers, where they stand, three weeks by the planner, exceptions
"""

from desk.demo import cast


def logins() -> list[tuple[str, str, str]]:
    """Role in words, telephone number and password of each of the cast; empty when there is no demo compound."""
    from compound.models import Membership

    phones = {person.phone for person in cast.CAST.values()}
    members = Membership.objects.filter(compound__code=cast.CODE, compound__is_demo=True, user__phone__in=phones)
    by_phone = {member.user.phone: member for member in members.select_related("user")}
    return [
        (str(role.label), person.phone, cast.PASSWORD) for role, person in cast.CAST.items() if person.phone in by_phone
    ]
