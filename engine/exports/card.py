"""A model card: what a trained model is, what it was made of and how good it is, as Markdown that needs no aetui.

All of it is known from the run's folder and from the tables; what nobody knows is left out, or said not to be known.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine import params, registry
from engine.analysis.alarms import History, bests, raised
from engine.analysis.baselines import BASELINES, MEASURES
from engine.analysis.verdict import lost
from engine.datasets import catalogue
from engine.datasets.own import records
from engine.errors import EngineError, counted
from engine.events import Event, RunFinished, RunStarted, complete_epochs
from engine.kinds.kind import Kind
from engine.params import TrainingConfig
from engine.runs import repeating
from engine.runs.changes import Change
from engine.runs.course import changes_in, comparable, merged
from engine.runs.record import RunRecord, Status
from engine.variants.variant import Variant

UNKNOWN = "not known"
MARK = "[//]: # (a model card of aetui)"
"""By which an export that is to be replaced is known (`engine.exports.table`)."""
BETTER = {True: " (higher is better)", False: " (lower is better)", None: ""}
ROUNDED = 6
"""Digits of a figure."""
STANDS: dict[Status, str] = {
    "running": "It is being trained: the figures are those of the moment at which this card was written.",
    "paused": "Its training is paused: the figures are those of the moment at which this card was written.",
    "held": "Its training holds still for a full disk: the figures are those of the moment at which it did.",
    "stopped": "It was stopped before it had trained as long as was planned.",
    "failed": "Its training failed; what is here is what it had reached.",
    "diverged": "Its training diverged: the loss became infinite, or no number.",
    "interrupted": "Its training was interrupted before it had trained as long as was planned.",
}


class Subject(NamedTuple):
    """A run and what is known of it."""

    record: RunRecord
    events: Sequence[Event]
    variant: Variant[Any] | None
    """None for one that this version does not know."""
    config: TrainingConfig | None
    kind: Kind

    @property
    def begun(self) -> RunStarted:
        """How it began; of a run whose first event cannot be read, with nothing in it."""
        found = (event for event in self.events if isinstance(event, RunStarted))
        nothing = RunStarted(variant="", preset="", config={}, dataset="", device="")
        return next(found, nothing)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Settings that changed on the way."""
        return merged([*self.record.info.changes, *changes_in(self.events)])

    @property
    def end(self) -> RunFinished | None:
        """How its newest life ended."""
        return self.record.end

    @property
    def held_out(self) -> bool:
        """Whether a validation part was held out of the training part."""
        return bool(self.record.config.get("validation"))


def write_card(record: RunRecord, place: Path) -> tuple[str, ...]:
    """Write the card to the file `place`. Raises OSError."""
    place.write_text(card(record), "utf-8")
    return ("Markdown; paths, names and figures are those of the run, and nothing in it was measured anew.",)


def card(record: RunRecord) -> str:
    """The card of `record`, ending with a line break."""
    subject = _subject(record)
    title = f"# {_plain(record.name or record.id)}\n\n{_summary(subject)}"
    sections = {
        "Model": _model(subject),
        "Data": _data(subject),
        "Settings": _settings(subject),
        "Results": _results(subject),
        "Alarms": _alarms(subject),
        "The published program": _published(subject),
        "Use and limits": _limits(subject),
        "How to repeat it": _repeat(subject),
    }
    parts = [f"## {head}\n\n{body}" for head, body in sections.items() if body]
    return "\n\n".join([title, *parts, MARK]) + "\n"


def _subject(record: RunRecord) -> Subject:
    variant = registry.known(record.variant)
    try:
        config = params.stored(registry.preset(record.variant, record.preset), record.config)
    except EngineError:  # of another version
        config = None
    kind = registry.kind(record.variant, record.dataset, record.kind)
    return Subject(record, record.events()[0], variant, config, kind)


def _summary(subject: Subject) -> str:
    record, entry = subject.record, catalogue.known(subject.record.dataset)
    what = subject.variant.label if subject.variant else record.variant
    data = f"{entry.title} ({record.dataset})" if entry else record.dataset
    told = [f"An autoencoder ({_plain(what)}, preset {_plain(record.preset)}) that learned from {_plain(data)}."]
    if subject.variant:
        told.append(subject.variant.summary)
    if record.status in STANDS:
        told.append(STANDS[record.status])
    if record.labels.note:
        told.append(f"\n\n> {_plain(record.labels.note)}")
    return " ".join(told)


def _model(subject: Subject) -> str:
    record, begun = subject.record, subject.begun
    networks = dict.fromkeys(layer.network for layer in begun.layers)
    sizes = {name: sum(layer.parameters for layer in begun.layers if layer.network == name) for name in networks}
    shape = " × ".join(map(str, record.info.shape))
    last = complete_epochs(subject.events)
    spent = subject.end.seconds if subject.end else sum(ended.seconds for ended in last)
    rows = [
        ("run", record.id),
        ("recipe", subject.variant.reference if subject.variant else UNKNOWN),
        ("an item", f"{shape} numbers"),
        ("a code", counted(begun.code_size, "number") if begun.code_size else UNKNOWN),
        ("weights", "; ".join(f"{name} {size:,}" for name, size in sizes.items()) or UNKNOWN),
        ("epochs", f"{last[-1].epoch if last else 0:,} of {record.epochs:,}"),
        ("training time", f"{spent:,.1f} s"),
        ("trained on", f"{record.info.device}, {time.strftime('%Y-%m-%d', time.gmtime(record.created))}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in record.info.versions.items())),
        ("tags", ", ".join(record.labels.tags)),
    ]
    return _table(("", ""), [row for row in rows if row[1]])


def _data(subject: Subject) -> str:
    record, begun, entry = subject.record, subject.begun, catalogue.known(subject.record.dataset)
    own = records.find(record.dataset)  # where it lies on the user's disk is nobody's business
    covered = f" (of the data with {subject.kind.covered})" if subject.kind.covered else ""
    share = record.config.get("validation")
    judged = f"{share:.0%} of the training part, held out" if share else "none held out: the test part itself"
    rows = [
        ("data set", f"{record.dataset}: {entry.title}" if entry else f"{record.dataset}, which is not known here"),
        ("source", own.origin if own else entry.source if entry else UNKNOWN),
        ("licence", ("the user's own data" if entry.own else entry.licence) if entry else UNKNOWN),
        ("fingerprint", f"SHA-256 {record.info.fingerprint}{covered}"),
        ("items trained on", f"{begun.train_items:,}" if begun.train_items else UNKNOWN),
        ("items to choose by", f"{begun.validation_items:,} ({judged})" if begun.validation_items else judged),
        *begun.metadata.items(),
    ]
    return _table(("", ""), [row for row in rows if row[1]])


def _settings(subject: Subject) -> str:
    record = subject.record
    every = "```json\n" + json.dumps(record.config, indent=2, default=str) + "\n```"
    if subject.config is None:
        return f"This version does not know the preset {_plain(record.preset)}. All settings:\n\n{every}"
    preset = msgspec.structs.asdict(registry.preset(record.variant, record.preset))
    changed = repeating.changes(record.variant, record.preset, subject.config)
    rows = [(f"`{name}`", str(preset.get(name)), str(value)) for name, value in changed.items()]
    differing = _table(("setting", f"preset {record.preset}", "here"), rows)
    told = differing if rows else f"As in the preset {_plain(record.preset)}."
    course = [
        (f"`{name}`", str(value), str(change.epoch + 1))
        for change in subject.changes
        for name, value in change.config.items()
    ]
    if course:
        told = f"{told}\n\nOf these changed on the way:\n\n{_table(('setting', 'value', 'from epoch'), course)}"
    return f"{told}\n\nAll settings:\n\n{every}"


def _results(subject: Subject) -> str:
    end, epochs = subject.end, complete_epochs(subject.events)
    if not epochs:
        return "No epoch is complete."
    last, judge = epochs[-1], "the validation part" if subject.held_out else "the test part"
    losses = f"After epoch {last.epoch:,}: training loss {_figure(last.train['loss'])}, loss on {judge} "
    losses += f"{_figure(last.validation['loss'])}."
    if end is None or not end.metrics:
        return f"{losses}\n\nIt was not measured on the test part: that is done when a run ends."
    chosen = f" with the weights of epoch {end.weights_epoch:,}" if end.weights_epoch else ""
    best = ", the best by validation loss" if end.weights == "best" else ""
    told = [losses, f"On the test part{chosen}{best}:", _measured(end.metrics)]
    if beaten := lost(end.metrics):
        theirs, ours = _figure(beaten.theirs), _figure(beaten.ours)
        told.append(
            f"**The model loses to {beaten.baseline.label}**: {beaten.measure.label} {ours} against {theirs}. "
            "The baseline is simpler, and better."
        )
    if not subject.held_out:
        told.append("No validation part was held out: what was chosen, was chosen by the test part, which flatters it.")
    return "\n\n".join(told)


def _measured(metrics: dict[str, float]) -> str:
    """A row for each metric of the model, the baselines beside it."""
    theirs = {f"{row.key}_{measure.key}": row for measure in MEASURES for row in BASELINES}
    labels = {measure.ours: measure for measure in MEASURES}
    rows = []
    for name, value in metrics.items():
        if name in theirs and name not in labels:
            continue
        measure = labels.get(name)
        beside = [(row.label, metrics.get(f"{row.key}_{measure.key}")) for row in BASELINES] if measure else []
        better = BETTER[measure.higher_is_better if measure else None]
        known = "; ".join(f"{label} {_figure(each)}" for label, each in beside if each is not None)
        rows.append((f"{measure.label if measure else name.replace('_', ' ')}{better}", _figure(value), known))
    return _table(("metric", "model", "baselines"), rows)


def _alarms(subject: Subject) -> str:
    record = subject.record
    epochs = comparable(complete_epochs(subject.events), record.variant, record.info.changes)
    if not epochs or subject.variant is None:
        return ""
    best = next(iter(bests(epochs)[-1:]), None)
    found = raised(subject.variant.alarms, History.of(epochs, best, spread=subject.begun.spread), record.config)
    watched = ", ".join(condition.key.replace("_", " ") for condition in subject.variant.alarms)
    if not found:
        return f"None after the last epoch. Watched for: {watched}."
    return "\n".join(f"- {_plain(alarm.text)}" for alarm in found)


def _published(subject: Subject) -> str:
    published = subject.variant.published if subject.variant else None
    if published is None or subject.record.preset != "book":
        return ""
    told = [f"The preset `book` repeats: {_plain(published.source)}, on {published.dataset}."]
    if published.errata:
        told.append("Where that program, or its text, is not what it says:")
        told.append("\n".join(f"- {_plain(each)}" for each in published.errata))
    return "\n\n".join(told)


def _limits(subject: Subject) -> str:
    record, variant, items = subject.record, subject.variant, subject.kind.items
    shape = " × ".join(map(str, record.info.shape))
    told = [
        f"It encodes {items} like those of {_plain(record.dataset)}, {shape} numbers each, and reconstructs them from "
        "their codes. What it makes of other data was not measured.",
        "It was trained once, from one seed: how much the figures differ from seed to seed is not known from this run."
        if not record.group
        else f"It is one of a group of runs, {_plain(record.group)}, that differ in their seeds.",
    ]
    if variant is not None and variant.prior:
        told.append(f"New {items} can be drawn from it: its codes are drawn to a standard normal distribution.")
    elif variant is not None:
        told.append(f"New {items} cannot be drawn from it: its codes follow no known distribution.")
    if variant is not None and subject.config is not None and (noise := variant.noise(subject.config)):
        told.append(f"It was trained on items with noise ({_plain(noise)}), and is measured by what it makes of such.")
    if record.status == "completed" and record.last_epoch and record.last_epoch.epoch < record.epochs:
        told.append("It was ended by patience, before all planned epochs were trained.")
    return "\n".join(f"- {each}" for each in told)


def _repeat(subject: Subject) -> str:
    record, entry = subject.record, catalogue.known(subject.record.dataset)
    if subject.variant is not None and not subject.variant.trained:
        return "It came in as a file: how it was trained is not known."
    planned = repeating.plans(subject.events) or (repeating.Plan(record.epochs, over=True),)
    try:
        began = subject.begun.config or record.config
        lines = repeating.commands(record.variant, record.dataset, record.preset, began, planned, subject.changes)
    except EngineError as error:
        return f"This version cannot train it: {_plain(error.message)}"
    if not lines:
        return (
            "It was given another number of epochs while it was under way, and its rate or its patience depends on that"
            " number: no command does the same."
        )
    if not all(line.isprintable() for line in lines):
        return "A setting of it holds characters that cannot be typed."
    told = ["```\n" + "\n".join(lines) + "\n```"]
    told.append("With the same versions and the same kind of processor, its losses come out the same to the last bit.")
    if entry is None or entry.own:
        told.append(f"It takes the same data: `aetui data add {_plain(record.dataset)} PATH`.")
    return "\n\n".join(told)


# Markdown.


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """On one line, and no markup but what is meant."""
    shown = "".join(char if char.isprintable() else "�" for char in text.replace("\n", " "))
    return shown.replace("<", "&lt;")


def _figure(value: float) -> str:
    return f"{value:.{ROUNDED}g}"
