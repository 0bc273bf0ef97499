"""The gate page as a phone keeps it: one page for every compound, and the list of all files that it can ask for.

The list is found by following references, from the page's markup through modules, their workers and words, and
style sheets to pictures; nobody keeps it by hand. Its hash is the version that the phone's worker goes by.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.utils import translation

TEMPLATE = "gate/phone.html"
WORKER = "js/gate/worker.js"
IN_MARKUP = re.compile(r"""=["'](?P<url>/[^"'#?\s]+)""")
IN_MODULES = re.compile(
    r"""\b(?:from|import)\s*\(?\s*["'](?P<url>\.[^"'$]+)["']"""
    r"""|new URL\(\s*["'](?P<beside>\.[^"'$]+)["']\s*,\s*import\.meta\.url"""
)
IN_STYLES = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])(?P<url>[^"')#?:]+)""")
COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
# The page names them, but they are for the browser's home screen and tab, not for a page without a network.
NOT_KEPT = (".webmanifest",)


@dataclass(frozen=True)
class Shell:
    """`page`: the markup. `files`: paths as the browser asks for them, sorted. `version`: of all of it."""

    page: str
    files: tuple[str, ...]
    version: str

    def worker(self) -> str:
        """The service worker's source: the same version means the same bytes."""
        told = json.dumps({"version": self.version, "files": self.files})
        return f"const SHELL = {told};\n{_bytes_of(WORKER).decode()}"


def shell() -> Shell:
    """Read once a process: 40 files. Under DEBUG every time, so that an edit is seen."""
    return _read() if settings.DEBUG else _kept()


@lru_cache(1)
def _kept() -> Shell:
    return _read()


def _read() -> Shell:
    # Without a request: no user, no cookie; and whoever asks first does not choose everybody's language.
    with translation.override(settings.LANGUAGE_CODE):
        page = render_to_string(TEMPLATE)
    found: dict[str, bytes] = {}
    urls = (match["url"] for match in IN_MARKUP.finditer(page))
    waiting = [_name(url) for url in urls if url.startswith(settings.STATIC_URL)]
    while waiting:
        name = waiting.pop()
        if name in found or name.endswith(NOT_KEPT):
            continue
        found[name] = _bytes_of(name)
        waiting.extend(_named_in(name, found[name]))
    files = tuple(sorted(settings.STATIC_URL + name for name in found))
    hashed = hashlib.sha256(page.encode() + _bytes_of(WORKER))
    for name in sorted(found):
        hashed.update(name.encode() + found[name])
    return Shell(page, files, hashed.hexdigest()[:16])


def _name(url: str) -> str:
    return url.removeprefix(settings.STATIC_URL)


def _named_in(name: str, content: bytes) -> Iterator[str]:
    """What a module or a style sheet names, as paths below STATIC_URL."""
    pattern = {".js": IN_MODULES, ".css": IN_STYLES}.get(Path(name).suffix)
    if pattern is None:
        return
    for match in pattern.finditer(COMMENTS.sub("", content.decode())):
        url = next(group for group in match.groups() if group)
        if url.startswith(settings.STATIC_URL):
            yield _name(url)
        elif not url.startswith("/") and not url.startswith("data"):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(name), url.strip()))


def _bytes_of(name: str) -> bytes:
    """A collected file, under the name that carries its hash, or the source where nothing was collected.

    Raises FileNotFoundError for a reference that leads nowhere: better at the start than on a phone at night.
    """
    path = staticfiles_storage.path(name) if staticfiles_storage.exists(name) else finders.find(name)
    if path is None:
        raise FileNotFoundError(f"the gate page names {name}, and there is no such file")
    return Path(path).read_bytes()
