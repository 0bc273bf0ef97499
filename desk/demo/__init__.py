"""The demo compound: invented people, a week of life, always the same for one seed and date.

cast        who logs in              buildings   doors              people   families behind them
goods       what is sold             days        when rounds close  chains   texts as neighbours write them
registry, shop, past, present       write these into the tables    build    all of it, in one transaction
errands     medicine, top-ups and help, with the card that goes along
own_pages   slips inside the doors, and what households say on their own pages
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


def household_page() -> tuple[str, str] | None:
    """Room and path of the one household's own page that is printed beside the logins; None without a demo compound.

    The key is worked out from SECRET_KEY: it opens this installation's demo and no other.
    """
    from compound.models import HouseholdKey
    from compound.services.household_keys import household_token
    from desk.demo.buildings import ROOM_ALWAYS_THERE

    room = "-".join(ROOM_ALWAYS_THERE)
    keys = HouseholdKey.objects.filter(household__compound__code=cast.CODE, household__compound__is_demo=True)
    key = keys.filter(household__room=room, revoked_at=None).first()
    # Written out: the supervisor asks, and need not load every page's code for it.
    return (room, f"/h/{household_token(key.pk)}/") if key else None
