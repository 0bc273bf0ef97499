"""Spreadsheets of orders."""

from django.urls import path

from orders.views import order_lists

urlpatterns = [path("rounds/<uuid:round>/import/", order_lists.import_orders, name="import")]
