"""The project's own settings with a quicker clock."""

from compound.settings import *  # noqa: F403
from compound.settings import CELERY_BEAT_SCHEDULE

CELERY_BEAT_SCHEDULE["sweep"] |= {"schedule": 3.0, "options": {"expires": 2.5}}
