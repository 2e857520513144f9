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
CPU = 3  # seconds
WALL = 10.0  # seconds
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
    texts: dict[str, str] = {}
    errors: list[RenderError] = []
    for name in present:
        answer = _ask(folder, name, view)
        if "text" in answer:
            texts[name] = answer["text"]
        else:
            errors.append(RenderError(str(folder / name), answer["error"]))
    return Outcome(texts, tuple(errors))


def _ask(folder: Path, name: str, view: DigestView) -> dict[str, str]:
    """Return the worker's answer: text or error."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=pickle.dumps((str(folder), name, view)),
            capture_output=True,
            timeout=WALL,
            env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"took longer than {WALL:g} seconds"}
    if done.returncode:
        return {"error": "took too much time or memory"}
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


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
    """Render the one template asked for on standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    folder, name, view = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    sys.stdout.write(json.dumps(_work(folder, name, view)))


if __name__ == "__main__":
    main()
