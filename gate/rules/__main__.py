"""`python -m gate.rules > static/js/gate/effects.js`: the table of effects for the browser, which has no build."""

import json
import sys

from gate.rules.decision import EFFECTS


def effects_js() -> str:
    rows = "".join(f"  {code}: {json.dumps(effects)},\n" for code, effects in EFFECTS.items())
    return (
        "/* Made from gate/cases.json by `python -m gate.rules`: code → direction → effect, in the order given. */\n"
        f"export const EFFECTS = {{\n{rows}}};\n"
    )


if __name__ == "__main__":
    sys.stdout.write(effects_js())
