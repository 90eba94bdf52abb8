from __future__ import annotations

import numpy as np
import pytest

from engine.nn.dealing import Dealing, dealt


@pytest.mark.parametrize(("rows", "replicas"), [(33, 2), (32, 4), (7, 3), (4, 4), (1, 1)])
def test_every_item_comes_to_one_device_and_none_has_more_than_one_more(rows: int, replicas: int) -> None:
    shares = dealt(rows, replicas)
    assert [place for share in shares for place in range(share.first, share.first + share.rows)] == list(range(rows))
    assert max(share.rows for share in shares) - min(share.rows for share in shares) <= 1
    assert sum(share.weight for share in shares) == pytest.approx(1)
    assert all(share.weight == share.rows / rows for share in shares)


def test_of_too_few_items_every_device_has_all_and_they_count_once() -> None:
    shares = dealt(2, 3)
    assert [(share.first, share.rows, share.copies) for share in shares] == [(0, 2, 3)] * 3
    assert sum(share.weight for share in shares) == pytest.approx(1)


def test_processes_have_together_what_their_devices_have() -> None:
    batch, items = 10, 43  # the last batch has three items, fewer than there are devices
    processes = [Dealing(4, 0, 2), Dealing(4, 2, 2)]
    have = [process.mine(0, items, batch, items) for process in processes]
    assert have[0][:10].tolist() == [True] * 5 + [False] * 5
    assert (have[0][:40] ^ have[1][:40]).all()
    assert have[0][40:].all()
    assert have[1][40:].all()
    assert np.array_equal(processes[1].mine(10, 30, batch, items), have[1][10:30])


def test_a_process_alone_has_everything() -> None:
    assert Dealing().mine(3, 17, 5, 20).all()
