"""Sharing out what came short."""

from django.urls import URLPattern, path

from orders.views import sharing, sharing_rules

urlpatterns: list[URLPattern] = [
    path("rounds/<uuid:round>/sharing/", sharing.sharing, name="sharing"),
    path("rounds/<uuid:round>/sharing/rule/", sharing.choose, name="sharing_choose"),
    path("rounds/<uuid:round>/sharing/make/", sharing.make, name="sharing_make"),
    path("rounds/<uuid:round>/sharing/instead/", sharing.make_instead, name="sharing_instead"),
    path("rounds/<uuid:round>/sharing/apply/", sharing.apply_all, name="sharing_apply_all"),
    path("sharing/<uuid:sharing>/", sharing.sharing_run, name="sharing_run"),
    path("sharing/<uuid:sharing>/apply/", sharing.apply, name="sharing_apply"),
    path("sharing/<uuid:sharing>/withdraw/", sharing.withdraw, name="sharing_withdraw"),
    path("sharing/<uuid:sharing>/again/", sharing.run_again, name="sharing_again"),
    path("sharing/<uuid:sharing>/problem.json", sharing.problem_file, name="sharing_file"),
    path("sharing-rules/", sharing_rules.sharing_rules, name="sharing_rules"),
    path("sharing-rules/save/", sharing_rules.save, name="sharing_rules_save"),
    path("sharing-rules/usual/", sharing_rules.usual, name="sharing_rules_usual"),
    path("sharing-rules/retire/", sharing_rules.retire, name="sharing_rules_retire"),
    path("sharing-rules/restore/", sharing_rules.restore, name="sharing_rules_restore"),
]
