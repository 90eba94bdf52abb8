"""What the fake model says to questions."""

from __future__ import annotations

from typing import Any

import fake_codes
import msgspec
import numpy as np
from unit_readings import reading

from engine.errors import UsageError
from engine.features.outcomes import Agreement, Characteristic, Clustered, Told
from engine.queries.messages import (
    Agreed,
    Beside,
    Cluster,
    Clusters,
    Codes,
    Corrupt,
    Corrupted,
    Cosine,
    Detect,
    Detection,
    Encode,
    Explore,
    Export,
    Exported,
    Fidelities,
    Fidelity,
    Judge,
    Judged,
    Look,
    Looked,
    Measure,
    Measured,
    Measurement,
    Nearest,
    Neighbour,
    Neighbours,
    Networks,
    Query,
    Rated,
    Read,
    Reading,
    Recommend,
    Recommendations,
    Reconstruct,
    Reconstruction,
    Restoration,
    Restore,
    Restored,
    Similarity,
    Stop,
    Suggestion,
    Units,
    Walk,
    Walked,
    Words,
)

SENTENCES = ("the dog bit the man", "profits rose by 9 per cent in the quarter", "see the notes below for details")
LONG = "oil prices fell as the ministers of the exporting countries could not agree how much each was to sell, he said"
UNKNOWN = "frobnicate"
"""The one word that the fake model does not know."""


def words(text: str) -> Words:
    """`text` as the fake model reads it: five words, all known but one."""
    split = tuple(text.lower().split())
    return Words(text=text, words=split, known=tuple(word != UNKNOWN for word in split), used=min(5, len(split)))


TEST_ITEMS = 25
"""In the test part of the fake model's data."""


def reconstruction(query: Reconstruct, epoch: int) -> Reconstruction:
    """Test items as bright as their places, or those given; what comes of them is a little darker."""
    if query.inputs is not None:
        seen = np.asarray(query.inputs[:], np.float32)
        codes = np.stack([seen.mean(axis=(1, 2, 3)), seen.max(axis=(1, 2, 3))], axis=1)
        return Reconstruction(
            inputs=seen, outputs=seen * 0.9, targets=seen, codes=codes, errors=codes[:, 0], epoch=epoch, weights="best"
        )
    places = np.arange(TEST_ITEMS)[query.start : query.start + query.count]
    items = np.ones((len(places), 28, 28, 1), np.float32) * np.float32(places / TEST_ITEMS)[:, None, None, None]
    codes, errors = np.zeros((len(items), 2), np.float32), np.full(len(items), 0.01, np.float32)
    return Reconstruction(
        inputs=items, outputs=items * 0.9, targets=items, codes=codes, errors=errors, epoch=epoch, weights="best"
    )


def detection(epoch: int = 3, **changes: Any) -> Detection:
    """Scores of the test items: every tenth is of the class 3, which is normal, and scores lower than the others."""
    labels = np.arange(TEST_ITEMS, dtype=np.int64) % 10
    scores = np.linspace(0.02, 0.05, TEST_ITEMS, dtype=np.float32) - 0.015 * (labels == 3).astype(np.float32)
    normal = np.linspace(0.005, 0.03, 100, dtype=np.float32)
    nothing = np.zeros((0, 28, 28, 1), np.float32)
    found = Detection(
        score="error",
        scores=scores,
        threshold=0.0299,
        anomalous=scores > 0.0299,
        probability=np.linspace(0, 1, TEST_ITEMS, dtype=np.float32),
        confidence=np.ones(TEST_ITEMS, np.float32),
        validation_scores=normal,
        reference="validation",
        share=None,
        labels=labels,
        classes=tuple("0123456789"),
        normal="3",
        strange=labels != 3,
        auroc=0.97,
        average_precision=0.99,
        explained=np.zeros(0, np.int64),
        inputs=nothing,
        targets=nothing,
        outputs=nothing,
        errors=nothing,
        epoch=epoch,
        weights="best",
    )
    return msgspec.structs.replace(found, **changes)


def measured(query: Measure, epoch: int) -> Measured:
    """Errors of the test items: the later, the larger, and what else is known of them the other way round."""
    errors = np.linspace(0.01, 0.05, TEST_ITEMS, dtype=np.float32)
    beside = {"baseline": errors + 0.01, "behind": np.full_like(errors, -0.01)}
    columns = {"error": errors, **beside, "kl": errors[::-1]}
    return Measured(
        part=query.part,
        of=7,
        measures=tuple(Measurement(key=key, label=f"{key} in words", values=values) for key, values in columns.items()),
        baseline="PCA-2",
        noise=False,
        labels=np.arange(TEST_ITEMS, dtype=np.int64) % 10,
        classes=tuple("0123456789"),
        names=None,
        epoch=epoch,
        weights="best",
    )


def looked(query: Look, epoch: int) -> Looked:
    """Items as bright as their places, and the same a little darker."""
    items = np.ones((len(query.places), 28, 28, 1), np.float32)
    items *= (np.array(query.places, np.float32) / TEST_ITEMS)[:, None, None, None]
    return Looked(
        of=query.of,
        places=query.places,
        inputs=items,
        targets=items,
        outputs=items * 0.9,
        baseline=items * 0.5,
        known=None,
        said=None,
        epoch=epoch,
    )


def restored(query: Restore, epoch: int) -> Restored:
    """Two methods, the model two decibels above the noisy images; each level and draw has one more."""
    levels = (0.3, 0.5, 0.7)
    method, level, draw = np.indices((2, 3, 3))
    psnr = 13.0 - 2 * method + level + draw
    seen = np.full((3, 4, 28, 28, 1), 51, np.uint8)
    found = Restoration(
        kind=query.kinds[0],
        label=f"kind {query.kinds[0]}",
        unit="level",
        levels=levels,
        trained=0.5 if query.kinds[0] == "trained" else None,
        psnr=psnr,
        ssim=np.full((2, 3, 3), 0.5),
        seen=seen,
        restored=np.stack([seen, seen]) * 2,
    )
    return Restored(
        part=query.part,
        items=query.count,
        there=10_000,
        draws=query.draws,
        seed=query.seed,
        methods=(("model", "denoising"), ("noisy", "noisy")),
        clean=seen[0],
        kinds=("trained", "blur"),
        found=(found,),
        epoch=epoch,
        weights="best",
    )


STRANGER = "stranger"
"""The one user whom the fake model does not know."""


def recommended(query: Recommend, epoch: int) -> Recommendations:
    """Items whose names say their rank, and two that were rated, one of them held out."""
    if query.user == STRANGER:
        raise UsageError("Unknown user", f"{STRANGER!r} is not among the 9 users; there are u1, u2, u3 and so on")
    return Recommendations(
        user=query.user,
        suggestions=tuple(
            Suggestion(item=f"film {rank}", predicted=max(1.0, 5 - rank / 10)) for rank in range(1, query.count + 1)
        ),
        rated=(
            Rated(item="seen before", rating=4.5, predicted=4.25, held_out=False),
            Rated(item="seen late", rating=2.0, predicted=3.0, held_out=True),
        ),
        unrated=200,
        range=(1.0, 5.0),
        epoch=epoch,
    )


def exported(query: Export, epoch: int) -> Exported:
    return Exported(
        path=query.path,
        files=("encoder.keras",),
        bytes=1_234,
        difference=2e-3,
        differences={"encode": 2e-3},
        beyond=3,
        items=1_000,
        of="test items",
        notes=("a note",),
        epoch=epoch,
    )


def judged(query: Judge, epoch: int) -> Judged:
    """The model's codes order the pairs as the scores do, averages the other way round; the last pair is not known."""
    scores = [pair.score for pair in query.pairs]
    rows = tuple(
        Agreed(
            features=features,
            cosines=tuple(sign * score / 10 for score in scores),
            spearman=sign,
            pearson=sign * 0.9,
            spearman_interval=(sign - 0.1, sign) if query.draws else None,
            pearson_interval=(sign - 0.2, sign) if query.draws else None,
            behind_interval=(0.0, 2.0) if query.draws else None,
        )
        for features, sign in (("codes", 1.0), ("averaged word vectors", -1.0))
    )
    return Judged(
        rows=rows, unread=(len(scores) - 1,), words=20, unknown=3, cut=1, missing="the data are gone", epoch=epoch
    )


def walked(query: Walk, read: list[Words], epoch: int) -> Walked:
    """Past real sentences that change at every second step, and averages that stay."""

    def neighbour(text: str, cosine: float) -> Neighbour:
        return Neighbour(sentence=text, cosine=cosine, document="training/1")

    stops = tuple(
        Stop(
            share=place / query.steps,
            reading=f"said at {place}",
            back=0.95,
            neighbour=neighbour(f"passed {place // 2}: {SENTENCES[place // 2 % 2]}", 0.9 - place / 100),
            average=neighbour("the average of all", 0.99),
        )
        for place in range(query.steps + 1)
    )
    return Walked(first=read[0], second=read[1], stops=stops, cosine=0.25, searched=50_470, epoch=epoch)


def clusters(query: Cluster, epoch: int) -> Clusters:
    """Two kinds of features with classes, and what is in each of the clusters."""
    count = query.clusters or 3
    rows = tuple(
        Clustered(features=features, numbers=8, agreement=(Agreement(nmi=nmi, ari=nmi / 2, purity=0.5),))
        for features, nmi in (("codes", 0.3), ("averaged word vectors", 0.4))
    )
    told = tuple(
        Told(
            cluster=number,
            size=100 - number,
            words=tuple(Characteristic(word=f"word{number}{letter}", score=5.0, count=9) for letter in "abc"),
            nearest=(f"in {number}: {LONG}", SENTENCES[number % 3]),
            label="crude",
            share=0.5,
        )
        for number in range(count)
    )
    nothing = np.zeros(0, np.int64)
    return Clusters(
        rows=rows,
        clusters=count,
        fitted=1_000,
        assigned=nothing,
        distances=nothing.astype(np.float32),
        labels=nothing,
        classes=("crude", "ship"),
        told=told,
        epoch=epoch,
    )


def answer(query: Query, epoch: int = 3) -> Any:
    """What the fake model says to a question.

    Raises:
        UsageError: there is no word that it knows.
    """
    if isinstance(query, Reconstruct):
        return reconstruction(query, epoch)
    if isinstance(query, Detect):
        beside = Beside(
            key="pca",
            label="PCA error",
            scores=np.ones(TEST_ITEMS, np.float32),
            threshold=1.0,
            auroc=0.9,
            average_precision=0.95,
            fitted_to=100,
        )
        return detection(epoch, baselines=(beside,) if query.baselines else ())
    if isinstance(query, Encode) and query.inputs is not None:
        mean = np.asarray(query.inputs[:], np.float32).reshape(len(query.inputs), -1).mean(axis=1)
        return Codes(codes=np.stack([mean, -mean], axis=1), labels=None, epoch=epoch)
    if isinstance(query, Measure):
        return measured(query, epoch)
    if isinstance(query, Look):
        return looked(query, epoch)
    if isinstance(query, Restore):
        return restored(query, epoch)
    if isinstance(query, Corrupt):
        return Corrupted(items=np.clip(query.items / 255 + 0.5, 0, 1).astype(np.float32), epoch=0)
    if isinstance(query, Networks):
        return fake_codes.networks(query, epoch)
    if isinstance(query, Explore):
        return fake_codes.explored(query, epoch)
    if isinstance(query, Export):
        return exported(query, epoch)
    if isinstance(query, Cluster):
        return clusters(query, epoch)
    if isinstance(query, Fidelity):
        return Fidelities(error=0.03, left=0.3, items=150, epoch=epoch)
    if isinstance(query, Judge):
        return judged(query, epoch)
    if isinstance(query, Recommend):
        return recommended(query, epoch)
    if isinstance(query, Units):
        return reading(epoch, layer=query.layer or "code")
    texts = (query.first, query.second) if isinstance(query, Similarity | Walk) else (getattr(query, "text", ""),)
    read = [words(text) for text in texts]
    if not all(any(each.known) for each in read):
        raise UsageError("No known word", "expected a sentence with a word of the vocabulary")
    if isinstance(query, Similarity):
        return Cosine(cosine=0.999812, average=1.0, first=read[0], second=read[1], epoch=epoch)
    if isinstance(query, Read):
        return Reading(sentence=read[0], reading=f"{query.text} again", cosine=0.9871, epoch=epoch)
    if isinstance(query, Walk):
        return walked(query, read, epoch)
    assert isinstance(query, Neighbours)
    found, average = (
        tuple(
            Neighbour(
                sentence=f"{kind} {place}: {LONG if place == 1 else SENTENCES[place % 3]}",
                cosine=0.9990 - place / 1000,
                document=f"training/{place}",
                topics=("crude", "ship", "gas")[: place % 4],
            )
            for place in range(1, query.count + 1)
        )
        for kind in ("near", "average")
    )
    return Nearest(sentence=read[0], neighbours=found, average=average, searched=50_470, epoch=epoch)
