"""What this machine does of the simplest: a Django view with one SELECT and one INSERT, behind the same web server.

A host that is shared is twice as fast in one hour as in the next; a rate says something beside this one. Settings, URLs
and application of a project of its own, in one module.
"""

from __future__ import annotations

import os

import environ
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET_KEY = "of nothing"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench._yardstick"
DATABASES = {"default": {**environ.Env.db_url_config(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": 60}}
USE_TZ = True
TABLE = "CREATE TABLE IF NOT EXISTS yardstick (id bigserial PRIMARY KEY, note text)"


def one_of_each(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, code FROM compound_compound WHERE id = %s", [1])
        cursor.fetchall()
        cursor.execute("INSERT INTO yardstick (note) VALUES (%s)", ["x" * 50])
    answer = b'{"verdict":"allow"}'
    return HttpResponse(answer, content_type="application/json", headers={"Content-Length": str(len(answer))})


urlpatterns = [path("api/v1/gate/checks", one_of_each)]

if os.environ.get("DJANGO_SETTINGS_MODULE") == ROOT_URLCONF:
    application = get_wsgi_application()
