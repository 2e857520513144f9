"""How fast the outbox drains, against a bare smtplib and requests loop in the same run.

    python benchmarks/deliver.py [--count 10000] [--rounds 3]

Both sides send the same digests, as they lie in an outbox, to the same servers over one connection each. The bare loop
for mail makes an `EmailMessage` of the text and the HTML and gives it to smtplib; the one for webhooks posts the JSON.
For comparison, smtplib also sends messages made beforehand, and the courier works without the outbox. `outbox` is what
a user gets: claimed from the database, sent, and the result stored, a transaction each. The servers run in a
process of their own. Each of these sends a tenth of `--count` a round. At last an outbox with all of them, for two
mailboxes and two webhooks at once, is emptied: the last quarter shall go as fast as the first. Prints messages a second
and the share of the bare loop; fails under the floor. Takes some two minutes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import smtplib
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from monitor import config
from monitor.cli import logs
from monitor.crash import nothing
from monitor.delivering import Lanes
from monitor.metrics import Metrics
from monitor.notify import digest as digests
from monitor.notify import message
from monitor.notify.send import Courier
from monitor.notify.settings import ReceiverSettings
from monitor.store import Store
from monitor.types import Delivery

At = Callable[[str], None]
NOW = datetime(2024, 7, 9, 6, 0, tzinfo=UTC)
FLOOR = 0.8


class Smtp(socketserver.StreamRequestHandler):
    """The least a mail server must do."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Take everything."""
        self.wfile.write(b"220 bench\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


class Http(BaseHTTPRequestHandler):
    """The least a webhook receiver must do."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        """Take everything."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        self.wfile.flush()

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


class Server(socketserver.ThreadingTCPServer):
    """One thread a connection."""

    daemon_threads = True
    allow_reuse_address = True


def serve(ports: Connection) -> None:
    servers = [Server(("127.0.0.1", 0), handler) for handler in (Smtp, Http)]
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports.send([server.server_address[1] for server in servers])
    servers[0].serve_forever()


def deliveries(count: int, receiver: str) -> list[Delivery]:
    """Return digests that all differ, rendered beforehand as they lie in an outbox."""
    rendered = digests.render(digests.sample(receiver, NOW))
    return [
        Delivery(
            id=number,
            key=f"{receiver}{number:012x}",
            digest_id=f"{number}",
            storyline="bench",
            receiver=receiver,
            recipient="reader@example.org",
            rendered=replace(rendered, html=f"{rendered.html}<!-- {number} -->"),
            created_at=NOW,
        )
        for number in range(count)
    ]


def ready_made(port: int, raw: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as smtp:
        for one in raw:
            smtp.sendmail("desk@example.org", ["reader@example.org"], one)


def bare_smtp(port: int, waiting: list[Delivery]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as smtp:
        for one in waiting:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "desk@example.org", one.recipient, one.rendered.subject
            mail["Message-ID"] = f"<{one.key}@example.org>"
            mail.set_content(one.rendered.text)
            mail.add_alternative(one.rendered.html, subtype="html")
            smtp.send_message(mail)


def bare_http(port: int, bodies: list[bytes]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for body in bodies:
            session.post(f"http://127.0.0.1:{port}/", data=body, timeout=15).raise_for_status()


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return wall and CPU seconds."""
    start, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - spent


def queued(folder: Path, receivers: dict[str, Any], waiting: list[Delivery], at: At = nothing) -> Lanes:
    """Return the way out of an outbox with these deliveries in it."""
    (folder / "monitor.yaml").write_text(json.dumps({"state": str(folder), "receivers": receivers}))
    store = Store(str(folder))
    with store.begin() as tx:
        for one in waiting:
            tx.outbox.post(one.digest_id, one.receiver, one.rendered, [(one.key, one.recipient)], NOW)
    return Lanes(config.load(folder / "monitor.yaml"), store, lambda: NOW, at, Metrics())


def emptied(lanes: Lanes, count: int) -> None:
    assert lanes.run().sent == count


def drained(courier: Courier, waiting: list[Delivery]) -> None:
    for one in waiting:
        courier.send(one, NOW)


def compared(doors: dict[str, Any], ports: tuple[int, int], count: int, rounds: int) -> dict[str, float]:
    """Return messages a second by name, the best of some rounds of everybody in turn; print them."""
    smtp, http = ports
    receivers = {name: ReceiverSettings.model_validate(door) for name, door in doors.items()}
    mails, hooks = deliveries(count, "mail"), deliveries(count, "hook")
    email = receivers["mail"].email
    assert email is not None
    raw, bodies = [message.build(email, one) for one in mails], [one.rendered.json.encode() for one in hooks]
    best: dict[str, tuple[float, float]] = {}
    with Courier(receivers) as courier:
        for _ in range(rounds):
            for name, work in (
                ("ready-made", lambda: ready_made(smtp, raw)),
                ("bare smtplib", lambda: bare_smtp(smtp, mails)),
                ("courier mail", lambda: drained(courier, mails)),
                ("bare requests", lambda: bare_http(http, bodies)),
                ("courier hook", lambda: drained(courier, hooks)),
            ):
                best[name] = min(best.get(name, (1e9, 1e9)), timed(work))
            for name, waiting in (("outbox mail", mails), ("outbox hook", hooks)):
                with TemporaryDirectory() as folder, queued(Path(folder), doors, waiting) as lanes, lanes.store:
                    best[name] = min(best.get(name, (1e9, 1e9)), timed(lambda: emptied(lanes, count)))
    for name, (wall, cpu) in best.items():
        print(f"{name:14} {count / wall:8.0f} messages/s, {cpu / count * 1e3:.2f} ms CPU each")
    return {name: count / wall for name, (wall, _) in best.items()}


def together(doors: dict[str, Any], count: int) -> None:
    """Empty one outbox for two receivers of each kind at once; print how fast, and whether it slows down."""
    receivers = {f"{name}{number}": door for name, door in doors.items() for number in range(2)}
    waiting = [one for name in receivers for one in deliveries(count // len(receivers), name)]
    waiting = [replace(one, digest_id=one.key) for one in waiting]
    ends: list[float] = []

    def at(moment: str) -> None:
        if moment == "marked":
            ends.append(time.perf_counter())

    with TemporaryDirectory() as folder, queued(Path(folder), receivers, waiting, at) as lanes, lanes.store:
        wall, cpu = timed(lambda: emptied(lanes, len(waiting)))
    quarter = len(ends) // 4
    first, last = quarter / (ends[quarter] - ends[0]), quarter / (ends[-1] - ends[-1 - quarter])
    each = cpu / len(waiting) * 1e3
    print(f"{len(waiting)} for {len(receivers)} at once: {len(waiting) / wall:.0f} messages/s, {each:.2f} ms CPU each")
    print(f"first quarter {first:.0f} messages/s, last quarter {last:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    logs.set_up(0)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    smtp, http = ours.recv()
    doors: dict[str, Any] = {
        "mail": {"email": {"to": ["reader@example.org"], "smtp": {"host": "127.0.0.1", "port": smtp}}},
        "hook": {"webhook": {"url": f"http://127.0.0.1:{http}/", "allow_private_networks": True}},
    }
    rates = compared(doors, (smtp, http), options.count // 10, options.rounds)
    together(doors, options.count)
    server.terminate()
    shares = {
        "mail": rates["outbox mail"] / rates["bare smtplib"],
        "webhook": rates["outbox hook"] / rates["bare requests"],
        "mail without outbox": rates["courier mail"] / rates["bare smtplib"],
        "webhook without outbox": rates["courier hook"] / rates["bare requests"],
        "mail, ready-made": rates["outbox mail"] / rates["ready-made"],
    }
    print(json.dumps({"count": options.count, "shares": {k: round(v, 3) for k, v in shares.items()}, "floor": FLOOR}))
    if min(shares["mail"], shares["webhook"]) < FLOOR:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
