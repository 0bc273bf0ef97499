"""Supply points, goods, words, minimums."""

from django.urls import URLPattern, path

from orders.views import minimums, shops, words

# A name may hold a slash (烟酒/百货): `path`, and what hangs below a name stands before the name itself.
urlpatterns: list[URLPattern] = [
    path("supply-points/", shops.supply_points, name="supply_points"),
    path("supply-points/<path:name>/facts/", shops.change_point, name="supply_point_change"),
    path("supply-points/<path:name>/sections/", shops.add_section, name="section_add"),
    path("supply-points/<path:name>/walk/", shops.change_section, name="section_change"),
    path("supply-points/<path:name>/goods/", shops.save_item, name="item_save"),
    path("supply-points/<path:name>/words/", shops.forget, name="word_forget"),
    path("supply-points/<path:name>/", shops.supply_point, name="supply_point"),
    path("rounds/<uuid:round>/words/", words.words, name="words"),
    path("rounds/<uuid:round>/minimums/", minimums.minimums, name="minimums"),
]
