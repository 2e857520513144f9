"""The reaper: no fetch is overlooked, whenever it begins."""

from __future__ import annotations

import math
import socket
import time
from contextlib import ExitStack

from monitor.feeds.trips import Reaper, Trip


def test_a_fetch_that_begins_while_the_reaper_lies_down_is_cut_in_time() -> None:
    class Meanwhile(set[Trip]):
        """Found empty, and no longer so a moment later."""

        def __len__(self) -> int:
            found = super().__len__()
            if late:
                under_way.enter_context(reaper.watching(late.pop()))
            return found

    near, far = socket.socketpair()
    far.settimeout(60)
    late = [Trip(deadline=0.0, raw=near)]
    reaper = Reaper(time.monotonic)
    reaper._under_way = Meanwhile()
    with near, far, ExitStack() as under_way:
        with reaper.watching(Trip(deadline=math.inf)):
            pass
        assert far.recv(1) == b""
    reaper.stop()
