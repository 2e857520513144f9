"""A small HTTP server in a thread of its own: what the probes and the page for feedback stand on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from waitress import create_server
from waitress.trigger import trigger
from waitress.wasyncore import dispatcher

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENCE = 10  # seconds a silent connection is kept
CONNECTIONS = 50
SAFE = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
]


class Server:
    """Serves an app (WSGI) while it is a context manager."""

    def __init__(self, name: str, bind: str, app: WSGIApplication, body: int) -> None:
        """Listen on `bind` and take at most `body` bytes a request. Errors: `MonitorError` where nobody may listen."""
        self._sockets: dict[int, Any] = {}
        try:
            self._server = create_server(
                app,
                map=self._sockets,
                listen=bind,
                threads=2,
                channel_timeout=PATIENCE,
                connection_limit=CONNECTIONS,
                max_request_header_size=16_384,
                max_request_body_size=body,
                ident=None,
            )
        except OSError as error:
            raise MonitorError(f"{name}: cannot listen on {bind}: {error.strerror or error}") from None
        self._thread = threading.Thread(target=self._server.run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the loop from within: only its own thread can close its sockets without a race."""
        wakers = [each for each in self._sockets.values() if isinstance(each, trigger)]

        def end() -> None:
            for each in list(self._sockets.values()):
                if each in wakers:
                    each.del_channel()  # stays open until nobody writes to it any more: we, or a thread that answered
                else:
                    dispatcher.close(each)  # the server's own would close its waker

        wakers[0].pull_trigger(end)
        self._thread.join(5)
        self._server.task_dispatcher.shutdown()
        for waker in wakers:
            waker.close()

    @property
    def port(self) -> int:
        """The port that is listened on (useful with port 0)."""
        return next(int(each.effective_port) for each in self._sockets.values() if hasattr(each, "effective_port"))
