"""What `aetui race` prints."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING, Any

from aetui.cli.tables import aligned
from aetui.racing import curves, figures, looks, pacing, taking
from aetui.racing.marks import MOST
from aetui.render.curves.chart import Look
from aetui.render.curves.colouring import Palette
from aetui.render.curves.legend import Inks
from aetui.render.curves.view import Settings
from aetui.render.text import plain, plain_json

if TYPE_CHECKING:
    from aetui.racing.race import Race

WIDEST, ROWS = 120, 20
"""Cells of the chart."""


def printed(race: Race) -> str:
    """Tables and chart."""
    blocks = [_runs(race), *_metrics(race), *_settings(race), _chart(race)]
    remarks = race.remarks()
    return "\n\n".join([*blocks, *(["\n".join(remarks)] if remarks else [])])


def _runs(race: Race) -> str:
    head = ("", "", "RUN", "MODEL", "DATA", "STATE", "EPOCH", race.measure.label.upper(), "BEST", "TIME")
    rows = [
        (
            f"{each.place + 1} {looks.sample(each.place)}",
            "≠" if each.aside else "◂" if each.leads else "",
            each.name,
            each.model,
            each.data,
            each.wrong or each.status,
            each.epoch,
            each.value,
            each.best,
            each.time,
        )
        for each in race.entrants()
    ]
    return aligned([head, *rows])


def _metrics(race: Race) -> list[str]:
    known, lines = figures.readable(race.cars), figures.lines(race.cars, race.spreads)
    if not lines:
        return []
    rows = [("METRIC", *(car.number for car in known))]
    for line in lines:
        rows.append((line.label, *(figures.told(line, car.place) for car in known)))
        if line.baselines:
            rows.append(("  baseline", *(figures.rival(line, car.place) for car in known)))
        if any(apart.sd is not None for apart in line.spreads.values()):
            rows.append(("  seeds", *(figures.scatter(line, car.place) for car in known)))
    told = [figures.LEGEND] if any(line.ahead is not None for line in lines) else []
    return ["\n".join([aligned(rows), *told])]


def _settings(race: Race) -> list[str]:
    known, rows = figures.readable(race.cars), figures.differing(race.cars)
    if len(known) < 2:
        return []
    if not rows:
        return ["the runs are set alike"]
    head = ("SETTING", *(car.number for car in known))
    return [aligned([head, *((row.name, *map(figures.setting, row.values)) for row in rows)])]


def _chart(race: Race) -> str:
    from textual.color import Color

    data = race.data()
    series = [pair for pair in zip(data.places, data.series, strict=True) if len(taking.finite(pair[1]))]
    if not series:
        return "no curve yet: it appears after the first epoch"
    data = data._replace(places=tuple(place for place, _ in series), series=tuple(line for _, line in series))
    size = min(WIDEST, shutil.get_terminal_size().columns) - 1, ROWS
    palette = Palette({}, "none", True, Color.parse("#000000"))
    view = curves.view(data, Settings(unit=race.unit), size, palette, Look(), Inks(), [""] * MOST)
    lines = ["".join(segment.text for segment in strip).rstrip() for strip in view.strips(race.cursor)]
    return "\n".join([f"{race.measure.label}, {race.unit} along the bottom", *lines])


def as_csv(race: Race) -> str:
    """The curves: run, name, epoch, seconds, value."""
    import csv

    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    table = taking.of_curves(race.cars, race.measure, race.probes).table
    writer.writerow(("run", "name", "epoch", "seconds", race.measure.label))
    for row in table.rows if table is not None else ():
        writer.writerow([plain(str(value)) for value in row])
    return file.getvalue()


def as_json(race: Race) -> str:
    """All of it."""
    import msgspec

    measure, lines = race.measure, figures.lines(race.cars, race.spreads)
    levels = pacing.levels(race.cars, measure, race.probes)
    differing = figures.differing(race.cars)
    known = figures.readable(race.cars)
    found: dict[str, Any] = {
        "measure": measure.key,
        "label": measure.label,
        "comparable": measure.shared,
        "remarks": race.remarks(),
        "baselines": {name: {"value": value, "of": whose} for name, (value, whose) in levels.items()},
        "runs": [_run(race, at) for at in range(len(race.cars))],
        "settings": {
            row.name: {car.run_id: value for car, value in zip(known, row.values, strict=True)} for row in differing
        },
        "metrics": [_metric(race, line) for line in lines],
    }
    return plain_json(msgspec.json.encode(found).decode())


def _run(race: Race, at: int) -> dict[str, Any]:
    car, entrant = race.cars[at], race.entrants()[at]
    epoch = race.epochs[car.place]
    epochs, seconds, values = taking.points(car, race.measure, race.probes)
    return {
        "run": car.run_id,
        "number": car.place + 1,
        "name": car.run.name,
        "variant": car.run.variant,
        "preset": car.run.preset,
        "dataset": car.run.dataset,
        "status": car.wrong or car.run.status,
        "epoch": epoch,
        "planned": car.run.planned,
        "value": curves.value_at(car, race.measure, race.probes, epoch),
        "leads": entrant.leads,
        "comparable": not entrant.aside,
        "curve": {
            "epoch": [int(each) for each in epochs],
            "seconds": seconds.tolist(),
            "value": values.tolist(),
        },
    }


def _metric(race: Race, line: figures.Line) -> dict[str, Any]:
    ids = {car.place: car.run_id for car in race.cars}
    first = line.ahead
    return {
        "metric": line.name,
        "values": {ids[place]: value for place, value in line.values.items()},
        "baselines": {ids[place]: {"name": name, "value": value} for place, (name, value) in line.baselines.items()},
        "seeds": {ids[place]: apart for place, apart in line.spreads.items()},
        "ahead": None if first is None else {"run": ids[first.place], "beyond_spread": first.beyond},
    }
