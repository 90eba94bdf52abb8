"""The batch script, on a Slurm that is played: who works with whom, and when the job is queued again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fake_slurm
import pytest

from engine.errors import UsageError
from engine.launching.slurm import Batch, check, script

WRITES_CONFIG = "import os, sys; open(sys.argv[1] + os.environ['SLURM_PROCID'], 'w').write(os.environ['TF_CONFIG'])"


def played(folder: Path, batch: Batch, command: list[str], **environment: str) -> list[int]:
    """The statuses of the lives of a job that carries out `command`."""
    run = folder / "a run"
    run.mkdir()
    path = folder / "job.sh"
    path.write_text(script(batch, "r", run, folder / "job.log", command))
    environment = {**os.environ, **fake_slurm.installed(folder / "slurm"), **environment}
    subprocess.run(["sbatch", str(path)], env=environment, check=True, capture_output=True)
    assert fake_slurm.wait(folder / "slurm", 60)
    return fake_slurm.lives(folder / "slurm")


def test_every_task_learns_all_addresses_and_its_own_place(tmp_path: Path) -> None:
    batch = Batch(nodes=2, tasks=2)
    told = [sys.executable, "-c", WRITES_CONFIG, str(tmp_path / "config ")]
    assert played(tmp_path, batch, told, FAKE_NODES="one,two") == [0]
    configs = [json.loads((tmp_path / f"config {number}").read_text()) for number in range(4)]
    port = 20_000 + 4711
    workers = [f"one:{port}", f"one:{port + 1}", f"two:{port}", f"two:{port + 1}"]
    assert [config["cluster"] for config in configs] == [{"worker": workers}] * 4
    assert [config["task"] for config in configs] == [{"type": "worker", "index": number} for number in range(4)]


@pytest.mark.parametrize(
    ("batch", "does", "lives", "said"),
    [
        (Batch(requeues=2), "echo > checkpoint.safetensors; exit 75", [75, 75, 75], "queued 2 times"),
        (Batch(), "exit 75", [75], "before its first checkpoint"),
        (Batch(), "echo > checkpoint.safetensors; exit 1", [1], "failed with status 1"),
        (Batch(), "echo > checkpoint.safetensors; exit 130", [130], "stopped"),
        (Batch(requeues=1), "rm -f checkpoint.safetensors; echo > checkpoint.safetensors; kill -9 $$", [137, 137], ""),
    ],
)
def test_a_job_is_queued_again_while_it_comes_on(
    tmp_path: Path, batch: Batch, does: str, lives: list[int], said: str
) -> None:
    in_folder = f"cd '{tmp_path / 'a run'}'; {does}"
    assert played(tmp_path, batch, ["bash", "-c", in_folder]) == lives
    assert said in (tmp_path / "job.log").read_text()


def test_what_slurm_would_not_understand_is_refused() -> None:
    for batch in (Batch(time="soon"), Batch(extra=("mem=2G",)), Batch(before=("a\nb",)), Batch(partition="x\n#SBATCH")):
        with pytest.raises(UsageError):
            check(batch)
    check(Batch(time="1-12:00:00", extra=("--mem=2G",), before=("module load cuda",)))


def test_options_that_were_not_given_are_left_to_the_cluster() -> None:
    plain = script(Batch(), "r", Path("/runs/r"), Path("/runs/100%.log"), ["true"])
    assert not any(word in plain for word in ("--partition", "--time", "gpus", "cpus", "TF_CONFIG"))
    assert "#SBATCH --signal=USR1@120\n#SBATCH --requeue\n" in plain
    assert "100%%.log" in plain
