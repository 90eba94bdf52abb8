"""The project's own errors: each says what was expected, what came and what to do; and how messages count."""

from __future__ import annotations


class EngineError(Exception):
    """A fault that a user can act on.

    `title` names the fault in a few words (the heading of a dialog); the message has the rest. `exit_code` is
    the command line's exit status for it.
    """

    exit_code = 1

    def __init__(self, title: str, message: str) -> None:
        super().__init__(message)
        self.title = title
        self.message = message

    def __str__(self) -> str:
        return f"{self.title}: {self.message}"


class UsageError(EngineError):
    """A request that cannot be meant: an unknown variant, data set, run or setting."""

    exit_code = 2


class SettingError(UsageError):
    """An impossible value for one setting; `field` is its name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"Setting {field}", message)
        self.field = field


class DataUnavailable(EngineError):
    """A data set is neither on this machine nor to be had over the network."""

    exit_code = 3


class BadData(EngineError):
    """A file is there but broken, truncated or of the wrong shape; `path` names it."""

    def __init__(self, path: object, message: str) -> None:
        super().__init__("Unreadable data", f"{path}: {message}")
        self.path = path


class RunError(EngineError):
    """A stored run cannot be used as asked: no checkpoint, another process owns it, its data changed."""


def counted(n: int, noun: str) -> str:
    """How many there are, for messages: "1 image", "60,000 images"; `noun` makes its plural with an s."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
