"""A share of a run: some of the claims, the same for the same choice of scenarios."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from conformance.errors import BadInput


@dataclass(frozen=True)
class Shard:
    """The `number`-th of `count` shares, from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def of_word(cls, word: str) -> Shard:
        """The share that a word such as 2/3 names. Raises BadInput for any other word."""
        match = re.fullmatch(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})", word, re.ASCII)
        if not match or int(match[1]) > int(match[2]):
            raise BadInput(f"--shard {word!r}: write I/N, such as 2/3, with I from 1 to N")
        return cls(int(match[1]), int(match[2]))

    def of(self, sizes: Mapping[str, int]) -> Collection[str]:
        """The claims of this share: all results of a claim stay together, and the shares are of about one size."""
        loads = [0] * self.count
        mine = set()
        for claim in sorted(sizes, key=lambda claim: (-sizes[claim], claim)):
            lightest = loads.index(min(loads))
            loads[lightest] += sizes[claim]
            if lightest == self.number - 1:
                mine.add(claim)
        return mine
