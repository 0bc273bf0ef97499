"""Rounds, pastes, orders, doors, files."""

from django.urls import path

from orders.views import delivery, files, goods, orders, pastes, round, rounds

urlpatterns = [
    path("rounds/", rounds.round_list, name="rounds"),
    path("rounds/new/", rounds.new_round, name="round_new"),
    path("rounds/schedule/", rounds.schedule, name="schedule"),
    path("rounds/schedule/add/", rounds.add_schedule, name="schedule_add"),
    path("rounds/schedule/switch/", rounds.switch_schedule, name="schedule_switch"),
    path("rounds/schedule/supply-point/", rounds.add_supply_point, name="supply_point_add"),
    path("rounds/<uuid:round>/", round.round_page, name="round"),
    path("rounds/<uuid:round>/advance/<slug:to>/", round.advance, name="round_advance"),
    path("rounds/<uuid:round>/cutoff/", round.move_cutoff, name="round_cutoff"),
    path("rounds/<uuid:round>/cancel/", round.cancel, name="round_cancel"),
    path("rounds/<uuid:round>/make-sheets/", round.make_sheets, name="round_make_sheets"),
    path("rounds/<uuid:round>/late/", round.take_late, name="round_take_late"),
    path("rounds/<uuid:round>/text/", round.chat_text, name="round_text"),
    path("rounds/<uuid:round>/sheets.pdf", files.all_sheets, name="round_sheets"),
    path("rounds/<uuid:round>/goods/", goods.goods, name="goods"),
    path("rounds/<uuid:round>/goods/add/", goods.add_goods, name="goods_add"),
    path("rounds/<uuid:round>/goods/copy/", goods.copy_goods, name="goods_copy"),
    path("rounds/<uuid:round>/goods/change/", goods.change_goods, name="goods_change"),
    path("rounds/<uuid:round>/paste/", pastes.paste, name="paste"),
    path("rounds/<uuid:round>/order/", orders.new_order, name="order_new"),
    path("rounds/<uuid:round>/delivery/<str:building>/", delivery.run, name="delivery"),
    path("rounds/<uuid:round>/delivery/<str:building>/mark/", delivery.mark, name="delivery_mark"),
    path("rounds/<uuid:round>/delivery/<str:building>/rest/", delivery.mark_rest, name="delivery_rest"),
    path("pastes/<uuid:paste>/", pastes.review, name="review"),
    path("pastes/<uuid:paste>/decide/", pastes.decide, name="review_decide"),
    path("pastes/<uuid:paste>/confirm/", pastes.confirm, name="review_confirm"),
    path("pastes/<uuid:paste>/discard/", pastes.discard, name="review_discard"),
    path("pastes/<uuid:paste>/undo/", pastes.undo, name="review_undo"),
    path("orders/<uuid:order>/", orders.order_page, name="order"),
    path("orders/<uuid:order>/cancel/", orders.cancel_order, name="order_cancel"),
    path("not-served/", delivery.not_served, name="not_served"),
    path("not-served/close/", delivery.close, name="not_served_close"),
    path("files/<uuid:file>/", files.file, name="file"),
    path("jobs/<uuid:job>/", files.job, name="job"),
    path("jobs/<uuid:job>/cancel/", files.cancel, name="job_cancel"),
]
