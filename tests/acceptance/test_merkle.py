"""The tree of hashes says what RFC 9162 says, however it grew, and its proofs show nothing else."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acceptance.merkle import (
    SIZE,
    WIDTH,
    ProofInvalid,
    Tree,
    grown,
    leaf_hash,
    root_from_inclusion,
    roots_from_consistency,
)

from . import rfc9162

pytestmark = pytest.mark.pure

# The leaves and roots that implementations of Certificate Transparency are tested with.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Rows(dict[tuple[int, int], bytes]):
    """Rows in memory, to which leaves are added in portions."""

    def __init__(self, portions: Sequence[Sequence[bytes]]) -> None:
        super().__init__()
        self.size = 0
        for portion in portions:
            for level, place, hashes in list(grown(self.read, self.size, map(leaf_hash, portion))):
                self[level, place] = hashes
            self.size += len(portion)

    def read(self, level: int, place: int) -> bytes:
        return self.get((level, place), b"")

    def tree(self, size: int | None = None) -> Tree:
        return Tree(self.read, self.size if size is None else size)


def leaves(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_that_are_published(count: int) -> None:
    assert Rows([LEAVES[:count]]).tree().root().hex() == ROOTS[count - 1] == rfc9162.mth(LEAVES[:count]).hex()


def test_the_root_of_an_empty_tree_is_the_hash_of_nothing() -> None:
    assert Rows([]).tree().root() == rfc9162.mth([])


@given(portions=st.lists(st.integers(0, 700), max_size=4), data=st.data())
def test_however_it_grew_root_and_proofs_are_those_of_the_definitions(
    portions: list[int], data: st.DataObject
) -> None:
    count = sum(portions)
    all_leaves, at, parts = leaves(count), 0, []
    for size in portions:
        parts.append(all_leaves[at : at + size])
        at += size
    tree = Rows(parts).tree()

    assert tree.root() == rfc9162.mth(all_leaves)
    if count:
        index = data.draw(st.integers(0, count - 1))
        inclusion = tree.inclusion_proof(index)
        assert inclusion == rfc9162.path(index, all_leaves)
        assert root_from_inclusion(leaf_hash(all_leaves[index]), index, count, inclusion) == tree.root()
        old = data.draw(st.integers(1, count))
        consistency = tree.consistency_proof(old)
        assert consistency == rfc9162.proof(old, all_leaves)
        old_root = rfc9162.mth(all_leaves[:old])
        assert roots_from_consistency(old, count, old_root, consistency) == (old_root, tree.root())


@given(count=st.integers(1, 600), data=st.data())
def test_a_tree_can_be_read_as_it_was(count: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, count))

    assert Rows([leaves(count)]).tree(old).root() == rfc9162.mth(leaves(old))


@given(count=st.integers(2, 600), data=st.data())
def test_a_proof_that_was_altered_shows_nothing(count: int, data: st.DataObject) -> None:
    tree, index = Rows([leaves(count)]).tree(), data.draw(st.integers(0, count - 1))
    proof = tree.inclusion_proof(index)
    wrong = data.draw(alterations(proof))

    assert not shows(
        lambda: root_from_inclusion(leaf_hash(leaves(count)[index]), index, count, wrong), tree.root()
    )
    other = data.draw(st.integers(0, count - 1).filter(lambda at: at != index))
    assert not shows(
        lambda: root_from_inclusion(leaf_hash(leaves(count)[index]), other, count, proof), tree.root()
    )


def alterations(proof: Sequence[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Give proofs that differ from `proof`: by a bit, by a hash more, by one less."""
    at = st.integers(0, len(proof) - 1)
    flipped = at.map(lambda n: [*proof[:n], bytes([proof[n][0] ^ 1, *proof[n][1:]]), *proof[n + 1 :]])
    return st.one_of(flipped, at.map(lambda n: [*proof[:n], *proof[n + 1 :]]), st.just([*proof, bytes(SIZE)]))


def shows(call: Callable[[], bytes], root: bytes) -> bool:
    """Whether a proof leads to `root`."""
    try:
        return call() == root
    except ProofInvalid:
        return False


def test_of_a_long_tree_a_proof_reads_few_rows() -> None:
    rows, read = Rows([leaves(WIDTH * WIDTH + 7)]), []

    def counted(level: int, place: int) -> bytes:
        read.append((level, place))
        return rows.read(level, place)

    Tree(counted, rows.size).inclusion_proof(4711)

    assert len(set(read)) <= 6


@pytest.mark.parametrize("index", [-1, 3])
def test_of_a_leaf_that_is_not_there_is_no_proof(index: int) -> None:
    with pytest.raises(IndexError):
        Rows([leaves(3)]).tree().inclusion_proof(index)


@pytest.mark.parametrize("old_size", [0, 4])
def test_a_tree_is_consistent_with_no_larger_and_no_empty_one(old_size: int) -> None:
    with pytest.raises(IndexError):
        Rows([leaves(3)]).tree().consistency_proof(old_size)
