"""Static files under names that carry their content's hash, so that a phone may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """`manage.py up` collects the files. Where nobody has (tests, a developer's shell), the plain names are served."""

    # A page must not fall over because one picture is missing from the manifest.
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
