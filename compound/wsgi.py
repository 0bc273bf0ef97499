"""What the web server loads."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")

application = get_wsgi_application()
# Every page's code is read here, once and before the workers are forked, and not at each worker's first visitor (2 s).
_ = get_resolver().url_patterns
