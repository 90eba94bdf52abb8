"""Codes as features: probes, clusters, classes of new items, fine-tuning."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.analysis import raw_items
from engine.analysis.neighbours import by_block
from engine.backend import Head
from engine.datasets.data import Data
from engine.datasets.folders import cache_dir
from engine.errors import UsageError
from engine.features import classifier, clustering, finetuning, probing
from engine.features.classifier import About, Classifier
from engine.features.grouping import Grouping
from engine.features.labels import splits
from engine.features.outcomes import Clustered, Scores
from engine.features.softmax import Softmax
from engine.features.steps import Steps as Work
from engine.features.steps import part
from engine.kinds import KINDS
from engine.queries import models, parts
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import (
    Accuracies,
    Classified,
    Classify,
    Cluster,
    Clusters,
    Codes,
    Encode,
    FineTune,
    FineTuned,
    Probe,
)

FEW_FOR_CLUSTERS = "expected at least as many items as clusters"


def probed(context: QueryContext, query: Probe) -> Steps:
    """k nearest neighbours and softmax regression on the test part, by codes and by simpler features.

    Raises:
        UsageError: fewer than one neighbour, split or label is asked for, or the labelled items have one class.
    """
    for name, number in (("neighbour", query.neighbours), ("split", query.splits)):
        if number < 1:
            raise UsageError(f"{name.capitalize()}s", f"expected at least 1 {name}, got {number}")
    model, data = context.still(), context.data()
    classes = len(np.unique(data.train.labels))
    if 0 < query.labels < classes:
        told = f"expected a label of each of {classes:,} classes at least, got {query.labels:,}"
        raise UsageError("Too few labels", f"{told}; give more with --labels")
    places = splits(data.train.labels, query.labels, query.splits, query.seed)
    _check_classes(data, data.train.labels[places[0]], context.config.normal)
    question = probing.Question(data, places, query.neighbours, query.seed, model.block)
    rows, chosen = yield from probing.probed(probing.arms(model, question, cache_dir()), question)
    about = _about(context, data, "probe", len(places[0]), query.seed, rows[0].softmax[0])
    return Accuracies(
        rows=tuple(rows),
        classes=tuple(data.classes),
        labels=len(places[0]),
        test_items=len(data.test.labels),
        classifier=Classifier(about=msgspec.structs.replace(about, strength=chosen.strength), head=chosen.classifier),
        epoch=model.epoch,
    )


def _check_classes(data: Data, labels: NDArray[np.int64], normal: str = "") -> None:
    """Raises UsageError where there is nothing to tell apart: every classifier would be right."""
    if len(np.unique(labels)) < 2:
        found = f"all {len(labels):,} have the class {data.classes[labels[0]]!r}" if len(labels) else "found none"
        more, others = "probe more of them", "probe a run on data with classes (by topics, folders, labels)"
        one_class = "the run learned that class alone (setting normal); probe one that learned from all"
        remedy = more if len(np.unique(data.train.labels)) > 1 else one_class if normal else others
        raise UsageError("Nothing to probe", f"expected training items of two classes or more, but {found}; {remedy}")


def _about(context: QueryContext, data: Data, made_by: Any, labelled: int, seed: int, scores: Scores) -> About:
    return About(
        made_by=made_by,
        run_id=context.folder.name,
        variant=context.variant.key,
        dataset=data.key,
        version=context.version,
        weights=context.weights,
        shape=tuple(context.model.shape),
        code_size=context.model.code_size,
        classes=tuple(data.classes),
        labels=labelled,
        seed=seed,
        test={name: getattr(scores, name) for name in ("accuracy", "ece", "brier", "nll")},
    )


def clustered(context: QueryContext, query: Cluster) -> Steps:
    """k-means on codes, on what is set beside them and on raw numbers, found on the training part.

    Raises:
        UsageError: no number of clusters is given and none follows from classes, there are fewer items, or the part
            does not exist.
    """
    model, data = context.still(), context.data()
    judged = parts.named(data, query.part)
    labels = judged.labels if len(np.unique(judged.labels)) > 1 else None
    count = query.clusters or (len(np.unique(data.train.labels)) if labels is not None else 0)
    if count < 2:
        told = "the data have no classes that would say how many clusters there are" if not count else "got 1"
        raise UsageError("How many clusters", f"expected at least 2 clusters, but {told}; say it with -k")
    there = len(data.train.labels)
    chosen = np.unique(np.linspace(0, there - 1, min(query.items or there, there)).astype(np.int64))
    if count > min(len(chosen), len(judged.labels)):
        told = f"{len(chosen):,} to fit to and {len(judged.labels):,} of the {query.part} part"
        raise UsageError("Too few items", f"{FEW_FOR_CLUSTERS}, {count:,}, found {told}; give a smaller -k")
    kind = KINDS[data.kind]
    simple, raw = kind.features(data, model.code_size, cache_dir()), kind.raw(data, len(chosen))
    arms = {"codes": lambda items: model.encode(data.as_floats(items)), simple.label: simple.encode}
    if raw is not None:
        arms[f"raw {kind.numbers}"] = lambda items: raw_items.flat(raw, items)
    rows, ours = [], None
    for number, (label, encode) in enumerate(arms.items()):
        train = yield from part(by_block(encode, data.train.at(chosen).items, model.block), 3 * number, 3 * len(arms))
        other = yield from part(by_block(encode, judged.items, model.block), 3 * number + 1, 3 * len(arms))
        row, found = yield from part(
            _clusters(label, train, other, labels, count, query), 3 * number + 2, 3 * len(arms)
        )
        rows.append(row)
        ours = ours or found
    assert ours is not None
    asked = Grouping(query.part, *ours, count, query.words, query.nearest)
    return Clusters(
        rows=tuple(rows),
        clusters=count,
        fitted=len(chosen),
        assigned=ours[0],
        distances=ours[1],
        labels=labels,
        classes=tuple(data.classes) if labels is not None else (),
        names=None if judged.names is None else tuple(map(str, judged.names)),
        told=tuple(sorted(kind.told(data, asked), key=lambda each: (-each.size, each.cluster))),
        epoch=model.epoch,
    )


Assigned = tuple[NDArray[np.int64], NDArray[np.float32]]


def _clusters(
    label: str,
    train: NDArray[np.float32],
    judged: NDArray[np.float32],
    labels: NDArray[np.int64] | None,
    count: int,
    query: Cluster,
) -> Work[tuple[Clustered, Assigned]]:
    """What comes of all seeds, and where the first one puts each item."""
    agreements, silhouettes, first = [], [], None
    for seed in range(query.seeds):
        centres = yield from part(clustering.kmeans(train, count, query.restarts, seed), seed, query.seeds)
        assigned = clustering.nearest(judged, centres)
        first = first or assigned
        if labels is None:
            silhouettes.append(clustering.silhouette(judged, assigned[0]))
        else:
            agreements.append(clustering.agreement(assigned[0], labels))
    assert first is not None
    return Clustered(
        features=label, numbers=train.shape[1], agreement=tuple(agreements), silhouette=tuple(silhouettes)
    ), first


def classify(context: QueryContext, query: Classify) -> Classified | Steps:
    """Probabilities of the classes of items, as a classifier in a file has them.

    Raises:
        UsageError: there is no such file, or it is for another run or other weights; as `encode`.
        BadData: the file is damaged.
    """
    found = classifier.read(query.classifier)
    found.check(context.folder.name, context.version)
    if found.encoder:
        checkpoint = context.checkpoint()
        own = msgspec.structs.replace(checkpoint, arrays={**checkpoint.arrays, **found.encoder})
        model = context.backend.model(context.variant, context.config, tuple(context.model.shape), own)
        context = context._replace(model=model, still=lambda: model)

    def told(codes: Codes) -> Classified:
        return Classified(
            **{field: getattr(codes, field) for field in Codes.__struct_fields__},
            probabilities=found.head.probabilities(codes.codes),
            classes=found.about.classes,
        )

    into: Callable[[Codes], None] | None = query.into
    asked = Encode(
        run_id=query.run_id,
        weights=query.weights,
        inputs=query.inputs,
        texts=query.texts,
        part=query.part,
        count=query.count,
        into=None if into is None else lambda piece: into(told(piece)),
    )
    answer = models.encode(context, asked)
    return _followed(answer, told) if isinstance(answer, Generator) else told(answer)


def _followed(steps: Steps, told: Callable[[Any], Classified]) -> Steps:
    return told((yield from steps))


def finetuned(context: QueryContext, query: FineTune) -> Steps:
    """Encoder and softmax together, from scratch, and the softmax alone. Raises UsageError as `finetuning.check`."""
    model, data, recipe = context.still(), context.data(), query.recipe
    finetuning.check(data, recipe)
    yield 0, 0
    checkpoint = context.checkpoint()
    tuning = context.backend.tuning(context.variant, context.config, data, checkpoint, len(data.classes))
    found = yield from finetuning.finetuned(tuning, model, data, recipe)
    about = _about(context, data, "finetune", found.labels, recipe.seed, found.ways[0].scores[0])
    return FineTuned(
        ways=found.ways,
        labels=found.labels,
        validated=found.validated,
        test_items=len(data.test.labels),
        classes=tuple(data.classes),
        classifier=Classifier(
            about=msgspec.structs.replace(about, rate=found.rate, epochs=found.epochs),
            head=_softmax(found.head),
            encoder=found.encoder,
        ),
        epoch=model.epoch,
    )


def _softmax(head: Head) -> Softmax:
    """The same for codes that are not standardised."""
    size = len(head.weights)
    return Softmax(np.zeros(size, np.float32), np.ones(size, np.float32), head.weights, head.bias)
