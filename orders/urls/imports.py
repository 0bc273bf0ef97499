"""Spreadsheets of orders."""

from django.urls import path

from orders.views import order_lists, pastes

urlpatterns = [
    path("rounds/<uuid:round>/import/", order_lists.import_orders, name="import"),
    path("pastes/<uuid:paste>/unit/", pastes.decide_unit, name="review_unit"),
]
