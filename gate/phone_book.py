"""The gate phone's words in one language, as the JSON that the browser loads."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from gate.phone_words import PHONE
from gate.words import MOMENTS, WORDS

LANGUAGES = ("zh-hans", "en")
FOLDER = Path("static/js/gate/words")


def phone_book(language: str) -> dict[str, Any]:
    """`phone`: key → text; `codes`: the rows of gate/words.py in their order; `moments`: which parameters are times."""
    with translation.override(language):
        codes = [
            {"code": row.code, "direction": row.direction, "when": dict(row.when), "text": str(row.text)}
            for row in WORDS
        ]
        phone = {key: str(text) for key, text in PHONE.items()}
    return {"language": language, "phone": phone, "codes": codes, "moments": MOMENTS}


def written_book(language: str) -> str:
    return json.dumps(phone_book(language), ensure_ascii=False, indent=1) + "\n"


def path_of(language: str) -> Path:
    return settings.BASE_DIR / FOLDER / f"{language}.json"
