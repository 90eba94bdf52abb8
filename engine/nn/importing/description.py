"""Networks as text and back: standard layers of Keras, whatever the text says. Nothing in it is run.

Keras makes an object of whatever class a description names, imports its module and, if asked to, runs code out of it.
So before Keras sees one, every class in it is held against a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from engine.errors import RunError, UsageError
from engine.storage.bounded import named

UNSAFE = frozenset({"Lambda", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer"})
"""Layers that run code of their own."""
MODULES: dict[str, frozenset[str]] = {
    "keras.layers": frozenset(),
    "keras.initializers": frozenset(),
    "keras.regularizers": frozenset(),
    "keras.constraints": frozenset(),
    "keras": frozenset({"Functional", "Sequential", "Model", "DTypePolicy"}),
    "keras.models": frozenset({"Functional", "Sequential", "Model"}),
    "keras.dtype_policies": frozenset({"DTypePolicy"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.models.sequential": frozenset({"Sequential"}),
}
"""Where classes may come from, and which; empty: all that Keras has there by that name."""
DEEPEST = 60
"""Objects in each other."""
FORMAT = 1


def check(description: Any) -> None:
    """Raises UsageError unless all in it are standard parts of Keras."""
    strange = list(dict.fromkeys(_strange(description, 0)))
    if strange:
        told = f"expected standard layers of Keras alone, found {named(strange)}"
        raise UsageError("Not imported", f"{told}: only the program that made them can run them")


def _strange(node: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        yield "objects without end in each other"
        return
    if isinstance(node, list):
        for each in node:
            yield from _strange(each, depth + 1)
    if not isinstance(node, dict):
        return
    if "class_name" in node and not _allowed(node):
        yield str(node.get("registered_name") or node["class_name"])[:80]
        return
    for each in node.values():
        yield from _strange(each, depth + 1)


def _allowed(node: dict[str, Any]) -> bool:
    name, module = node["class_name"], node.get("module")
    if name == "__keras_tensor__":
        return True
    known = MODULES.get(module) if isinstance(module, str) else None
    if known is None or not isinstance(name, str) or name in UNSAFE or (known and name not in known):
        return False
    return node.get("registered_name") in (None, name) and name.isidentifier() and not name.startswith("_")


def packed(encoder: dict[str, Any], decoder: dict[str, Any]) -> bytes:
    """What `network.json` holds of both, as Keras describes them."""
    content = msgspec.json.encode({"format": FORMAT, "encoder": encoder, "decoder": decoder})
    return msgspec.json.format(content, indent=1)


def unpacked(text: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The descriptions of encoder and decoder.

    Raises:
        RunError: it is no such text, or of a newer version.
        UsageError: as `check`.
    """
    try:
        found = msgspec.json.decode(text)
        version, encoder, decoder = (found[name] for name in ("format", "encoder", "decoder"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError) as error:
        raise RunError("No network", f"expected the layers of encoder and decoder, but: {error}") from error
    if version != FORMAT:
        raise RunError("No network", f"expected a description of version {FORMAT}, found {version!r}; update aetui")
    check([encoder, decoder])
    return encoder, decoder
