"""The one exception by which the project says no."""

from typing import Any


class Refusal(Exception):
    """A rule said no.

    `code` is stable, for programs and tests. `message` is a translated sentence that a volunteer can act on: what,
    why, what now. `params` are the facts behind it, JSON-serialisable, so that the sentence can be said again in
    another language.
    """

    def __init__(self, code: str, message: Any, **params: Any) -> None:
        super().__init__(str(message))
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        return str(self.args[0])
