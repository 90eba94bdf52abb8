"""`aetui probe`: how well the codes of a model tell the classes apart, beside what nobody had to learn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import class_tables, engines, files
from aetui.cli.arguments import Run, Weights
from aetui.cli.tables import aligned
from aetui.render.text import plain, plain_json
from engine.errors import counted

if TYPE_CHECKING:
    from engine.features.classifier import Classifier
    from engine.queries.messages import Accuracies

Labels = Annotated[
    int, typer.Option("--labels", "--items", min=0, help="Labelled training items, of each class its share; 0: all.")
]
Kept = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the classifier as .safetensors, for `aetui classify`.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON line with every figure.")]


def probe(
    context: typer.Context,
    run: Run,
    neighbours: Annotated[
        int, typer.Option("--neighbours", "-k", min=1, max=10_000, help="Nearest neighbours that vote.")
    ] = 15,
    labels: Labels = 0,
    splits: Annotated[
        int,
        typer.Option(
            min=1,
            max=100,
            help="Fit so many times and tell mean ± sd: each time to other labels drawn, or with all labels without "
            "another fold of so many.",
        ),
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Of the draws.")] = 0,
    confusion: Annotated[bool, typer.Option("--confusion", help="Which classes are taken for which.")] = False,
    reliability: Annotated[
        bool, typer.Option("--reliability", help="How often the classifier is right where it is so sure.")
    ] = False,
    output: Kept = None,
    weights: Weights = None,
    json: Json = False,
) -> None:
    """Fit classifiers on the codes, on PCA codes of the same size, a random projection and raw pixels; print how much
    of the test part is right, and whether probabilities mean what they say.

    The softmax's regularisation is chosen on labels held out. What is found of pixels is kept, as it takes minutes
    for MNIST.
    """
    from engine.queries.messages import Probe

    check_output(output)
    record = context.obj.store.find(run)
    query = Probe(run_id=record.id, weights=weights, neighbours=neighbours, labels=labels, splits=splits, seed=seed)
    answer: Accuracies = engines.answer(context.obj, query, "fitting classifiers on the codes")
    kept = keep(output, answer.classifier)
    if json:
        typer.echo(json_line(record.id, answer, neighbours=neighbours, splits=splits, seed=seed))
        return
    parts = [_accuracies(answer, record.variant, neighbours), _calibration(answer, record.variant)]
    if confusion or reliability:
        parts += _closer(answer, confusion=confusion, reliability=reliability)
    typer.echo("\n\n".join([*parts, _summary(answer, splits), *kept]))


def check_output(output: Path | None) -> None:
    """Raises UsageError for a classifier in another kind of file."""
    if output is not None:
        from engine.features.classifier import SUFFIX

        files.check_suffix(output, (SUFFIX,))


def keep(output: Path | None, classifier: Classifier) -> list[str]:
    """Write it where it is wanted, and say so. Raises EngineError where it cannot be written."""
    if output is None:
        return []
    with files.written(output) as file:
        classifier.write(file)
    told = f"{output}: classifier, test accuracy {classifier.about.test['accuracy']:.4f}"
    return [plain(f"{told}; aetui classify {classifier.about.run_id} INPUT --with {output}")]


def json_line(run_id: str, answer: Any, **asked: Any) -> str:
    """All figures of an answer, and what was asked; of its classifier what stands in the file's header."""
    import msgspec

    found = {name: getattr(answer, name) for name in answer.__struct_fields__ if name != "classifier"}
    line = {"run": run_id, **asked, **msgspec.to_builtins(found), "classifier": answer.classifier.about}
    return plain_json(msgspec.json.encode(line).decode())


def _label(features: str, variant: str) -> str:
    """The codes are called after who made them."""
    return f"{variant} codes" if features == "codes" else features


def _accuracies(answer: Accuracies, variant: str, neighbours: int) -> str:
    rows = [("FEATURES", "NUMBERS", f"{neighbours}-NN", "SOFTMAX", "C")]
    for each in answer.rows:
        strengths = sorted(set(each.strengths))
        chosen = f"{strengths[0]:g}" + (f" to {strengths[-1]:g}" if len(strengths) > 1 else "")
        accuracy = class_tables.spread([found.accuracy for found in each.softmax])
        label = _label(each.features, variant)
        rows.append((label, f"{each.numbers:,}", class_tables.spread(each.knn), accuracy, chosen))
    return aligned(rows)


def _calibration(answer: Accuracies, variant: str) -> str:
    return class_tables.calibration([(_label(each.features, variant), each.softmax) for each in answer.rows])


def _closer(answer: Accuracies, *, confusion: bool, reliability: bool) -> list[str]:
    from engine.features.measures import together

    matrix, bins = together(answer.rows[0].softmax)
    parts = []
    if confusion:
        told = "test items by class, and what the softmax on the codes takes them for"
        parts.append(f"{told}\n{class_tables.confusion(matrix, answer.classes)}")
    if reliability:
        told = "how sure the softmax on the codes is of its choice, and how often that is right"
        parts.append(f"{told}\n{class_tables.reliability(bins)}")
    return parts


def _summary(answer: Accuracies, splits: int) -> str:
    test, labels = counted(answer.test_items, "test item"), counted(answer.labels, "label")
    if splits == 1:
        fitted = f"fitted to {labels} of the training part, C chosen on labels held out"
    else:
        fitted = f"mean ± sd of {splits} classifiers, each fitted to other {labels}, C chosen on labels held out"
    return f"share of {test} classified rightly, {engines.behind(answer)};\n{fitted}"
