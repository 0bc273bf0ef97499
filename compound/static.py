"""Static files under names that carry their content's hash, so that a phone may keep them for ever."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# `new URL("./decoder.js", import.meta.url)`: a worker, words, whatever a module fetches. Django knows imports alone.
BESIDE_A_MODULE = (
    r"""(?P<matched>new URL\(\s*["'](?P<url>\.[^"'$]+)["']\s*,\s*import\.meta\.url\s*\))""",
    """new URL("%(url)s", import.meta.url)""",
)


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """`manage.py up` collects the files. Where nobody has (tests, a developer's shell), the plain names are served.

    Modules import each other by hashed names too, so that a page is of one version whenever its files were kept.
    Modules that import each other in a circle have no such name: `collectstatic` fails then.
    """

    support_js_module_import_aggregation = True
    # A file is final one pass after all that it names; Django's five are too few for page → session → … → rules.
    max_post_process_passes = 12
    patterns = (*ManifestStaticFilesStorage.patterns, ("*.js", (BESIDE_A_MODULE,)))

    # A page must not fall over because one picture is missing from the manifest.
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
