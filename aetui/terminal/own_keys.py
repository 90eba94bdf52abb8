"""The keys that the user wants instead of those of the table, as far as they can be had."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from aetui import keymap
from aetui.render.text import plain


def accept(wanted: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    """The user's keys that can be had, by action, and what is wrong with the others."""
    keys: dict[str, str] = {}
    complaints = []
    for name, text in wanted.items():
        complaint = _unknown_action(name) or _impossible_keys(name, text)
        if complaint:
            complaints.append(complaint)
        else:
            keys[name] = ",".join(keymap.named(str(text)))
    # Taking keys back gives others their default keys again, which may meet the user's: hence again until all agree.
    while clash := _clash(keys):
        key, one, other = clash
        losers = [action.id for action in (one, other) if action.id in keys]
        for loser in losers:
            del keys[loser]
        complaints.append(
            f"{one.id} and {other.id} would both be on {key}; default keys are used for {' and '.join(losers)}"
        )
    return keys, complaints


def _unknown_action(name: str) -> str:
    if name in keymap.BY_ID:
        return ""
    near = difflib.get_close_matches(name, keymap.BY_ID, 1)
    meant = f", perhaps {near[0]} is meant" if near else ""
    return f"there is no action {plain(name, 80)!r}{meant}; {keymap.first_key(keymap.BY_ID['help'], {})} lists them"


def _impossible_keys(name: str, text: object) -> str:
    default = f"default keys are used for {name}"
    names = keymap.named(text) if isinstance(text, str) else []
    if not names:
        return f'{name}: expected keys like "ctrl+t" or "left,h", got {plain(repr(text), 80)}; {default}'
    for key in names:
        if key == keymap.LAST_RESORT:
            return f"{name}: {key} always quits; {default}"
        if not _is_key(key):
            return f"{name}: there is no key {plain(key, 80)!r}; {default}"
    return ""


def _is_key(key: str) -> bool:
    return key in keymap.KEYS or (len(key) == 1 and key.isprintable()) or (key.startswith("alt+") and _is_key(key[4:]))


def _clash(overrides: Mapping[str, str]) -> tuple[str, keymap.Action, keymap.Action] | None:
    """A key that would mean two things in one place, and these two; at least one has it from the user.

    Pairs that share a key by default are meant to: the focused list or form comes first.
    """
    for name in overrides:
        one = keymap.BY_ID[name]
        for other in keymap.ACTIONS:
            both = set(keymap.split(one, overrides)) & set(keymap.split(other, overrides))
            meant = set(keymap.named(one.keys)) & set(keymap.named(other.keys))
            if both and other is not one and not meant and meet(one, other):
                return min(both), one, other
    return None


def meet(one: keymap.Action, other: keymap.Action) -> bool:
    """Whether there is a place where the keys of both actions are looked at."""
    scopes = {one.scope, other.scope}
    if "everywhere" in scopes and scopes & keymap.MODAL:
        return bool({one.id, other.id} & keymap.FIRST)
    return len(scopes) == 1 or "everywhere" in scopes or scopes in keymap.TOGETHER
