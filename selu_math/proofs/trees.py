"""Split trees: which boxes of (m, v) one evaluation each shows a claim on."""

from __future__ import annotations

from dataclasses import dataclass

from selu_math.proofs.claims import Claim, Leaf, Plane, Test, halves
from selu_math.proofs.region import Region


@dataclass(frozen=True)
class Tree:
    """A split tree in preorder, or the box at which it stopped.

    Attributes:
        letters: ``m`` and ``v`` cut the box in two; ``0`` is a leaf by plain evaluation, ``1`` by a centred one, ``2``
            one by what holds without moments.
        left: a box on which the claim was not shown within the budget; None where the tree is complete.
    """

    letters: str
    left: Plane | None = None


def grow(claim: Claim, region: Region, max_leaves: int) -> Tree:
    """Split the domain of a claim until each leaf shows it, or the budget is spent."""
    test, letters, leaves = Test(claim, region), "", 0
    stack = list(reversed(claim.roots(region)))
    while stack:
        box = stack.pop()
        leaf = Leaf(box, claim.activation)
        tag = test.decide(leaf)
        if not tag:
            if leaves + len(stack) >= max_leaves:
                return Tree(letters, box)
            tag = leaf.steeper(test.function(box))
            stack += reversed(halves(box, tag))
        else:
            leaves += 1
        letters += tag
    return Tree(letters)
