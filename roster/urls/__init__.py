"""Addresses below /c/<code>/: one module for each kind of user."""

from django.urls import URLPattern

from roster.urls import board, duty, join, paper, people, plans, setup

app_name = "roster"
urlpatterns: list[URLPattern] = [
    *board.urlpatterns,
    *plans.urlpatterns,
    *people.urlpatterns,
    *setup.urlpatterns,
    *duty.urlpatterns,
    *join.urlpatterns,
    *paper.urlpatterns,
]
