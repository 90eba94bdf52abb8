"""How much of the machine is used, and by whom. Measured in a thread of its own: it takes ms, of a GPU tens of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from aetui.follow.gpu import Gpus
from aetui.render import numbers

if TYPE_CHECKING:
    import psutil

SECONDS = 2.0


class Machine(NamedTuple):
    """What is told; empty texts are not."""

    cpu: str = ""
    gpu: str = ""


class Measured(Message):
    """A new figure, on its way to the screen."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine


class Meter:
    """Measures this process with all it started, and those that `others` gives the numbers of, with theirs.

    `tell` gets every figure, in the meter's thread, until it returns False.
    """

    def __init__(self, tell: Callable[[Measured], bool], others: Callable[[], Collection[int]], gpus: Gpus) -> None:
        self._tell = tell
        self._others = others
        self._gpus = gpus
        self._spent: dict[tuple[int, float], float] = {}
        """Seconds of processor time at the last look, by process."""
        self._at = 0.0
        self._over = threading.Event()

    def start(self) -> None:
        """Measure every two seconds from now on."""
        threading.Thread(target=self._go_on, name="aetui-meter", daemon=True).start()

    def stop(self) -> None:
        """Measure no more."""
        self._over.set()

    def _go_on(self) -> None:
        self._measure()  # shares are told from one look to the next
        while not self._over.wait(SECONDS):
            if not self._tell(Measured(self._measure())):
                return

    def _measure(self) -> Machine:
        import psutil  # costs 40 ms, more than the first frame can spare

        whole, cores = psutil.cpu_percent(), psutil.cpu_count() or 1
        spent: dict[tuple[int, float], float] = {}
        memory = 0
        for process in self._tree(psutil.Process()):
            try:
                times = process.cpu_times()
                memory += process.memory_info().rss
                spent[process.pid, process.create_time()] = times.user + times.system
            except psutil.Error:  # gone meanwhile, or another user's
                continue
        now = monotonic()
        used = sum(seconds - self._spent.get(process, seconds) for process, seconds in spent.items())
        share = 100 * used / (now - self._at) / cores if self._spent else 0.0
        self._spent, self._at = spent, now
        # The two are not read at one moment: a part is at most the whole.
        return Machine(told(whole, min(share, whole), memory), self._gpus.told())

    def _tree(self, own: psutil.Process) -> list[psutil.Process]:
        import psutil

        found = {}
        for number in (own.pid, *self._others()):
            try:
                root = psutil.Process(number)
                if root.pid != own.pid and not any("aetui" in part for part in root.cmdline()):
                    continue  # the number is of a process on another host, or of one that is over
                found.update({process.pid: process for process in (root, *root.children(recursive=True))})
            except psutil.Error:
                continue
        return list(found.values())


def told(whole: float, own: float, memory: int) -> str:
    """Shares of all cores in percent, the machine's and aetui's, and its bytes: "cpu 57 %, aetui 41 % · 1.2 GB"."""
    return f"cpu {whole:.0f} %, aetui {own:.0f} % · {numbers.size(memory)}"
