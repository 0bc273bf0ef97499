"""Today: what is open, what has to be done now, how the day runs."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from compound import access
from compound.access import Standing
from compound.days import Clock
from compound.models import Compound
from desk.queries.day import lanes_of
from desk.queries.today.facts import count_doors, read_facts, round_url
from desk.queries.today.needs import Need, needs_of
from desk.queries.today.roster import lanes_of_posts
from desk.queries.today.tiles import Tile, tiles_of
from orders.models import Round
from orders.queries.carrying import TripRow, trips_to_carry
from orders.queries.rounds import BuildingCount, building_counts
from orders.sheets.words import building

NEEDS_AT_ONCE = 8


@dataclass
class Today:
    """Everything on the page. `households` 0: nothing is set up yet. `action`: the page's one red button."""

    households: int
    tiles: list[Tile] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    lanes: list[dict[str, Any]] = field(default_factory=list)
    # The posts with the shifts of the day, for who runs the roster.
    posts: list[dict[str, Any]] = field(default_factory=list)
    # What the member carries, now or next.
    trips: list[TripRow] = field(default_factory=list)
    runs: list[BuildingCount] = field(default_factory=list)
    runs_round: Round | None = None
    action: tuple[str, str] | None = None

    @property
    def first_needs(self) -> list[Need]:
        return self.needs[:NEEDS_AT_ONCE]

    @property
    def more_needs(self) -> list[Need]:
        """The less urgent ones, below a fold: a list of twenty is read by nobody."""
        return self.needs[NEEDS_AT_ONCE:]

    @property
    def run_rows(self) -> list[dict[str, Any]]:
        """The buildings as they are called: 20栋, 商务楼."""
        return [
            {"title": building(run.name), "name": run.name, "bags": run.bags, "marked": run.marked, "lines": run.lines}
            for run in self.runs
        ]


def today(*, compound: Compound, membership: Standing, at: dt.datetime) -> Today:
    """The page for one member: what the roles of `membership` do not concern is left out."""
    clock = Clock(compound, at)
    doors = count_doors(compound)
    if not doors["all"]:
        page = Today(households=0)
        if access.can_import_households(membership):
            page.action = (_("Import the household list"), reverse("household_import", kwargs={"code": compound.code}))
        return page
    facts = read_facts(compound, membership, clock, doors)
    page = Today(households=doors["all"])
    page.tiles = list(tiles_of(facts))
    page.needs = list(needs_of(facts))
    only = None if access.sees_all_buildings(membership) else membership.buildings
    # The day of the rounds is for who moves them; to others it is a list of what they can do nothing with.
    if access.can_see_orders(membership) and only is None:
        page.lanes = lanes_of(facts.rounds, clock, url=round_url(facts))
    page.posts = lanes_of_posts(facts.roster, clock, facts.url)
    if access.can_deliver(membership) and not access.can_run_orders(membership):
        page.trips, _free = trips_to_carry(compound, runner=membership.user.pk, only=only)
    # Who may open the round has the buildings there; a captain's own is worth a line here all the same.
    is_runner = access.can_deliver(membership) and not (
        access.can_see_orders(membership) and access.sees_all_buildings(membership)
    )
    if is_runner and facts.being_brought:
        page.runs_round = facts.being_brought[0]
        page.runs = building_counts(page.runs_round, only=only)
    if access.can_run_orders(membership) and facts.open:
        page.action = (_("Paste 接龙"), facts.url("orders:paste", round=facts.open[0].pk))
    return page
