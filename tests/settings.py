"""The project's own settings, read after the test run's servers have put their addresses into the environment."""

import tests.embedded  # noqa: F401  (first: it fills the environment)
from compound.settings import *  # noqa: F403

# Real hashing costs 0.2 s for each person of the cast. Same algorithm, so that a server with the real settings
# knows them too.
PASSWORD_HASHERS = ["tests.hasher.QuickHasher"]

# WhiteNoise warns about a folder that is not there, and a warning fails a test.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# `up` collects the static files before it serves; the tests' pages name them as they are.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# Looked for when asked for: else each test client reads the whole folder of static files first (0.1 s).
WHITENOISE_AUTOREFRESH = True
