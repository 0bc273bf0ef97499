"""A good row in each table of the roster, for tests that go through all of them."""

from compound.models import Compound
from roster.models import Plan, RosterRules, SignUp, StandIn
from tests import make
from tests.make import ELEVEN


def one_of_each(of: Compound, number: int = 1, *, phone: str = "13000000071") -> None:
    """Somebody who leads a group and stands at its post by a pattern, and looks for a stand-in. `phone`: a new one."""
    person = make.volunteer(of, f"志愿者{number}", phone, skills=[f"技能{number}"])
    group = make.duty_group(of, f"{number}组", leader=person)
    post = make.post(of, f"{number}岗", needs={f"技能{number}": 1}, group=group)
    shift = make.shift(post, pattern=make.pattern(post))
    held = make.assignment(shift, person)
    StandIn.objects.create(assignment=held, asked_at=ELEVEN, asked_by=person.user)
    SignUp.objects.create(compound=of, name=f"新人{number}", phone=phone, asked_at=ELEVEN)
    Plan.objects.create(
        compound=of, from_on=ELEVEN.date(), until_on=ELEVEN.date(), state="ready", asked_at=ELEVEN, decided_at=None
    )
    RosterRules.objects.get_or_create(compound=of)
