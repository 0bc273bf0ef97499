"""Runs of a day, what waits to be carried, and one run with its trips."""

from orders.queries.runs.day import Departure, RunsPage, rules_of, runners_of, runs_page
from orders.queries.runs.run import RunBuilding, RunnerLoad, RunPage, RunStop, RunTrip, capacity_of, run_page
from orders.queries.runs.waiting import HANDED_OVER, Doorstep, WaitingDoor, Waits, waiting_doors

__all__ = [
    "HANDED_OVER",
    "Departure",
    "Doorstep",
    "RunBuilding",
    "RunPage",
    "RunStop",
    "RunTrip",
    "RunnerLoad",
    "RunsPage",
    "WaitingDoor",
    "Waits",
    "capacity_of",
    "rules_of",
    "run_page",
    "runners_of",
    "runs_page",
    "waiting_doors",
]
