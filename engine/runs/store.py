"""The run store: every run is a folder; its `events.jsonl` is the run, the rest can be made anew or resumed from.

<root>/<id>/run.json  events.jsonl  labels.json  checkpoint.safetensors  best.safetensors  steps.npz  snapshots.bin
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs

from engine.errors import RunError, UsageError
from engine.runs import waiting
from engine.runs.listing.index import Index, Report
from engine.runs.listing.summary import Summary
from engine.runs.record import SCHEMA, RunInfo, RunRecord, has_begun, is_held, read_record, seconds_to_wait

__all__ = ["SCHEMA", "RunInfo", "RunRecord", "RunStore", "default_root", "has_begun", "is_held", "seconds_to_wait"]


def default_root() -> Path:
    """Where runs are kept unless the user says otherwise: `$XDG_DATA_HOME/aetui/runs`."""
    return platformdirs.user_data_path("aetui") / "runs"


class RunStore:
    """All runs below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._index = Index(root)

    def summaries(self, report: Report | None = None) -> list[Summary]:
        """What a table says of each run, newest first; opens the files of those only that changed since it was last
        asked, by whichever process. Folders that hold no run of ours are passed over.

        `report` is called while many have to be read.
        """
        found = (entry.found for entry in self._index.refresh(report))
        runs = [summary for summary in found if isinstance(summary, Summary)]
        return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)

    def picked(self, wanted: Callable[[Summary], bool]) -> Iterator[RunRecord]:
        """The runs that are `wanted`, newest first; the files of the others are not opened."""
        for summary in self.summaries():
            record = self.get(summary.id) if wanted(summary) else None
            if record is not None:
                yield record

    def runs(self) -> list[RunRecord]:
        """Newest first. Reads every run's description: `summaries` and `picked` are quicker."""
        return list(self.picked(lambda summary: True))

    def find(self, text: str) -> RunRecord:
        """The run that `text` means: an id, an unambiguous beginning of one, a name, or `last`.

        Raises:
            UsageError: none or several fit.
        """
        named = self.get(text)
        if named is not None:
            return named  # without looking at all the others: a screen asks for every picture
        found = self.get(self._meant(text, self.summaries()))
        if found is None:
            raise UsageError(
                "Unknown run", f"{text!r} was there a moment ago, and is gone; `aetui runs` lists the rest"
            )
        return found

    def _meant(self, text: str, runs: list[Summary]) -> str:
        if text == "last" and runs:
            return runs[0].id
        for fits in (
            [run.id for run in runs if run.name and run.name == text],
            [run.id for run in runs if text and run.id.startswith(text)],
        ):
            if len(fits) == 1:
                return fits[0]
            if fits:
                ids = ", ".join(fits[:5])
                raise UsageError("Ambiguous run", f"{text!r} fits {len(fits)} runs: {ids}; give more of the id")
        self._refuse_newer(text)
        grouped = [run for run in runs[::-1] if text and run.group and text in (run.group, run.name.rpartition("-")[0])]
        if grouped:
            names = ", ".join(run.name or run.id for run in grouped[:5])
            told = f"{text!r} means {len(grouped)} runs of one group; name one of them: {names}"
            raise UsageError("Several runs", told)
        if waits := waiting.find(self.root, text):
            told = f"{waits} has not begun: it waits in another process; `aetui stop {waits}` takes it back"
            raise UsageError("Not begun", told)
        if left := waiting.find_left(self.root, text):
            told = f"{left.run_id} never began: its process is gone; `aetui resume {left.run_id}` trains it"
            raise UsageError("Not begun", told)
        hint = "`aetui runs` lists them" if runs else "there is none yet; `aetui train` makes one"
        raise UsageError("Unknown run", f"no run is called {text!r} below {self.root}; {hint}")

    def get(self, run_id: str) -> RunRecord | None:
        """The run with this very id; None if there is none."""
        if not run_id or run_id != Path(run_id).name or run_id.startswith("."):
            return None
        found = read_record(self.root / run_id)
        return None if isinstance(found, int) else found

    def in_hand(self, run_id: str) -> bool:
        """Whether a living process trains the run, or has it before it."""
        return is_held(self.root / run_id / "events.jsonl") or waiting.waits(self.root, run_id)

    def newer(self) -> dict[str, int]:
        """Runs that a newer version of this program wrote, with the number of their format."""
        entries = sorted(self._index.refresh(), key=lambda entry: entry.folder)
        return {entry.folder: entry.found for entry in entries if isinstance(entry.found, int) and entry.found > SCHEMA}

    def unreadable(self) -> list[str]:
        """Folders that look like runs and hold none that can be read."""
        return sorted(entry.folder for entry in self._index.refresh() if entry.found == 0)

    def _refuse_newer(self, text: str) -> None:
        for run_id, schema in self.newer().items():
            if text and run_id.startswith(text):
                raise RunError(
                    "Run of a newer version",
                    f"{run_id} has format {schema}, this version reads up to {SCHEMA}; update aetui to open it",
                )

    def check_writable(self) -> None:
        """Raises RunError where no run could be kept; looks only, makes nothing."""
        nearest = next(folder for folder in (self.root, *self.root.absolute().parents) if folder.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
            raise RunError(
                "Cannot keep the run",
                f"expected a folder that can be written at {self.root}; choose another with --runs-dir or AETUI_RUNS",
            )
