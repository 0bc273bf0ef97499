"""Addresses of the orders, below /c/<code>/."""

from django.urls import URLPattern

from orders.urls import carrying, imports, notices, relief, rounds, runs, sharing, shopping, shops

app_name = "orders"

urlpatterns: list[URLPattern] = [
    *rounds.urlpatterns,
    *shops.urlpatterns,
    *shopping.urlpatterns,
    *sharing.urlpatterns,
    *runs.urlpatterns,
    *carrying.urlpatterns,
    *relief.urlpatterns,
    *imports.urlpatterns,
    *notices.urlpatterns,
]
