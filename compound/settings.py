"""Settings of the whole project. Everything that differs between two places comes from the environment.

`DATABASE_URL` and `REDIS_URL` absent means: the embedded servers of `DATA_DIR` (see compound/servers/).
They are started by `manage.py` before Django reads this file, which then finds their addresses in the environment.
"""

from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from compound.servers.paths import data_dir, secret_key

# `admin.ModelAdmin[Household]` and its like: Django knows no type arguments at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = data_dir()
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(DATA_DIR)
DEBUG = env.bool("DEBUG", default=False)
# HTTPS=1 says that a proxy in front speaks TLS: cookies become secure, plain http is sent on.
HTTPS = env.bool("HTTPS", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# LAN_LISTENER=1: this process is the one that speaks TLS to the local network itself (compound/lan/). LAN_URL is its
# address and LAN_HELP_URL the one where a phone gets its certificate; all parts of `make run LAN=1` know both.
LAN_LISTENER = env.bool("LAN_LISTENER", default=False)
LAN_URL = env.str("LAN_URL", default="")
LAN_HELP_URL = env.str("LAN_HELP_URL", default="")

INSTALLED_APPS = [
    "compound",
    "roster",
    "gate",
    "orders",
    "errands",
    "money",
    "desk",
    "compound.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "compound.middleware.ProgramsAside",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "compound.middleware.LanguageMiddleware",
    # After those that its answer needs, before all that reads the address.
    "compound.middleware.NoNul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "compound.middleware.PrivatePages",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "compound.loopback.DemoFromLoopbackOnly",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "compound.urls"
WSGI_APPLICATION = "compound.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compound.context_processors.site",
                "compound.context_processors.place",
            ],
            # A list of words is on every second page.
            "builtins": ["compound.templatetags.listing"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": {
        # Nothing listens at port 1: a command that needs no database must not find somebody else's.
        **env.db_url("DATABASE_URL", default="postgres://shouwang@127.0.0.1:1/shouwang"),
        # A connection made anew for each request costs a factor of four in throughput.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:1/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A dead cache must be noticed in a moment: everything that uses it goes on without.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}

AUTH_USER_MODEL = "compound.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "compound.backends.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# Five wrong passwords for one phone number from one address lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "compound.views.accounts.locked_out"
AXES_USERNAME_FORM_FIELD = "username"
AXES_SENSITIVE_PARAMETERS = ["username", "password"]
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "compound.static.Storage"},
}
# Served straight from the source folders: no `collectstatic` between an unpacked tree and a page.
WHITENOISE_USE_FINDERS = True
# 12 MB: a household list of 10 MB is refused by its form with a sentence, not by the server with a bare 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Never the path, which may hold a one-time token. "no-referrer" would make browsers post forms with `Origin: null`,
# and Django's CSRF check refuses that.
SECURE_REFERRER_POLICY = "strict-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS or LAN_LISTENER
if LAN_LISTENER:
    # Cookies know no ports: with the same names, this listener's secure ones would lock out plain http on this machine.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    # It speaks TLS itself and asks nobody's header; an authority that may be made anew must not be pinned by HSTS.
    HTTPS = False
SECURE_SSL_REDIRECT = HTTPS
# The watcher asks this machine itself, in plain http.
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "compound.api.errors.answer_error",
}
# GET /api/schema/
SPECTACULAR_SETTINGS = {
    "TITLE": "守望 Shouwang",
    "DESCRIPTION": "For phones at the gates and for other programs. docs/gate.md says what the codes mean.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["gate.api.schema.only_the_api"],
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    # One try and no pause (kombu's own: three tries in six seconds): somebody waits for a page meanwhile.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
# Publishing is best effort (compound/services/jobs.py): give up at once, the sweep picks the job up.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
# In memory: everything is every so many seconds, and a file would only be one more thing that a power cut can break.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "compound.tasks.sweep", "schedule": 15.0, "options": {"expires": 14}},
    "heartbeat": {"task": "compound.tasks.heartbeat", "schedule": 10.0, "options": {"expires": 9}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "filters": {"mask_paths": {"()": "compound.accesslog.MaskPaths"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["mask_paths"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # "Received" and "succeeded" for every beat of the clock would hide what matters.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
# The address that is printed in QR codes: what a phone in the compound's network can reach.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
# W005, W021: whether other sites of the same domain speak TLS, and for ever, is not this program's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# For example smtp+tls://name:password@mail.example:587. Without it no e-mail goes out: what would be one waits as a
# text for the chat (compound/outbox.py).
EMAIL_URL = env.str("EMAIL_URL", default="")
SENDS_EMAIL = bool(EMAIL_URL)
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="") or vars().get("EMAIL_HOST_USER") or "shouwang@localhost"
# Role, phone number and password of the demo's cast, for the console of `manage.py up`.
DEMO_LOGINS = "desk.demo.logins"
# Room and path of one household's own page, for the same console.
DEMO_PAGE = "desk.demo.household_page"

# -- what is forgotten, and after how many days (compound/services/retention.py) ----------------------------------
# Kept no longer than the purpose lasts (CAC, 9 February 2020). Not less than 63: an outing that cost the next one
# counts for 2 × 31 days under the widest rule.
GATE_LOG_DAYS = max(env.int("GATE_LOG_DAYS", default=63), 63)
# Records and readings from home; a passage's own reading goes with its passage.
TEMPERATURE_DAYS = env.int("TEMPERATURE_DAYS", default=60)
PARCEL_DAYS = env.int("PARCEL_DAYS", default=30)
# A sign-up, from its answer on or unanswered from its arrival; phone, e-mail and notes of a volunteer who has ended.
SIGN_UP_DAYS = env.int("SIGN_UP_DAYS", default=30)
ENDED_VOLUNTEER_DAYS = env.int("ENDED_VOLUNTEER_DAYS", default=30)
# Why somebody did not come. Shifts, and who stood there: hours of service are asked for within the year.
ROSTER_WHY_DAYS = env.int("ROSTER_WHY_DAYS", default=30)
ROSTER_DAYS = max(env.int("ROSTER_DAYS", default=366), 31)
# Who tried which door when, who counted which pile of bags. Not less than 14: a code on paper holds so long.
DOOR_DAYS = max(env.int("DOOR_DAYS", default=60), 14)
# Who needed which medicine, whose card went along. What it cost stays in the ledger.
ERRAND_DAYS = max(env.int("ERRAND_DAYS", default=60), 14)
# Slips that no longer open a household's page.
OLD_KEY_DAYS = env.int("OLD_KEY_DAYS", default=30)
# Reminders, alerts, texts for the chat.
MESSAGE_DAYS = env.int("MESSAGE_DAYS", default=30)
