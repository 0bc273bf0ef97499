"""Volunteers and leaders on their phones."""

from django.urls import URLPattern, path

from roster.views import attendance, availability, duty, feed, post_sign_in, requests

urlpatterns: list[URLPattern] = [
    path("duty/", duty.my, name="my"),
    path("duty/open/", duty.open_shifts, name="open"),
    path("duty/open/<uuid:shift>/take/", duty.take_shift, name="take"),
    path("duty/open/<uuid:shift>/wait/", duty.wait_for_shift, name="wait"),
    path("duty/confirm/", duty.confirm_all, name="confirm_all"),
    path("duty/when/", availability.my_when, name="when"),
    path("duty/when/dates/", availability.my_date, name="when_date"),
    path("duty/when/dates/gone/", availability.my_date_gone, name="when_date_gone"),
    path("duty/requests/", requests.requests_page, name="requests"),
    path("duty/requests/<uuid:asked>/answer/", requests.answer, name="request_answer"),
    path("duty/requests/<uuid:asked>/withdraw/", requests.withdraw, name="request_withdraw"),
    path("duty/calendar/", feed.calendar, name="calendar"),
    path("duty/calendar/reset/", feed.reset, name="calendar_reset"),
    path("duty/at/<uuid:post>/<str:token>/", post_sign_in.at_post, name="post_sign_in"),
    path("duty/posts/<uuid:post>/code/", post_sign_in.post_code, name="post_code"),
    path("duty/posts/<uuid:post>/code/renew/", post_sign_in.renew_code, name="post_code_renew"),
    path("duty/group/<uuid:group>/", attendance.attendance, name="attendance"),
    path("duty/group/<uuid:group>/tick/", attendance.tick, name="attendance_tick"),
    path("duty/<uuid:assignment>/", duty.my_shift, name="my_shift"),
    path("duty/<uuid:assignment>/cannot/", duty.cannot, name="cannot"),
    path("duty/<uuid:assignment>/ask/", requests.ask, name="ask"),
    path("duty/<uuid:assignment>/confirm/", duty.confirm_one, name="confirm"),
    path("duty/<uuid:assignment>/accept/", duty.accept, name="accept"),
    path("duty/<uuid:assignment>/withdraw/", duty.step_back, name="step_back"),
    path("duty/<uuid:assignment>/sign-in/", duty.sign_in_here, name="sign_in"),
    path("duty/<uuid:assignment>/sign-out/", duty.sign_out_here, name="sign_out"),
]
