"""Delivery runs: stations, trips, hand-overs, packing, labels."""

from django.urls import path

from orders.views import packing, runs, stations

urlpatterns = [
    path("runs/", runs.run_list, name="runs"),
    path("runs/plan/", runs.plan, name="runs_plan"),
    path("runs/<uuid:batch>/", runs.run, name="run"),
    path("runs/<uuid:batch>/move/", runs.move, name="run_move"),
    path("runs/<uuid:batch>/trip/", runs.change_trip, name="run_trip"),
    path("runs/<uuid:batch>/send/", runs.send, name="run_send"),
    path("runs/<uuid:batch>/finish/", runs.finish, name="run_finish"),
    path("runs/<uuid:batch>/finish/back/", runs.finish_back, name="run_finish_back"),
    path("runs/<uuid:batch>/cancel/", runs.cancel, name="run_cancel"),
    path("runs/<uuid:batch>/explain/", runs.explain, name="run_explain"),
    path("runs/<uuid:batch>/count/", runs.count, name="run_count"),
    path("stations/", stations.page, name="stations"),
    path("stations/station/", stations.save_station, name="station_save"),
    path("stations/vehicle/", stations.save_vehicle, name="vehicle_save"),
    path("stations/rules/", stations.save_rules, name="delivery_rules_save"),
    path("rounds/<uuid:round>/packing/", packing.page, name="packing"),
    path("rounds/<uuid:round>/packing/bag/", packing.bag, name="packing_bag"),
    path("rounds/<uuid:round>/packing/building/", packing.building, name="packing_building"),
    path("rounds/<uuid:round>/labels.pdf", packing.labels, name="labels"),
]
