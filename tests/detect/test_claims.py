"""What somebody knows, sentence by sentence; knowing it in two layers makes no difference."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.detect.claims import KnownClaims, statement_of
from tests.detect.stream import work

SENTENCES = [
    "The council agreed to share 12 pilots with the southern port.",
    "The southern port will share 12 pilots.",
    "The mayor denied that 40 dockers had been dismissed.",
    "Dockers were dismissed, 40 of them, the union said.",
    "Ferries to the island stop in March.",
    "No ferry to the island stopped in March.",
]
sentences = st.lists(st.sampled_from(SENTENCES), max_size=6)


@given(earlier=sentences, later=sentences, asked=st.sampled_from(SENTENCES))
def test_two_layers_know_what_one_does(earlier: list[str], later: list[str], asked: str) -> None:
    one = KnownClaims(map(statement_of, [*earlier, *later]))
    two = KnownClaims(map(statement_of, later), before=KnownClaims(map(statement_of, earlier)))
    assert two.nearest(statement_of(asked)) == one.nearest(statement_of(asked))
    assert two.has(statement_of(asked)) == one.has(statement_of(asked))


def test_what_is_learnt_later_leaves_the_layer_below_alone() -> None:
    below = KnownClaims([statement_of(SENTENCES[0])])
    above = KnownClaims(before=below)
    above.add(statement_of(SENTENCES[4]))
    assert above.has(statement_of(SENTENCES[4]))
    assert not below.has(statement_of(SENTENCES[4]))


def test_what_copies_repeat_is_read_once() -> None:
    statements = [statement_of(sentence) for sentence in SENTENCES]
    assert work(lambda: KnownClaims(statements * 200)) < 2 * work(lambda: KnownClaims(statements))
