"""Trials that several hosts share: one study of Optuna in a database, or behind its gRPC proxy.

Each host carries out a sweep of its own with the same name and settings, and keeps its own record; the study says which
numbers are taken, and what came of those of others. Numbers of `random` and `grid` mean the same settings on every
host; what `tpe` chooses depends on what was known at that moment.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import msgspec

from engine.errors import RunError, UsageError
from engine.sweeps.searches import Search
from engine.sweeps.sweep import Sweep
from engine.sweeps.tpe import distributions, library
from engine.sweeps.trials import Asked, Judged, Record, Trial

OWNER, SETTINGS, JUDGED_AS, MEANING = "owner", "settings", "judged", "sweep"
"""Names of what is kept beside Optuna's own values."""
_judged = msgspec.json.Decoder(Judged).decode


def opened(url: str) -> Any:
    """The storage at `url`: grpc://HOST:PORT, journal:PATH, or a database as SQLAlchemy names it.

    Raises:
        UsageError: it cannot be reached, or is none.
    """
    optuna = library()
    try:
        if url.startswith("grpc://"):
            host, _, port = url.removeprefix("grpc://").partition(":")
            return optuna.storages.GrpcStorageProxy(host=host, port=int(port or 13_000))
        if url.startswith("journal:"):
            backend = optuna.storages.journal.JournalFileBackend(url.removeprefix("journal:"))
            return optuna.storages.JournalStorage(backend)
        return optuna.storages.RDBStorage(url)
    except Exception as error:  # every driver has errors of its own
        raise UsageError(
            "No such storage",
            f"expected a database by URL (sqlite:///FILE, postgresql://…), grpc://HOST:PORT or journal:FILE, got "
            f"{url}: {type(error).__name__}: {error}",
        ) from error


class SharedTrials:
    """The trials of a study, some of them ours."""

    def __init__(self, sweep: Sweep, record: Record, search: Search) -> None:
        """Raises UsageError where the study of that name is another sweep's, or cannot be reached."""
        self._optuna = library()
        self._sweep = sweep
        self._record = record
        self._search = search
        self._spaces = distributions(self._optuna, sweep.over)
        self._owner = f"{socket.gethostname()} {sweep.id}"
        self._given: set[int] = set()
        try:
            self._study = self._optuna.create_study(
                study_name=sweep.name,
                storage=opened(sweep.storage),
                sampler=self._optuna.samplers.TPESampler(constant_liar=True),
                load_if_exists=True,
            )
        except UsageError:
            raise
        except Exception as error:
            raise RunError("No storage", f"{sweep.storage} does not answer: {type(error).__name__}: {error}") from error
        self._check_meaning()
        self._mend()
        self.mirror()

    def _check_meaning(self) -> None:
        mine = msgspec.json.encode(
            msgspec.structs.replace(self._sweep, id="shared", created=0.0, lag=1, storage="")
        ).decode()
        theirs = self._study.user_attrs.get(MEANING)
        if theirs is None:
            self._study.set_user_attr(MEANING, mine)
        elif theirs != mine:
            raise UsageError(
                "Name in use",
                f"the study {self._sweep.name!r} there has other ranges or settings; choose another --name",
            )

    def _mend(self) -> None:
        """What a kill left between the record and the study."""
        for frozen in self._study.get_trials(deepcopy=False):
            mine = frozen.user_attrs.get(OWNER) == self._owner
            known = self._record.trials.get(frozen.number)
            if mine and known is None:
                settings = msgspec.json.decode(frozen.user_attrs[SETTINGS])
                self._record.add(Asked(number=frozen.number, settings=settings, host=socket.gethostname()))
            elif mine and known is not None and known.state != "running" and not frozen.state.is_finished():
                self._tell(_line_of(known))

    def next(self) -> Trial | None:
        """One that a former life left, else a new number, while there are any."""
        for number, trial in sorted(self._record.trials.items()):
            if trial.state == "running" and trial.host == socket.gethostname() and number not in self._given:
                self._given.add(number)
                return trial
        self.mirror()
        if not self._numbers_left:
            return None
        asked = self._study.ask(self._spaces if self._search.learns else {})
        number = int(asked.number)
        if number >= self._sweep.trials:  # another host was quicker
            self._study.tell(number, state=self._optuna.trial.TrialState.FAIL)
            return None
        settings = self._settings(asked)
        asked.set_user_attr(SETTINGS, msgspec.json.encode(settings).decode())
        asked.set_user_attr(OWNER, self._owner)
        self._given.add(number)
        return self._record.add(Asked(number=number, settings=settings, host=socket.gethostname()))

    def _settings(self, asked: Any) -> dict[str, Any]:
        if not self._search.learns:
            return dict(self._search.settings(int(asked.number), ()))
        drawn = asked.params
        return {
            each.name: each.values[drawn[each.name]] if each.values else drawn[each.name] for each in self._sweep.over
        }

    @property
    def _numbers_left(self) -> bool:
        return len(self._study.get_trials(deepcopy=False)) < self._sweep.trials

    @property
    def left(self) -> bool:
        """Whether there is one to give out still: of ours, or a number that nobody has."""
        mine = (
            trial.state == "running" and trial.host == socket.gethostname() and number not in self._given
            for number, trial in self._record.trials.items()
        )
        return any(mine) or self._numbers_left

    def earlier(self, number: int) -> Sequence[Trial]:
        """What is known now of trials of lower number."""
        self.mirror()
        return [trial for other, trial in self._record.trials.items() if other < number]

    def judge(self, line: Judged) -> Trial:
        """Note it down, and tell the others."""
        trial = self._record.add(line)
        self._tell(line)
        self.mirror()
        return trial

    def _tell(self, line: Judged) -> None:
        states = self._optuna.trial.TrialState
        frozen = self._study.get_trials(deepcopy=False)[line.number]
        trial = self._optuna.trial.Trial(self._study, frozen._trial_id)  # it has no public name
        trial.set_user_attr(JUDGED_AS, msgspec.json.encode(line).decode())
        if line.state in ("completed", "pruned"):
            for step, value in enumerate(line.curve):
                trial.report(value, step)
        reached = self._record.trials[line.number].value
        if line.state == "completed" and reached is not None:
            self._study.tell(line.number, reached)
        else:
            self._study.tell(line.number, state=states.FAIL if line.state == "failed" else states.PRUNED)

    def mirror(self) -> None:
        """Take what came of the others' trials into our record, so that the table here has all."""
        for frozen in self._study.get_trials(deepcopy=False):
            owner, text = str(frozen.user_attrs.get(OWNER, "")), frozen.user_attrs.get(JUDGED_AS)
            known = self._record.trials.get(frozen.number)
            if owner in ("", self._owner) or (known is not None and known.state != "running"):
                continue
            if known is None:
                settings = msgspec.json.decode(frozen.user_attrs[SETTINGS])
                self._record.add(Asked(number=frozen.number, settings=settings, host=owner))
            if text is not None and frozen.state.is_finished():
                self._record.add(_judged(text))


def _line_of(trial: Trial) -> Judged:
    return Judged(
        number=trial.number, state=trial.state, results=trial.results, curve=trial.curve, message=trial.message
    )
