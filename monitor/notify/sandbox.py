"""The user's own templates, rendered by a process of their own that may be killed.

Jinja's sandbox keeps a template from reaching Python; limits on time, memory and size keep it from taking the machine.
"""

from __future__ import annotations

import json
import pickle
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.errors import RenderError
from monitor.notify import layout
from monitor.notify.view import DigestView

NAMES = ("subject.txt.j2", "digest.txt.j2", "digest.html.j2")
CPU = 2  # seconds
WALL = 10.0  # seconds, starting included
MEMORY = 1 << 30  # bytes of address space
LIMIT = 1 << 20  # characters of one rendered template
FAULTS = (TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError, MemoryError, OSError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the user's templates: texts by template name, and faults."""

    texts: dict[str, str]
    errors: tuple[RenderError, ...] = ()


def render(folder: Path, view: DigestView) -> Outcome:
    """Render every template of the folder with this digest; never raises, whatever the templates do."""
    present = [name for name in NAMES if (folder / name).is_file()]
    if not present:
        what = "none of subject.txt.j2, digest.txt.j2, digest.html.j2 is here"
        return Outcome({}, (RenderError(str(folder), what),))
    answers = _ask(folder, present, view)
    if answers is None:  # one of them takes too much: find out which
        answers = {}
        for name in present:
            alone = _ask(folder, [name], view) if len(present) > 1 else None
            answers |= alone or {name: {"error": "takes too much time or memory"}}
    texts = {name: answer["text"] for name, answer in answers.items() if "text" in answer}
    errors = [RenderError(str(folder / name), answers[name]["error"]) for name in present if name not in texts]
    return Outcome(texts, tuple(errors))


def _ask(folder: Path, names: list[str], view: DigestView) -> dict[str, dict[str, str]] | None:
    """Return the worker's answers, each with text or error; None when the worker did not live to give them."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=pickle.dumps((str(folder), names, view)),
            capture_output=True,
            timeout=WALL,
            env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    answers: dict[str, dict[str, str]] | None = json.loads(done.stdout) if done.returncode == 0 else None
    return answers


def _work(folder: str, name: str, view: DigestView) -> dict[str, str]:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = layout.wrap
    text, size = [], 0
    try:
        for piece in environment.get_template(name).generate(d=view):
            text.append(piece)
            size += len(piece)
            if size > LIMIT:
                return {"error": "the result is longer than a million characters"}
    except FAULTS as error:
        line = getattr(error, "lineno", None)
        return {"error": f"{f'line {line}: ' if line else ''}{error or type(error).__name__}"}
    return {"text": "".join(text)}


def main() -> None:
    """Render the templates asked for on standard input."""
    spent = int(resource.getrusage(resource.RUSAGE_SELF).ru_utime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU, spent + CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    folder, names, view = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    sys.stdout.write(json.dumps({name: _work(folder, name, view) for name in names}))


if __name__ == "__main__":
    main()
