"""Reconstructions, codes and samples: what every model can be asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine import params, registry
from engine.analysis.neighbours import by_block
from engine.anomalies.scores import mean_squared_errors
from engine.backend import Backend, Model
from engine.datasets.array_data import as_floats
from engine.datasets.data import Part, in_blocks
from engine.errors import UsageError
from engine.queries import parts, sentences
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import (
    Codes,
    Corrupt,
    Corrupted,
    Decode,
    Encode,
    Images,
    Reconstruct,
    Reconstruction,
    Sample,
    Spoil,
)
from engine.restoring import corruptions
from engine.storage.rows import Array
from engine.variants.variant import Variant


def check_prior(variant: Variant[Any]) -> None:
    """Raises UsageError where there is no distribution to draw codes from."""
    if not variant.prior:
        able = ", ".join(key for key, other in registry.VARIANTS.items() if other.prior) or "none"
        raise UsageError(
            "No prior",
            f"codes of {variant.key} follow no known distribution, so none can be drawn; variants that can: {able}; "
            "for images of codes of your own there is `aetui decode`",
        )


def reconstruct(context: QueryContext, query: Reconstruct) -> Reconstruction | Steps:
    """What the encoder sees, what comes of it, the codes, and each item's mean squared error, (count,)."""
    return _reconstructed(context, query) if query.into is None else _reconstruct_by_block(context, query, query.into)


def _reconstruct_by_block(context: QueryContext, query: Reconstruct, into: Callable[[Reconstruction], None]) -> Steps:
    model = context.still()
    context = context._replace(model=model)
    there = len(context.data().test.labels) - query.start if query.inputs is None else len(query.inputs)
    total = max(0, min(query.count, there) if query.inputs is None else there)
    for block in in_blocks(range(total), model.block):
        size = block.stop - block.start
        if query.inputs is None:
            piece = msgspec.structs.replace(query, start=query.start + block.start, count=size)
        else:
            piece = msgspec.structs.replace(query, inputs=query.inputs[block], start=block.start)
        into(_reconstructed(context, piece))
        yield block.stop, total
    items, codes = np.zeros((0, *model.shape), np.float32), np.zeros((0, model.code_size), np.float32)
    return Reconstruction(
        inputs=items, outputs=items, targets=items, codes=codes, errors=codes[:, 0], epoch=model.epoch
    )


def _reconstructed(context: QueryContext, query: Reconstruct) -> Reconstruction:
    model = context.model
    inputs, targets, known = _seen(context, query)
    names = context.data().test.names if query.inputs is None else None
    codes = model.encode(inputs)
    outputs = model.decode(codes)
    return Reconstruction(
        inputs=inputs,
        outputs=outputs,
        targets=targets,
        codes=codes,
        errors=mean_squared_errors(outputs, targets, known),
        known=known,
        names=None if names is None else tuple(names[query.start : query.start + query.count]),
        epoch=model.epoch,
    )


def _seen(
    context: QueryContext, query: Reconstruct
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_] | None]:
    """What the encoder gets to see, what it should answer, and what of that is known."""
    if query.spoil is not None:
        return _spoiled(context, query, query.spoil)
    if query.inputs is None:
        data, noise = context.data(), query.noise is not False
        first = query.start // context.model.block * context.model.block  # noise belongs to the place in the test part
        items, start = data.test.items[first : query.start + query.count], query.start - first
        clean, known = data.as_floats(items), data.known(items)
        seen = context.model.corrupted(clean, first) if noise and len(clean) else clean
        return seen[start:], data.targets(items)[start:], known if known is None else known[start:]
    items = query.inputs[:]
    clean = as_floats(items)
    missing = np.isnan(items) if items.dtype.kind == "f" else np.zeros(0, bool)
    seen = context.model.corrupted(clean, query.start) if query.noise and len(clean) else clean
    return seen, clean, ~missing if missing.any() else None


def _spoiled(
    context: QueryContext, query: Reconstruct, spoil: Spoil
) -> tuple[NDArray[np.float32], NDArray[np.float32], None]:
    """The same with noise that is asked for. Raises UsageError where items are no images, or it cannot be meant."""
    if query.inputs is None:
        items = context.data().test.items[query.start : query.start + query.count]
        clean, targets = context.data().as_floats(items), context.data().targets(items)
    else:
        clean = targets = as_floats(query.inputs[:])
    if clean.ndim != 4:
        told = f"{context.record.id} learned from other items; leave the noise out"
        raise UsageError("No images", f"expected a run on images, which can be spoiled in such ways, but {told}")
    kind, usual = corruptions.chosen(spoil.kind, context.config)
    level = usual if spoil.level is None else spoil.level
    return kind.corrupted(clean, level, kind.generator(spoil.seed, query.start)), targets, None


def corrupted(backend: Backend, query: Corrupt) -> Corrupted:
    """Items as a model with these settings would see them in validation. Raises EngineError for impossible settings."""
    variant = registry.variant(query.variant)
    config = params.configure(registry.preset(query.variant, query.preset), query.config)
    return Corrupted(items=backend.corrupted(variant, config, as_floats(query.items)), epoch=0)


def encode(context: QueryContext, query: Encode) -> Codes | Steps:
    """Codes of texts, of items, or of a part of the data, which is worked at in steps.

    Raises:
        UsageError: items of another shape, no known words, or a validation part that does not exist.
    """
    model = context.model
    if query.texts:
        return Codes(codes=model.encode(sentences.read(context, query.texts)[1]), labels=None, epoch=model.epoch)
    if query.inputs is None:
        data = context.data()
        part = parts.named(data, query.part).at(slice(query.count or None))
        return _encode_by_block(context.still(), part, data.as_floats, query.into)
    if query.into is None:
        return Codes(codes=model.encode(query.inputs[:]), labels=None, epoch=model.epoch)
    return _encode_by_block(context.still(), query.inputs, lambda items: items, query.into)


def _encode_by_block(
    model: Model,
    of: Part | Array,
    seen: Callable[[NDArray[Any]], NDArray[Any]],
    into: Callable[[Codes], None] | None,
) -> Steps:
    """Codes of compact items, of which the encoder sees what `seen` makes of them."""
    items = of.items if isinstance(of, Part) else of

    def encode(block: NDArray[Any]) -> NDArray[np.float32]:
        return model.encode(seen(block))

    def codes(of_them: slice, found: NDArray[np.float32]) -> Codes:
        """With what is known of those items."""
        if not isinstance(of, Part):
            return Codes(codes=found, labels=None, epoch=model.epoch)
        names = None if of.names is None else tuple(map(str, of.names[of_them]))
        return Codes(codes=found, labels=of.labels[of_them], names=names, epoch=model.epoch)

    if into is None:
        return codes(slice(None), (yield from by_block(encode, items, model.block)))
    for block in in_blocks(items, model.block):
        into(codes(block, encode(items[block])))
        yield block.stop, len(items)
    return codes(slice(0), np.zeros((0, model.code_size), np.float32))


def decode(context: QueryContext, query: Decode) -> Images:
    """Items for the user's own codes (count, code size). Raises UsageError for another size."""
    codes = query.codes.astype(np.float32)
    return Images(images=context.model.decode(codes), codes=codes, epoch=context.model.epoch)


def sample(context: QueryContext, query: Sample) -> Images:
    """Items for codes drawn from N(0, temperature² I), the same for the same seed. Raises as `check_prior`."""
    check_prior(context.variant)
    drawn = np.random.default_rng(query.seed).standard_normal((query.count, context.model.code_size))
    codes = (query.temperature * drawn).astype(np.float32)
    return Images(images=context.model.decode(codes), codes=codes, epoch=context.model.epoch)
