"""Message catalogues without GNU gettext: what the sources say, what the catalogues answer, what differs.

A string belongs to the app of the file that says it: `<app>/**/*.py` and `templates/<app>/` to the app, every
other template to `compound`. JavaScript's strings are kept in `compound`'s `djangojs.po` and are generated as
one JSON per language under `static/i18n/`. Catalogues carry no line numbers, no dates and no tool names, so
that two people who run the tool on the same sources get the same bytes.
"""

import ast
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
LANGUAGE = "zh-hans"
PYTHON, SCRIPT = "django", "djangojs"
# Names of gettext functions with the positions of (context,) message (, plural); `None`: the first argument.
KEYWORDS: dict[str, Any] = {
    name + suffix: spec
    for name, spec in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
        "gettext_noop": None,
    }.items()
    for suffix in ("", "_lazy")
} | {"_": None}
HEADER = [
    ("Language", LOCALE),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
    ("Plural-Forms", "nplurals=1; plural=0;"),
]
HEADER_TEXT = 'msgid ""\nmsgstr ""\n' + "".join(f'"{name}: {value}\\n"\n' for name, value in HEADER) + "\n"
# %(name)s, %(name)02d, %s, {name} and {name:d}; a doubled %% is a percent sign, "5 % sure" is none.
PLACEHOLDER = re.compile(r"%%|%\((\w+)\)[-#0+]*\d*(?:\.\d+)?[sdif]|(%[-#0+]*\d*(?:\.\d+)?[sdif])|\{(\w*)[^{}]*\}")

# (context, msgid, plural or None); gettext looks up by context and msgid alone.
Key = tuple[str | None, str]


@dataclass(frozen=True)
class Wanted:
    """A string as the sources say it, with the places that do, for a human to find it."""

    msgid: str
    plural: str | None
    context: str | None
    places: list[str] = field(compare=False, default_factory=list)

    @property
    def key(self) -> Key:
        return self.context, self.msgid

    @property
    def id(self) -> str | tuple[str, str]:
        return self.msgid if self.plural is None else (self.msgid, self.plural)


class StableCatalog(Catalog):
    """A catalogue whose header says nothing that changes between two runs."""

    mime_headers = property(lambda self: HEADER, lambda self, headers: None)


@dataclass
class Sources:
    """All strings of the tree by catalogue, and the files that could not be read."""

    wanted: dict[Path, dict[Key, Wanted]]
    unreadable: dict[Path, str]


def apps(root: Path) -> list[str]:
    return sorted(path.parent.name for path in root.glob("*/apps.py"))


def po_path(root: Path, app: str, domain: str = PYTHON) -> Path:
    return root / app / "locale" / LOCALE / "LC_MESSAGES" / f"{domain}.po"


def _files(root: Path) -> Iterator[tuple[Path, Path]]:
    """Yields (source file, its catalogue) in a fixed order."""
    names = apps(root)
    for app in names:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.relative_to(root).parts:
                yield path, po_path(root, app)
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            first = path.relative_to(root / "templates").parts[0]
            yield path, po_path(root, first if first in names else "compound")
    for path in sorted((root / "static" / "js").rglob("*.js")):
        yield path, po_path(root, "compound", SCRIPT)


def _strings(path: Path) -> Iterator[tuple[int, Any, str | None]]:
    """Yields (line, msgid or (msgid, plural), context). Raises what the parsers raise."""
    text = path.read_text(encoding="utf-8")
    method = "javascript" if path.suffix == ".js" else "python"
    if path.suffix == ".py":
        ast.parse(text)
    elif path.suffix != ".js":
        # What is left of the template is no Python: its indentation would make the tokeniser stumble.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    for line, message, _comments, context in extract(method, BytesIO(text.encode()), KEYWORDS):
        yield line, message, context


def read_sources(root: Path) -> Sources:
    """Reads every source file below `root`: about 0.3 s for 300 files."""
    wanted: dict[Path, dict[Key, Wanted]] = {po_path(root, app): {} for app in apps(root)}
    unreadable: dict[Path, str] = {}
    for path, catalogue in _files(root):
        try:
            strings = list(_strings(path))
        except Exception as error:
            unreadable[path] = str(error)
            continue
        for line, message, context in strings:
            msgid, plural = message if isinstance(message, tuple) else (message, None)
            if not msgid:
                continue
            entries = wanted.setdefault(catalogue, {})
            known = entries.get((context, msgid))
            if known is None or (known.plural is None and plural is not None):
                places = known.places if known else []
                entries[(context, msgid)] = known = Wanted(msgid, plural, context, places)
            known.places.append(f"{path.relative_to(root)}:{line}")
    return Sources(wanted, unreadable)


def read_catalogue(path: Path) -> Catalog:
    """The catalogue at `path`, an empty one when there is none. Raises babel's PoFileError."""
    if not path.exists():
        return StableCatalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, charset="utf-8", abort_invalid=True)


def key_of(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def entries(catalogue: Catalog) -> dict[Key, Message]:
    return {key_of(message): message for message in catalogue if message.id}


def text_of(message: Message) -> str:
    """The translation; Chinese has one plural form, so it is always one string."""
    return message.string if isinstance(message.string, str) else (message.string or ("",))[0]


def merged(wanted: Mapping[Key, Wanted], old: Catalog, elsewhere: Mapping[Key, str], *, keep: bool) -> Catalog:
    """A catalogue with exactly the wanted strings, translations kept or taken from another catalogue.

    `keep` leaves strings in that nobody says any more (used while a source file cannot be read).
    """
    known = entries(old)
    new = StableCatalog(locale=LOCALE)
    for key, want in wanted.items():
        before = known.get(key)
        text = (text_of(before) if before else "") or elsewhere.get(key, "")
        flags = {"fuzzy"} if before and before.fuzzy else set()
        new.add(want.id, text if want.plural is None else (text,), context=want.context, flags=flags)
    if keep:
        for key, message in known.items():
            if key not in wanted:
                new.add(message.id, message.string, context=message.context, flags=message.flags)
    return new


def po_bytes(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return (HEADER_TEXT + buffer.getvalue().decode().strip("\n")).strip("\n").encode() + b"\n"


def mo_bytes(catalogue: Catalog) -> bytes:
    """The compiled catalogue; the same entries give the same bytes on every machine and version of babel."""
    stable = StableCatalog(locale=LOCALE)
    for message in catalogue:
        if message.id and text_of(message):
            stable.add(message.id, message.string, context=message.context, flags=message.flags)
    buffer = BytesIO()
    write_mo(buffer, stable)
    return buffer.getvalue()


def json_files(root: Path, catalogue: Catalog) -> dict[Path, bytes]:
    """JavaScript's words, one file a language: `{msgid: text}`, for a plural `{msgid: [one, many]}`."""
    chinese: dict[str, Any] = {}
    english: dict[str, Any] = {}
    for (_context, msgid), message in sorted(entries(catalogue).items(), key=lambda item: item[0][1]):
        plural = not isinstance(message.id, str)
        chinese[msgid] = [text_of(message)] * 2 if plural else text_of(message)
        english[msgid] = list(message.id) if plural else msgid
    if not chinese:
        return {}
    folder = root / "static" / "i18n"
    return {
        folder / f"{language}.json": (json.dumps(words, ensure_ascii=False, indent=1) + "\n").encode()
        for language, words in ((LANGUAGE, chinese), ("en", english))
    }


def write_atomically(path: Path, data: bytes) -> bool:
    """True when the file changed. A reader sees the old file or the new one, never a half."""
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).chmod(0o644)
    Path(name).replace(path)
    return True


def placeholders(text: str) -> Counter[str]:
    """Positional ones by number, named ones by name: a name may be said twice, in another order or format."""
    found: Counter[str] = Counter()
    for match in PLACEHOLDER.finditer(text):
        name, positional, braces = match.groups()
        if positional:
            found[positional[-1]] += 1
        elif name or braces is not None:
            found[f"{{{braces}}}" if name is None else f"({name})"] = 1
    return found


def complaints(root: Path, sources: Sources) -> list[str]:
    """Everything that `--check` refuses, one sentence each, in a fixed order."""
    found = [f"{path.relative_to(root)}: cannot be read: {why}" for path, why in sources.unreadable.items()]
    translations: dict[Key, dict[str, list[str]]] = {}
    for path, wanted in sorted(sources.wanted.items()):
        where = str(path.relative_to(root))
        try:
            catalogue = read_catalogue(path)
        except Exception as error:
            found.append(f"{where}: {error}")
            continue
        known = entries(catalogue)
        for key, want in sorted(wanted.items(), key=lambda item: item[0][1]):
            problem = _problem(want, known.get(key))
            if problem:
                found.append(f"{where}: {problem}: {want.msgid!r} ({want.places[0]})")
            elif path.stem == PYTHON:
                translations.setdefault(key, {}).setdefault(text_of(known[key]), []).append(where)
        gone = [key[1] for key in known if key not in wanted] + [str(key) for key in catalogue.obsolete]
        found += [f"{where}: obsolete: {msgid!r}" for msgid in sorted(gone)]
        if path.exists() or wanted:
            found += _stale(root, path, catalogue)
    for (_context, msgid), texts in sorted(translations.items(), key=lambda item: item[0][1]):
        if len(texts) > 1:
            said = "; ".join(f"{text} in {', '.join(places)}" for text, places in sorted(texts.items()))
            found.append(f"one string translated in two ways, only one of them is ever shown: {msgid!r}: {said}")
    return found


def _problem(want: Wanted, message: Message | None) -> str | None:
    if message is None:
        return "missing"
    if (want.plural is None) != isinstance(message.id, str):
        return "plural differs"
    text = text_of(message)
    if not text:
        return "untranslated"
    if message.fuzzy:
        return "fuzzy"
    if placeholders(text) != placeholders(want.plural or want.msgid):
        return "placeholders differ"
    return None


def _stale(root: Path, path: Path, catalogue: Catalog) -> list[str]:
    generated = {path.with_suffix(".mo"): mo_bytes(catalogue)}
    if path.stem == SCRIPT:
        generated |= json_files(root, catalogue)
    return [
        f"{file.relative_to(root)}: is not what {path.name} compiles to; run `manage.py messages`"
        for file, data in generated.items()
        if not file.exists() or file.read_bytes() != data
    ]
