"""The coordinator and the planner."""

from django.urls import URLPattern, path

from roster.views import plans

urlpatterns: list[URLPattern] = [
    path("roster/plans/", plans.plans, name="plans"),
    path("roster/plans/<uuid:plan>/", plans.plan, name="plan"),
    path("roster/plans/<uuid:plan>/progress/", plans.progress, name="plan_progress"),
    path("roster/plans/<uuid:plan>/cancel/", plans.cancel, name="plan_cancel"),
    path("roster/plans/<uuid:plan>/publish/", plans.publish, name="plan_publish"),
    path("roster/plans/<uuid:plan>/drop/", plans.drop, name="plan_drop"),
]
