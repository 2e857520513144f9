"""What is learnt of a storyline: a scale that few seeds alone do not decide."""

from __future__ import annotations

import pytest

from monitor.detect.baseline import baseline_of
from monitor.detect.learn import Knowledge, learn
from monitor.detect.reading import Lens
from monitor.types import Seed, Seeds, Storyline

BRIDGE = "Engineers shut the Valmora harbour bridge when cracks were seen in two pylons"
AGAIN = "Valmora harbour bridge stays shut, engineers find more cracks in its pylons"
STRANGE = "Drought forces farmers in the south to sell their cattle early"


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens.shipped()


def learnt(lens: Lens, *titles: str) -> Knowledge:
    articles = tuple(Seed(file=f"{n}.md", title=title, paragraphs=()) for n, title in enumerate(titles))
    known = learn(baseline_of(Storyline(name="b", seeds=Seeds(articles=articles)), lens), lens, [])
    assert known is not None
    return known


def test_two_seeds_that_differ_do_not_let_everything_in(lens: Lens) -> None:
    alike, apart = (learnt(lens, BRIDGE, other).scale.closeness for other in (AGAIN, STRANGE))
    assert alike > apart > 0.2


def test_no_seed_teaches_nothing(lens: Lens) -> None:
    assert learn(baseline_of(Storyline(name="b"), lens), lens, []) is None
