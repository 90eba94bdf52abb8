"""Takes the place of a worker that trains: it does what is written for it, life by life.

    python stand_in_worker.py FOLDER

`FOLDER/plan.json` has a list of lives; each is a list, for each worker, of what it does: `save N` tells of a checkpoint
after epoch N, `exit N`, `die` (SIGKILL), `say TEXT` on standard error, `wait` until it is told to end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path


def told_to_end(number: int, frame: object) -> None:
    os._exit(75 if number == signal.SIGUSR1 else 130)


def main() -> None:
    folder = Path(sys.argv[1])
    index = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
    signal.signal(signal.SIGTERM, told_to_end)
    signal.signal(signal.SIGUSR1, told_to_end)
    with (folder / f"lives-{index}").open("a") as lives:
        lives.write(f"{os.getpid()}\n")
    life = len((folder / f"lives-{index}").read_text().split()) - 1
    plan = json.loads((folder / "plan.json").read_text())
    for act in plan[min(life, len(plan) - 1)][index]:
        word, _, value = act.partition(" ")
        if word == "save":
            saved = {"type": "checkpoint_saved", "run_id": "r", "seq": 1, "at": 1.0, "epoch": int(value), "step": 0}
            print(json.dumps(saved), flush=True)
        elif word == "exit":
            sys.exit(int(value))
        elif word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif word == "say":
            print(value, file=sys.stderr, flush=True)
        else:
            time.sleep(300)


if __name__ == "__main__":
    main()
