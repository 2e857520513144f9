"""Root, a service of another user, and everybody else on one machine: what each may read, and whose the files are."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor import config
from monitor.cli import main
from monitor.errors import ConfigErrors
from monitor.links import kept
from monitor.notify.atom import Feeds
from monitor.notify.file import Folder
from monitor.notify.receivers import AtomSettings, FileSettings
from monitor.ownership import make_folder, settled
from monitor.store import Store

SERVICE = 64_000  # a user no machine has
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave files that are not the service's")


def become(act: Callable[[], None]) -> None:
    """Do what only root can, or skip: root of a namespace may not be free to."""
    try:
        act()
    except OSError:
        pytest.skip("this root has no other users")


@contextmanager
def ordinary() -> Iterator[None]:
    """Be a user whom the modes of files concern."""
    if os.geteuid():
        yield
        return
    become(lambda: os.setresuid(SERVICE, SERVICE, 0))
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def etc() -> Iterator[Path]:
    """A folder like /etc/monitor: a configuration for all, secrets that only root may look at."""
    before = os.umask(0o022)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "secrets").mkdir()
        (folder / "secrets/hook").write_text(SECRET)
        (folder / "monitor.yaml").write_text(
            "receivers: {ops: {webhook: {url: https://example.org/hook, secret_file: secrets/hook}}}\n"
        )
        config.load(folder / "monitor.yaml")
        (folder / "secrets").chmod(0o000)
        yield folder
        (folder / "secrets").chmod(0o700)
    os.umask(before)


def test_a_secret_for_root_alone_is_handed_to_the_service(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed = etc / "credentials"
    handed.mkdir()
    (handed / "secrets_hook").write_text(SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    with ordinary():
        made = config.load(etc / "monitor.yaml")
    assert made.receivers["ops"].webhook.secret_file == handed / "secrets_hook"  # type: ignore[union-attr]


def test_a_secret_somebody_may_not_read_is_a_fault_with_its_place(etc: Path) -> None:
    with ordinary(), pytest.raises(ConfigErrors) as caught:
        config.load(etc / "monitor.yaml")
    assert "monitor.yaml:1:" in str(caught.value)
    assert "secrets/hook cannot be read by this user" in str(caught.value)


def test_a_state_folder_somebody_may_not_read_is_named(etc: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (etc / "monitor.yaml").write_text("state: secrets\n")
    for verb in ("status", "entries list", "backup copy.db"):
        with ordinary(), pytest.raises(SystemExit) as ended:
            main(["-c", str(etc / "monitor.yaml"), *verb.split()])
        assert ended.value.code == 1
        said = capsys.readouterr().err
        assert f"monitor: {etc}/secrets/monitor.db: Permission denied; " in said
        assert "sudo" in said


def owners(folder: Path) -> dict[str, int]:
    """Return whose each file in a folder is."""
    return {str(path.relative_to(folder)): path.lstat().st_uid for path in folder.rglob("*")}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder of a service."""
    folder = tmp_path / "state"
    folder.mkdir()
    become(lambda: os.chown(folder, SERVICE, SERVICE))
    return folder


@needs_root
def test_what_root_makes_in_a_state_folder_belongs_to_the_service(state: Path) -> None:
    with Store(str(state)) as store:
        couriers, lock = store.couriers(), store.run_lock()
        assert couriers is not None
        assert lock is not None
        couriers.join(lambda: None)
        couriers.leave()
        lock.acquire()
        lock.release()
    kept(state)
    Folder("archive", FileSettings(path=state / "digests/deep")).knock()
    Feeds("atom", AtomSettings(path=state / "feeds")).knock()
    made = owners(state)
    assert {"monitor.db", "monitor.db.couriers", "monitor.db.lock", "digests", "digests/deep", "feeds"} <= made.keys()
    assert set(made.values()) == {SERVICE}, made


@needs_root
def test_roots_own_folders_stay_roots(tmp_path: Path) -> None:
    make_folder(tmp_path / "a/b")
    (tmp_path / "a/b/file").touch()
    settled(tmp_path / "a/b/file")
    assert set(owners(tmp_path).values()) == {0}


def test_a_file_for_which_there_is_no_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_folder(tmp_path / "file/under")
