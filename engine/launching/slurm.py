"""A run as a job of Slurm: the batch script that trains it, life after life, until it is complete.

Before the time limit Slurm sends SIGUSR1 to every task; the run writes its checkpoint, leaves with status 75, and the
script queues the job again, under the same number. The run has one id over all its lives: each is the same command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from engine.errors import UsageError

LEFT = 75
"""Exit status of a program that is to be started again (EX_TEMPFAIL): a run that was left before its end, or whose
fellow workers have died."""
STOPPED = 130
FIRST_PORT, PORTS = 20_000, 20_000
"""Which ports the workers of a job take, by its number."""
WAIT_SECONDS = 90
"""How long the other tasks may take to end when one has."""
_TIME = re.compile(r"\d+|\d+:\d\d|\d+:\d\d:\d\d|\d+-\d+(:\d\d){0,2}")


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of Slurm; empty and 0 leave it to the cluster's defaults."""

    nodes: int = 1
    tasks: int = 1
    """On each node: the workers of the run."""
    gpus: int = 0
    """For each task."""
    cpus: int = 0
    """For each task."""
    time: str = ""
    partition: str = ""
    account: str = ""
    extra: tuple[str, ...] = ()
    """More options of sbatch, one each ("--mem=20G")."""
    before: tuple[str, ...] = ()
    """Lines of shell before the training (`module load …`)."""
    notice: int = 120
    """Seconds before the limit at which the run is told to leave."""
    requeues: int = 100
    """At most."""

    @property
    def workers(self) -> int:
        """Processes that train the run together."""
        return self.nodes * self.tasks


def check(batch: Batch) -> None:
    """Raises UsageError where Slurm would not understand it."""
    if batch.time and not _TIME.fullmatch(batch.time):
        told = f"expected MINUTES, HOURS:MINUTES:SECONDS or DAYS-HOURS:MINUTES:SECONDS, got {batch.time!r}"
        raise UsageError("Bad --time", told)
    for option in batch.extra:
        if not (option.startswith("-") and "\n" not in option):
            raise UsageError("Bad --sbatch", f"expected an option of sbatch (--sbatch=--mem=20G), got {option!r}")
    for line in (batch.partition, batch.account, *batch.before):
        if "\n" in line or "\r" in line:
            raise UsageError("Bad line", f"expected one line, got {line!r}")


def script(batch: Batch, run_id: str, folder: Path, log: Path, command: Sequence[str]) -> str:
    """The text of a batch script that carries out `command`, which trains the run in `folder`, anew or from where it
    stands. What it prints goes to `log`, life after life; the script is to lie beside it, as .sh."""
    return "\n".join(_lines(batch, run_id, folder, log, command))


def _lines(batch: Batch, run_id: str, folder: Path, log: Path, command: Sequence[str]) -> Iterator[str]:
    yield "#!/bin/bash"
    yield from (f"#SBATCH {option}" for option in _options(batch, run_id, log))
    yield from ("", f"# Trains {run_id}, and queues itself again before the time limit until that is complete.")
    again = f"sbatch {shlex.quote(str(log.with_suffix('.sh')))}"
    yield from (f"# To go on after a kill, a failure or a cancellation: {again}", "")
    yield f"again={shlex.quote(again)}"
    yield from batch.before
    yield from _worker(batch, command)
    yield from _ending(batch, run_id, folder)


def _options(batch: Batch, run_id: str, log: Path) -> Iterator[str]:
    yield f"--job-name={run_id}"
    yield f"--output={_pattern(log)}"
    yield "--open-mode=append"
    yield f"--nodes={batch.nodes}"
    yield f"--ntasks-per-node={batch.tasks}"
    given = (
        ("cpus-per-task", batch.cpus),
        ("gpus-per-task", batch.gpus),
        ("time", batch.time),
        ("partition", batch.partition),
        ("account", batch.account),
    )
    yield from (f"--{name}={value}" for name, value in given if value)
    yield f"--signal=USR1@{batch.notice}"  # to the tasks, not to this script
    yield "--requeue"
    yield from batch.extra


def _pattern(path: Path) -> str:
    """A file name of sbatch, in which % begins something else."""
    return shlex.quote(str(path).replace("%", "%%"))


def _worker(batch: Batch, command: Sequence[str]) -> Iterator[str]:
    yield "worker() {"
    if batch.workers > 1:
        yield "    local hosts host task workers="
        yield '    hosts=$(scontrol show hostnames "$SLURM_JOB_NODELIST")'
        yield f"    for host in $hosts; do for task in {' '.join(map(str, range(batch.tasks)))}; do"
        yield f'        workers+="${{workers:+, }}\\"$host:$(({FIRST_PORT} + SLURM_JOB_ID % {PORTS} + task))\\""'
        yield "    done; done"
        task = '\\"task\\": {\\"type\\": \\"worker\\", \\"index\\": $SLURM_PROCID}'
        yield f'    export TF_CONFIG="{{\\"cluster\\": {{\\"worker\\": [$workers]}}, {task}}}"'
    yield f"    exec {shlex.join(command)}"
    yield "}"


def _ending(batch: Batch, run_id: str, folder: Path) -> Iterator[str]:
    cpus = f" --cpus-per-task={batch.cpus}" if batch.cpus else ""  # srun does not take them from sbatch
    yield f"""
checkpoint() {{ stat -c '%i %y' {shlex.quote(str(folder / "checkpoint.safetensors"))} 2>/dev/null; }}
leave() {{ echo "{run_id}: $1" >&2; exit "$status"; }}

before=$(checkpoint)
srun --distribution=block --wait={WAIT_SECONDS}{cpus} bash -c "$(declare -f worker); worker"
status=$?
[ $status -eq 0 ] && exit 0
[ $status -eq {STOPPED} ] && leave "stopped; \\`$again\\` goes on"
[ $status -ne {LEFT} ] && [ $status -lt 128 ] && leave "failed with status $status; the lines above say why"
[ "$(checkpoint)" = "$before" ] && leave "ended with status $status before its first checkpoint: not queued again"
[ "${{SLURM_RESTART_COUNT:-0}}" -ge {batch.requeues} ] && leave "was queued {batch.requeues} times, as often as allowed"
echo "{run_id}: left with status $status, queued again" >&2
scontrol requeue "$SLURM_JOB_ID"
exit "$status"
"""
