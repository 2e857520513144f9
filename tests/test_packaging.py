"""From a checkout to a running program: wheel, make, units, and the session of the README."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import HTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from standardwebhooks import Webhook

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.timeout(900)  # programs that are started, on a machine that may be busy
UNITS = ("monitor.service", "monitor-once.service", "monitor-once.timer")


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with few variables and return what it said."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False, timeout=800)


def block(marker: str) -> str:
    """Return the code block of the README that follows a comment."""
    found = re.search(rf"<!-- {marker}.*?-->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has lost its block {marker}"
    return found[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it."""
    folder = tmp_path_factory.mktemp("wheel")
    made = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


class TestWheel:
    """What `pip install .` installs."""

    def test_works_from_another_folder(self, installed: Path, tmp_path: Path) -> None:
        def monitor(*arguments: str) -> subprocess.CompletedProcess[str]:
            return run(sys.executable, "-P", "-m", "monitor", *arguments, cwd=tmp_path, PYTHONPATH=str(installed))

        assert monitor("--version").stdout.startswith("monitor ")
        assert monitor("init").returncode == 0
        checked = monitor("check")
        assert checked.returncode == 0, checked.stderr
        shown = monitor("storyline", "show", "seoul-arms-ukraine")
        assert "Chang Ho-jin" in shown.stdout, shown.stderr

    def test_holds_no_tests_and_no_labels(self, installed: Path) -> None:
        names = {str(path.relative_to(installed)) for path in installed.rglob("*")}
        assert not [name for name in names if "tests/" in name or "labels" in name]
        assert "monitor/py.typed" in names
        assert "monitor/shipped_files/config/monitor.yaml" in names


class TestMake:
    """The two commands, as far as they go without a network."""

    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        """A checkout in a path with spaces, without the program."""
        folder = tmp_path / "a folder with spaces"
        (folder / ".ci").mkdir(parents=True)
        for name in ("Makefile", ".ci/venv", "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)
        return folder

    def test_help_from_anywhere(self, checkout: Path, tmp_path: Path) -> None:
        answer = run("make", "-s", "-C", str(checkout), cwd=tmp_path)
        assert "make demo" in answer.stdout

    def test_second_time_nothing_is_installed(self, checkout: Path, tmp_path: Path) -> None:
        (checkout / ".venv").mkdir()
        for stamp in ("ready", "ready-dev"):
            (checkout / ".venv" / stamp).touch()
        answer = run("make", "-n", "-C", str(checkout), "test", "demo", cwd=tmp_path)
        assert ".ci/venv" not in answer.stdout
        assert "-m pytest" in answer.stdout

    def fake(self, folder: Path, name: str, script: str) -> Path:
        """Put a program of this name into a folder of its own and return the folder."""
        programs = folder / "programs"
        programs.mkdir(exist_ok=True)
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
        for tool in ("sh", "dirname", "rm", "tail", "sed", "touch", "make", "printf"):
            found = shutil.which(tool)
            if found and not (programs / tool).exists():
                (programs / tool).symlink_to(found)
        return programs

    def test_an_old_python_is_named(self, checkout: Path, tmp_path: Path) -> None:
        programs = self.fake(tmp_path, "python3", 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
        answer = run("make", "-s", "demo", cwd=checkout, PATH=str(programs))
        assert answer.returncode != 0
        assert "needs Python 3.11 or newer; here is Python 3.9.2" in answer.stderr
        assert "make PYTHON=" in answer.stderr

    def test_a_python_without_venv_is_named(self, checkout: Path, tmp_path: Path) -> None:
        programs = self.fake(
            tmp_path, "python3", 'case "$*" in *ensurepip*) exit 1;; *version_info*) exit 0;; esac; exit 1'
        )
        answer = run("make", "-s", "demo", cwd=checkout, PATH=str(programs))
        assert answer.returncode != 0
        assert "has no venv module" in answer.stderr
        assert "apt install python3-venv" in answer.stderr

    def test_scripts_are_sound_shell(self) -> None:
        for script in (".ci/venv", ".ci/run"):
            assert run("sh", "-n", script, cwd=ROOT).returncode == 0


@pytest.mark.system
class TestUnits:
    """What systemd says of the units."""

    @pytest.mark.parametrize("unit", UNITS)
    def test_are_valid(self, unit: str, system_part: Callable[[str], str], tmp_path: Path) -> None:
        for name in UNITS:
            text = (ROOT / "systemd" / name).read_text().replace("/usr/local/bin/monitor", "/bin/true")
            (tmp_path / name).write_text(text)
        answer = run(system_part("systemd-analyze"), "verify", "--man=no", str(tmp_path / unit), cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        ours = [line for line in answer.stderr.splitlines() if unit in line]
        assert not ours

    @pytest.mark.parametrize("unit", UNITS[:2])
    def test_are_in_a_tight_sandbox(self, unit: str, system_part: Callable[[str], str]) -> None:
        answer = run(system_part("systemd-analyze"), "security", "--offline=true", f"systemd/{unit}", cwd=ROOT)
        found = re.search(r"exposure level for \S+: ([\d.]+)", answer.stdout)
        assert found, answer.stderr
        assert float(found[1]) <= 2.0

    @pytest.mark.parametrize("unit", UNITS)
    def test_have_a_comment_for_every_directive(self, unit: str) -> None:
        lines = (ROOT / "systemd" / unit).read_text().splitlines()
        free = ("Description=", "Documentation=")
        for above, line in pairwise(lines):
            if "=" in line and not line.startswith(("#", *free)):
                assert above.startswith("#"), line

    def test_what_init_writes_is_valid(self, system_part: Callable[[str], str], tmp_path: Path) -> None:
        made = run(sys.executable, "-m", "monitor", "init", "a desk", cwd=tmp_path, PYTHONPATH=str(ROOT))
        assert made.returncode == 0, made.stderr
        unit = tmp_path / "a desk/systemd/monitor.service"
        assert re.search(r"\nExecReload=.* check\nExecReload=/bin/kill -HUP", unit.read_text())
        answer = run(system_part("systemd-analyze"), "--user", "verify", "--man=no", str(unit), cwd=tmp_path)
        assert not [line for line in answer.stderr.splitlines() if "monitor.service" in line], answer.stderr


# `monitor`, but the feeds it starts with lie on a closed port of this machine: tests talk to nobody else.
WITHOUT_NETWORK = """#!/bin/sh
"{python}" -m monitor "$@" || exit
[ "$1" != init ] || sed -i -E 's#https?://([a-z.]+/)#http://127.0.0.1:9/\\1#' "$2/config/monitor.yaml"
"""


class TestReadme:
    """What the README shows works when pasted."""

    def test_the_session_runs(self, tmp_path: Path) -> None:
        programs = tmp_path / "bin"
        programs.mkdir()
        (programs / "monitor").write_text(WITHOUT_NETWORK.format(python=sys.executable))
        (programs / "monitor").chmod(0o755)
        path = f"{programs}:{os.environ['PATH']}"
        answer = run("bash", "-e", "-c", block("session"), cwd=tmp_path, PATH=path, PYTHONPATH=str(ROOT))
        assert answer.returncode == 0, answer.stderr + answer.stdout
        assert "is sound" in answer.stdout
        assert "FROM THE SEED SENTENCE" in answer.stdout
        assert "Nothing was stored or sent." in answer.stdout
        assert (tmp_path / "mydesk/var/monitor.db").exists()

    def test_the_receiver_of_webhooks_checks_signatures(self) -> None:
        space: dict[str, object] = {"__name__": "receiver"}
        exec(compile(block("webhook"), "README.md", "exec"), space)
        body = '{"type": "storyline.digest", "data": {"events": []}}'
        now = datetime.now(UTC)
        signature = Webhook(str(space["SECRET"])).sign("msg-1", now, body)
        headers = {
            "webhook-id": "msg-1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        with HTTPServer(("127.0.0.1", 0), space["Receiver"]) as server:  # type: ignore[arg-type]
            server.RequestHandlerClass.log_message = lambda *_: None  # type: ignore[attr-defined]
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            codes = [
                self._post(server.server_address[1], body, each)
                for each in (headers, headers | {"webhook-id": "forged"})
            ]
            server.shutdown()
        assert codes == [204, 401]

    def _post(self, port: int, body: str, headers: dict[str, str]) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/", data=body.encode(), headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def test_the_smallest_configuration_is_sound(self, tmp_path: Path) -> None:
        found = re.search(r"The smallest useful one:\n\n```yaml\n(.*?)```", README, re.DOTALL)
        assert found
        (tmp_path / "monitor.yaml").write_text(found[1])
        shutil.copytree(ROOT / "seeds/seoul-arms-ukraine", tmp_path / "seeds/harbour-strike")
        answer = run(sys.executable, "-m", "monitor", "check", cwd=tmp_path, PYTHONPATH=str(ROOT))
        assert answer.returncode == 0, answer.stderr

    def test_the_steps_to_a_service_work_when_pasted(self, tmp_path: Path) -> None:
        """Everything but pipx and systemctl, with another root instead of sudo."""
        found = re.search(r"## Run as a service.*?```sh\n(.*?)```", README, re.DOTALL)
        assert found
        lines = [line.removeprefix("sudo ").replace("&& sudo ", "&& ") for line in found[1].splitlines()]
        steps = [line for line in lines if not line.startswith(("pipx", "systemctl", "journalctl"))]
        script = "\n".join(steps).replace("/etc/", f"{tmp_path}/etc/").replace("/var/lib/", f"{tmp_path}/var/lib/")
        (tmp_path / "etc/systemd/system").mkdir(parents=True)
        programs = tmp_path / "bin"
        programs.mkdir()
        (programs / "monitor").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m monitor "$@"\n')
        (programs / "monitor").chmod(0o755)
        path = f"{programs}:{os.environ['PATH']}"
        answer = run("bash", "-e", "-c", script, cwd=ROOT, PATH=path, PYTHONPATH=str(ROOT))
        assert answer.returncode == 0, answer.stderr
        assert "is sound" in answer.stdout
        written = (tmp_path / "etc/monitor/monitor.yaml").read_text()
        assert f"state: {tmp_path}/var/lib/monitor" in written
        assert ".." not in written.replace("...", "")
        assert (tmp_path / "etc/systemd/system/monitor.service").exists()
