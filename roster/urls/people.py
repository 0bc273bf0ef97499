"""The coordinator: volunteers, sign-ups, skills."""

from django.urls import URLPattern, path

from roster.views import availability, sign_ups, volunteer_import, volunteers

urlpatterns: list[URLPattern] = [
    path("roster/volunteers/", volunteers.volunteers, name="volunteers"),
    path("roster/volunteers/new/", volunteers.volunteer_new, name="volunteer_new"),
    path("roster/volunteers/import/", volunteer_import.volunteer_import, name="volunteer_import"),
    path("roster/volunteers/import/template.xlsx", volunteer_import.template, name="volunteer_template"),
    path("roster/volunteers/import/<uuid:upload>/", volunteer_import.look, name="volunteer_import_look"),
    path("roster/volunteers/import/<uuid:upload>/columns/", volunteer_import.columns, name="volunteer_import_columns"),
    path("roster/volunteers/import/<uuid:upload>/drop/", volunteer_import.drop, name="volunteer_import_drop"),
    path("roster/volunteers/<uuid:volunteer>/", volunteers.volunteer, name="volunteer"),
    path("roster/volunteers/<uuid:volunteer>/edit/", volunteers.volunteer_edit, name="volunteer_edit"),
    path("roster/volunteers/<uuid:volunteer>/skills/", volunteers.volunteer_skills, name="volunteer_skills"),
    path("roster/volunteers/<uuid:volunteer>/end/", volunteers.volunteer_end, name="volunteer_end"),
    path("roster/volunteers/<uuid:volunteer>/return/", volunteers.volunteer_return, name="volunteer_return"),
    path("roster/volunteers/<uuid:volunteer>/when/", availability.their_when, name="volunteer_when"),
    path("roster/volunteers/<uuid:volunteer>/when/dates/", availability.their_date, name="volunteer_when_date"),
    path(
        "roster/volunteers/<uuid:volunteer>/when/dates/gone/",
        availability.their_date_gone,
        name="volunteer_when_date_gone",
    ),
    path("roster/sign-ups/", sign_ups.sign_ups, name="sign_ups"),
    path("roster/sign-ups/poster.pdf", sign_ups.poster, name="sign_up_poster"),
    path("roster/sign-ups/switch/", sign_ups.switch, name="sign_up_switch"),
    path("roster/sign-ups/renew/", sign_ups.renew, name="sign_up_renew"),
    path("roster/sign-ups/refuse/", sign_ups.refuse_many, name="sign_ups_refuse"),
    path("roster/sign-ups/<uuid:sign_up>/confirm/", sign_ups.confirm, name="sign_up_confirm"),
    path("roster/sign-ups/<uuid:sign_up>/refuse/", sign_ups.refuse, name="sign_up_refuse"),
    path("roster/skills/", volunteers.skills, name="skills"),
    path("roster/skills/<uuid:skill>/", volunteers.skill_edit, name="skill_edit"),
    path("roster/skills/<uuid:skill>/remove/", volunteers.skill_remove, name="skill_remove"),
]
