"""Addresses of the errands, below /c/<code>/."""

from django.urls import path

from errands.views import asking, errand, lists, pharmacies

app_name = "errands"

urlpatterns = [
    path("errands/", lists.errands, name="errands"),
    path("errands/new/", asking.ask, name="ask"),
    path("errands/pharmacies/<str:name>/", pharmacies.pharmacy, name="pharmacy"),
    path("errands/pharmacies/<str:name>/take/", pharmacies.take_all, name="pharmacy_take"),
    path("errands/pharmacies/<str:name>/list.pdf", pharmacies.pharmacy_list, name="pharmacy_list"),
    path("errands/pharmacies/<str:name>/labels.pdf", pharmacies.pharmacy_labels, name="pharmacy_labels"),
    path("errands/<uuid:errand>/", errand.errand, name="errand"),
    path("errands/<uuid:errand>/number/", errand.number, name="number"),
    path("errands/<uuid:errand>/photos/<uuid:file>/", errand.photo, name="photo"),
    path("errands/<uuid:errand>/change/", errand.change, name="change"),
    path("errands/<uuid:errand>/give/", errand.give, name="give"),
    path("errands/<uuid:errand>/amount/", errand.correct, name="correct"),
    path("errands/<uuid:errand>/mistake/", errand.mistake, name="mistake"),
    path("errands/<uuid:errand>/withdraw/", errand.take_away, name="withdraw"),
]
