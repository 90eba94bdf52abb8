"""`sbatch`, `srun` and `scontrol` for one machine: enough of Slurm to queue, to limit and to queue again.

A job's time is counted in epochs of its run, from the beginning of each life, so that the speed of the machine does not
matter: `FAKE_LIMIT` epochs. Then the tasks get the signal that the script asks for, and `FAKE_NOTICE` seconds later
they are killed. In the lives that `FAKE_DEAF` names (0, 1, …) they are killed at once. `FAKE_RUNS` is where the run is.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER = "FAKE_SLURM"
PROGRAMS = ("sbatch", "srun", "scontrol")
NODES = "FAKE_NODES"


def installed(folder: Path) -> dict[str, str]:
    """Environment variables with which the programs are found; they keep what they know in `folder`."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name in PROGRAMS:
        path = programs / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" {name} "$@"\n')
        path.chmod(0o700)
    return {"PATH": f"{programs}:{os.environ['PATH']}", FOLDER: str(folder)}


def lives(folder: Path) -> list[int]:
    """With which status each life of the job ended so far."""
    path = folder / "lives"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def wait(folder: Path, seconds: float) -> bool:
    """Until no job is left; whether that came true in time."""
    until = time.monotonic() + seconds
    while (folder / "busy").exists() and time.monotonic() < until:
        time.sleep(0.05)
    return not (folder / "busy").exists()


def sbatch(folder: Path, script: str) -> int:
    shutil.copy(script, folder / "script")  # the queue has a copy of its own
    (folder / "busy").touch()
    command = [sys.executable, __file__, "job", str(folder / "script")]
    nowhere = subprocess.DEVNULL
    subprocess.Popen(command, start_new_session=True, stdin=nowhere, stdout=nowhere, stderr=nowhere)
    print("Submitted batch job 4711")
    return 0


def job(folder: Path, script: str) -> int:
    text = Path(script).read_text()
    asked = dict(re.findall(r"^#SBATCH --([\w-]+)=?(.*)$", text, re.MULTILINE))
    (folder / "requeue").touch()
    while (folder / "requeue").exists():
        (folder / "requeue").unlink()
        restarts = len(lives(folder))
        known = {"SLURM_JOB_ID": "4711", "SLURM_RESTART_COUNT": str(restarts)}
        known |= {"SLURM_JOB_NODELIST": os.environ.get(NODES, "localhost")}
        known |= {"SLURM_NTASKS": str(int(asked["nodes"]) * int(asked["ntasks-per-node"]))}
        with Path(asked["output"].strip("'")).open("a") as log:
            life = subprocess.Popen(["bash", script], env={**os.environ, **known}, stdout=log, stderr=log)
        _limit(folder, life, asked["signal"], restarts)
        with (folder / "lives").open("a") as file:
            file.write(f"{life.wait()}\n")
    (folder / "busy").unlink()
    return 0


def _limit(folder: Path, life: subprocess.Popen[bytes], asked: str, restarts: int) -> None:
    """Ends the tasks when the time of this life is over."""
    limit, began = int(os.environ.get("FAKE_LIMIT", "0")), _epochs()
    while limit and life.poll() is None and _epochs() < began + limit:
        time.sleep(0.01)
    if not limit or life.poll() is not None:
        return
    if str(restarts) not in os.environ.get("FAKE_DEAF", "").split(","):
        _signal(folder, getattr(signal, f"SIG{asked.partition('@')[0]}"))
        until = time.monotonic() + float(os.environ.get("FAKE_NOTICE", "60"))
        while life.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
    if life.poll() is None:
        life.kill()
        _signal(folder, signal.SIGKILL)


def _epochs() -> int:
    found = Path(os.environ.get("FAKE_RUNS", "/nowhere")).glob("*/events.jsonl")
    return sum(path.read_bytes().count(b'"epoch_ended"') for path in found)


def _signal(folder: Path, number: int) -> None:
    for task in (folder / "tasks").read_text().split():
        os.kill(int(task), number)


def srun(folder: Path, *arguments: str) -> int:
    command = arguments[next(at for at, word in enumerate(arguments) if not word.startswith("-")) :]
    tasks = [
        subprocess.Popen(command, env={**os.environ, "SLURM_PROCID": str(number)})
        for number in range(int(os.environ["SLURM_NTASKS"]))
    ]
    (folder / "tasks").write_text(" ".join(str(task.pid) for task in tasks))
    codes = [task.wait() for task in tasks]
    return max(128 - code if code < 0 else code for code in codes)


def scontrol(folder: Path, what: str, *arguments: str) -> int:
    if what == "requeue":
        (folder / "requeue").touch()
    else:
        print("\n".join(arguments[1].split(",")))
    return 0


if __name__ == "__main__":
    _, program, *rest = sys.argv
    roles = {"sbatch": sbatch, "srun": srun, "scontrol": scontrol, "job": job}
    sys.exit(roles[program](Path(os.environ[FOLDER]), *rest))
