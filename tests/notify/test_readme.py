"""What the README shows about delivery works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from monitor.notify import digest as digests
from monitor.notify.send import Courier
from monitor.notify.settings import ReceiverSettings
from tests.notify.samples import NOW, delivery, digest, event
from tests.notify.test_accounting import free_port

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def shown(mark: str) -> str:
    """Return the block of the README under a mark."""
    found = re.search(rf"<!-- {mark}: run by the tests -->\n```\w+\n(.*?)```", README, re.S)
    assert found is not None
    return found[1]


def test_the_receiver_of_webhooks_takes_what_is_genuine_once(tmp_path: Path) -> None:
    port = free_port()
    code = shown("webhook").replace("8099", str(port))
    secret = re.search(r'SECRET = "(.+?)"', code)
    assert secret is not None
    (tmp_path / "receiver.py").write_text(code)
    (tmp_path / "secret").write_text(secret[1])
    url = f"http://127.0.0.1:{port}/"
    settings = {"url": url, "secret_file": tmp_path / "secret", "allow_private_networks": True}
    one = delivery(receiver="ops", recipient="127.0.0.1", rendered=digests.render(digest(event(1), event(2))))
    from datetime import UTC, datetime

    command = [sys.executable, "-u", "receiver.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            _await(url)
            with Courier({"ops": ReceiverSettings.model_validate({"webhook": settings})}) as courier:
                for _ in range(2):
                    assert courier.send(one, datetime.now(UTC)).startswith("204")
            forged = {"webhook-id": "x", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
            assert requests.post(url, data=b"{}", headers=forged, timeout=30).status_code == 401
        finally:
            server.terminate()
        assert server.stdout is not None
        said = server.stdout.read().splitlines()
    assert said == ["new_event Ports agree on item 1", "new_event Ports agree on item 2"]


def _await(url: str) -> None:
    end = time.monotonic() + 100
    while True:
        try:
            requests.get(url, timeout=30)
        except requests.ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("empty", [False, True])
def test_the_template_shown_is_a_sound_one(tmp_path: Path, empty: bool) -> None:
    (tmp_path / "digest.txt.j2").write_text(shown("template"))
    assert digests.check_templates(tmp_path) == []
    made = digest(event(1), event(2))
    text = digests.render(replace(made, events=()) if empty else made, tmp_path).text
    assert text.startswith("The harbour deal: ")
    assert ("Ports agree on item 2" in text) is not empty
    assert NOW.strftime("%H:%M") in text
