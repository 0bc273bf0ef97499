"""The ENGINE of the settings: Django's PostgreSQL backend, which looks at an idle connection without a question."""
