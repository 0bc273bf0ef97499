"""The coordinator: the week, a day, a shift, who is there now, who has how much."""

from django.urls import URLPattern, path

from roster.views import board, day, load, now, shift

urlpatterns: list[URLPattern] = [
    path("roster/", board.this_week, name="board"),
    path("roster/week/<str:day>/", board.week, name="week"),
    path("roster/week/<str:day>/copy/", board.copy, name="copy_week"),
    path("roster/publish/", board.publish_proposals, name="publish"),
    path("roster/day/<str:day>/", day.day, name="day"),
    path("roster/shifts/new/", day.new_shift, name="shift_new"),
    path("roster/shifts/<uuid:shift>/", shift.shift, name="shift"),
    path("roster/shifts/<uuid:shift>/assign/", shift.assign_person, name="shift_assign"),
    path("roster/shifts/<uuid:shift>/publish/", shift.publish_one, name="shift_publish"),
    path("roster/shifts/<uuid:shift>/unassign/", shift.unassign_person, name="shift_unassign"),
    path("roster/shifts/<uuid:shift>/edit/", shift.edit, name="shift_edit"),
    path("roster/shifts/<uuid:shift>/cancel/", shift.cancel, name="shift_cancel"),
    path("roster/now/", now.now, name="now"),
    path("roster/load/", load.load, name="load"),
]
