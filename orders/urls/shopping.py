"""The shopping list at the phone, receipts; acts of all pages that work without a network."""

from django.urls import URLPattern, path

from orders.views import acts, receipts, shopping

urlpatterns: list[URLPattern] = [
    path("acts/<slug:kind>/", acts.act, name="act"),
    path("work.js", acts.worker, name="phone_worker"),
    path("shopping/", shopping.shopping_lists, name="shopping_lists"),
    path("rounds/<uuid:round>/shopping/", shopping.shopping, name="shopping"),
    path("rounds/<uuid:round>/shopping/step/", shopping.step, name="shopping_step"),
    path("rounds/<uuid:round>/receipts/", receipts.receipts, name="receipts"),
    path("rounds/<uuid:round>/receipts/add/", receipts.add, name="receipt_add"),
    path("rounds/<uuid:round>/receipts/void/", receipts.void, name="receipt_void"),
    path("households/<str:room>/instead/", receipts.wish, name="substitute_wish"),
]
