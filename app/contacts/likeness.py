"""How alike two names are, and which pairs of many names are worth a look. Pure: names in, pairs out."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from rapidfuzz import fuzz, process

NEAR = 88  # of 100: `rossi maria` and `rossi mario` are below, `mueller soehne` and `muller sohne` above
MOST_IN_BLOCK = 400  # names compared each with each
PREFIX = 5  # letters that two near names of companies share
LEGAL = re.compile(
    r"\b(s\.?\s?p\.?\s?a|s\.?\s?r\.?\s?l\.?\s?s?|s\.?\s?n\.?\s?c|s\.?\s?a\.?\s?s|gmbh|ag|ltd|limited|inc|corp|llc|sarl"
    r"|s\.?a\.?|bv|nv|oy|ab|societa|the)\b\.?"
)
OTHER = re.compile(r"[^a-z0-9]+")
Named = tuple[int, str]


def company_core(name: str) -> str:
    """A folded company name without its legal form and without punctuation: `acme s.p.a.` is `acme`."""
    return OTHER.sub(" ", LEGAL.sub(" ", name)).strip() or name


def near(block: Sequence[Named]) -> Iterator[tuple[int, int, int]]:
    """(one id, other id, likeness 0…100) of the names in a block that are near; a block too large has none."""
    if not 2 <= len(block) <= MOST_IN_BLOCK:
        return
    names = [name for _key, name in block]
    likeness = process.cdist(names, names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR)
    for (i, (one, _)), (j, (other, _)) in combinations(enumerate(block), 2):
        if likeness[i][j]:
            yield one, other, int(likeness[i][j])


def alike(one: str, other: str) -> float:
    """0…100, whatever the order of the words."""
    return fuzz.token_sort_ratio(one, other)
