"""How well a model restores images that are spoiled in ways that it was, and was not, trained on."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

from engine.analysis.baselines import Fitting
from engine.backend import Model
from engine.datasets.array_data import ArrayData
from engine.datasets.data import Data
from engine.datasets.folders import cache_dir
from engine.errors import UsageError
from engine.queries import parts
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Restoration, Restore, Restored
from engine.queries.stopping import unless
from engine.restoring import corruptions, methods
from engine.restoring.judging import Judged, Question, judged
from engine.restoring.methods import Method


def restored(context: QueryContext, query: Restore) -> Steps:
    """PSNR and SSIM of the model, the linear denoiser, a median filter and the noisy images themselves.

    Raises:
        UsageError: the run learned without noise, the query cannot be meant, or there is no image.
        RunError: it was stopped (`engine.queries.stopping`).
    """
    check(context.variant.noise(context.config), context.record.id)
    kinds, level = corruptions.possible(context.config)
    asked = [corruptions.chosen(key, context.config)[0] for key in query.kinds] or kinds
    if query.levels and len(asked) != 1:
        raise UsageError("Levels", f"expected levels of one kind of noise, got them for {len(asked)}; name the kind")
    for number, name in ((query.count, "image"), (query.draws, "draw")):
        if number < 1:
            raise UsageError("Too few", f"expected at least 1 {name}, got {number}")
    data, model = context.data(), context.still()
    part = parts.named(data, query.part)
    if data.paired:
        told = "its images come with others to be answered, spoiled already"
        raise UsageError("Pairs", f"expected a run that learned from clean images, but {told}")
    if not len(part.labels):
        raise UsageError("No images", f"expected images in the {query.part} part, found none")
    items = part.items[: query.count]
    images = data.as_floats(items)
    tried = yield from _methods(context, data, model, query.seed)
    question = Question(
        images, data.targets(items), tried, context.backend.ssim, query.draws, query.seed, query.pictures
    )
    found = []
    for place, kind in enumerate(asked):
        levels = query.levels or kind.levels
        for each in levels:
            kind.check(each)
        steps = unless(query.stopped, judged(question, kind, levels), f"restoring images ({kind.label})")
        result = yield from _among(steps, place, len(asked))
        found.append(
            Restoration(
                kind=kind.key,
                label=kind.label,
                unit=kind.unit,
                levels=levels,
                trained=level if kind.key == corruptions.TRAINED else None,
                **result._asdict(),
            )
        )
    return Restored(
        part=query.part,
        items=len(images),
        there=len(part.labels),
        draws=query.draws,
        seed=query.seed,
        methods=tuple((each.key, each.label) for each in tried),
        clean=(images[: query.pictures] * 255 + 0.5).astype("uint8"),
        kinds=tuple(kind.key for kind in kinds),
        found=tuple(found),
        epoch=model.epoch,
    )


def _among(
    steps: Generator[tuple[int, int], None, Judged], place: int, of: int
) -> Generator[tuple[int, int], None, Judged]:
    """The steps of the kind at `place` of so many, as steps of all."""
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            result: Judged = end.value
            return result
        yield place * total + done, of * total


def check(noise: str, run_id: str) -> None:
    """Raises UsageError for a run without noise."""
    if not noise:
        from engine import registry

        able = [key for key, variant in registry.VARIANTS.items() if _corrupts(variant)]
        told = f"expected a run that learned to take noise off, but {run_id} learned from images as they are"
        raise UsageError("No noise", f"{told}; train one of {', '.join(able)}")


def _corrupts(variant: Any) -> bool:
    return any(variant.noise(preset) for preset in variant.presets.values())


def _methods(
    context: QueryContext, data: Data, model: Model, seed: int
) -> Generator[tuple[int, int], None, list[Method]]:
    """Fitted and chosen on the training part with the run's noise; yields meanwhile."""
    fitting = Fitting(cast(ArrayData, data), model, model.code_size, cache_dir(), context.report)
    straight = methods.linear(fitting)
    yield 0, 0
    kind, level = corruptions.trained(cast(Any, context.config))
    median = methods.chosen_median(data, kind, level, seed)
    yield 0, 0
    ours = methods.of_model(model, context.variant.key)
    return [each for each in (ours, straight, median, methods.nothing()) if each is not None]
