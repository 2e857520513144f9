"""The user's own templates: used where they work, bounded where they do not, never the end of a digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.notify import digest as digests
from monitor.notify import sandbox
from monitor.notify.view import view
from tests.notify.samples import digest, event


def folder(tmp_path: Path, **templates: str) -> Path:
    for name, content in templates.items():
        (tmp_path / {"subject": "subject.txt.j2", "text": "digest.txt.j2", "html": "digest.html.j2"}[name]).write_text(
            content
        )
    return tmp_path


def test_templates_of_the_user_are_used_and_the_rest_is_built_in(tmp_path: Path) -> None:
    own = folder(
        tmp_path, subject="News: {{ d.storyline }}\n", text="{% for e in d.events %}* {{ e.title }}\n{% endfor %}"
    )
    rendered = digests.render(digest(event(1), event(2)), own)
    assert rendered.subject == "News: The harbour deal"
    assert rendered.text == "* Ports agree on item 1\n* Ports agree on item 2\n"
    assert "The harbour deal" in rendered.html
    assert digests.check_templates(own) == []


def test_feed_text_is_escaped_in_html_and_never_a_template(tmp_path: Path) -> None:
    own = folder(tmp_path, html="<p>{{ d.events[0].title }}</p>")
    assert "&lt;b&gt;{{ 7*7 }}" in digests.render(digest(event(title="<b>{{ 7*7 }}")), own).html


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{% for e in d.events %}", "line 1"),
        ("a\n{{ d.no_such }}", "no_such"),
        ("{{ d.storyline.__class__.__mro__ }}", "unsafe"),
        ("{{ cycler.__init__.__globals__ }}", "unsafe"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% include '/etc/passwd' %}", "/etc/passwd"),
        ("{{ 'x' * 2000000 }}", "longer than a million"),
    ],
)
def test_a_broken_template_is_named_and_gives_way(tmp_path: Path, template: str, says: str) -> None:
    own = folder(tmp_path, text=template)
    errors = digests.check_templates(own)
    assert errors
    assert says in str(errors[0])
    assert "digest.txt.j2" in str(errors[0])
    assert digests.render(digest(), own).text == digests.render(digest()).text


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'x' * 10 ** 11 }}",
        "{{ 'x'.ljust(10 ** 11) }}",
    ],
)
def test_a_template_that_takes_the_machine_is_stopped(tmp_path: Path, template: str) -> None:
    outcome = sandbox.render(folder(tmp_path, text=template), view(digest()))
    assert outcome.texts == {}
    assert len(outcome.errors) == 1


@pytest.mark.slow
def test_a_template_that_takes_the_machine_leaves_the_others_their_say(tmp_path: Path) -> None:
    endless = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    outcome = sandbox.render(folder(tmp_path, subject="mine", html=endless), view(digest()))
    assert outcome.texts == {"subject.txt.j2": "mine"}
    assert len(outcome.errors) == 1


def test_a_folder_without_templates_is_told(tmp_path: Path) -> None:
    assert "none of subject.txt.j2" in str(digests.check_templates(tmp_path)[0])
