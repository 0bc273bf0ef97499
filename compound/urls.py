"""All addresses. Each app's own stand in its urls.py; here they are put together."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from compound.views import accounts, health, household_import, lan, preferences, start

# A code in an address is looked up, never a counter: see compound/views/access.py.
compound_pages = [
    path("logins/", accounts.logins, name="logins"),
    path("logins/issue/", accounts.issue_login, name="issue_login"),
    path("logins/revoke/", accounts.revoke_login, name="revoke_login"),
    path("households/import/", household_import.household_import, name="household_import"),
    path("households/import/template/", household_import.household_template, name="household_template"),
    path(
        "households/import/<uuid:upload>/", household_import.household_import_preview, name="household_import_preview"
    ),
    path(
        "households/import/<uuid:upload>/columns/",
        household_import.household_import_columns,
        name="household_import_columns",
    ),
    path("households/import/<uuid:upload>/drop/", household_import.household_import_drop, name="household_import_drop"),
]

urlpatterns = [
    # First, because nothing is asked as often.
    path("api/v1/gate/", include("gate.api.urls")),
    path("api/v1/orders/", include("orders.api.urls")),
    path("", start.home, name="home"),
    path("start/", start.start, name="start"),
    path("login/", accounts.Login.as_view(), name="login"),
    path("login/qr/<str:token>/", accounts.login_by_token, name="login_by_token"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", accounts.password, name="password"),
    path("preferences/", preferences.set_preferences, name="set_preferences"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("c/<slug:code>/", include(compound_pages)),
    path("c/<slug:code>/", include("gate.urls")),
    path("c/<slug:code>/", include("orders.urls")),
    path("c/<slug:code>/", include("errands.urls")),
    path("c/<slug:code>/", include("money.urls")),
    path("c/<slug:code>/", include("roster.urls")),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path("", include("desk.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("lan/", lan.lan, name="lan"),
    path("lan/ca.crt", lan.certificate, name="lan_certificate"),
    path("admin/login/", accounts.admin_login),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password")),
    path("admin/", admin.site.urls),
]
