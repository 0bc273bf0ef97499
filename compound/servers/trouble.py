"""What ends a command before it has begun."""


class Trouble(Exception):
    """Something that whoever typed the command can put right; its text is one sentence, Chinese then English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} / {english}")
