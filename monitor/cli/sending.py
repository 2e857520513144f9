"""`send-test`: one sample digest, straight through the door of a receiver."""

from __future__ import annotations

from datetime import datetime

from monitor.config import Config
from monitor.errors import DeliveryError
from monitor.text import fingerprint
from monitor.types import Delivery


def send_sample(config: Config, receiver: str, now: datetime) -> list[tuple[str, bool, str]]:
    """Return (recipient, whether it was taken, what the server said) for each recipient."""
    from monitor.notify.digest import render, sample
    from monitor.notify.send import Courier

    digest = sample(receiver, now)
    rendered = render(digest, config.receivers[receiver].templates)
    results = []
    with Courier(config.receivers) as courier:
        for number, recipient in enumerate(courier.recipients(receiver), 1):
            delivery = Delivery(
                id=-number,
                key=f"test.{fingerprint(receiver, recipient, now.isoformat())}",
                digest_id=digest.id,
                storyline=digest.storyline,
                receiver=receiver,
                recipient=recipient,
                rendered=rendered,
                created_at=now,
                attempts=1,
            )
            try:
                results.append((recipient, True, courier.send(delivery, now)))
            except DeliveryError as error:
                results.append((recipient, False, error.reason))
    return results
