"""What is to be proved, as data: the theorems of Klambauer et al. 2017, and what the paper leaves open.

Each statement is about a region with exact ends.  Its claims are what has to hold there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from selu_math.activations import SELU, Activation
from selu_math.proofs.claims import Claim
from selu_math.proofs.leaf import Shape, shape_of
from selu_math.proofs.region import Interval, Region

_WIDE_TAU: Final[Interval] = (Fraction(4, 5), Fraction(5, 4))
_WIDE_MU: Final[Interval] = (Fraction(-1), Fraction(1))


def keeps(region: Region) -> tuple[Claim, ...]:
    """Return the claims that the map takes the (mu, nu) box of a region into its interior."""
    (a, b), (c, d) = region.mu, region.nu
    return (
        Claim("mean", "above", a),
        Claim("mean", "below", b),
        Claim("variance", "above", c),
        Claim("variance", "below", d),
    )


CONTRACTS: Final = Claim("norm", "below", Fraction(1))
"""The largest singular value of the Jacobian stays below 1."""


@dataclass(frozen=True)
class Statement:
    """A statement about the mean and variance map of SELU.

    Attributes:
        name: what it is called.
        source: where it stands.
        words: what it says; assumptions included.
        region: where.
        claims: what has to hold there; for a statement about many layers, in ``attractor``.
        attractor: of a statement about many layers, the region that trajectories from ``region`` enter; None elsewhere.
        everywhere: whether trajectories start from every mu and every nu > 0; ``region`` then only says omega and tau.
        activation: SELU, or, of one's own, any.
    """

    name: str
    source: str
    words: str
    region: Region
    claims: tuple[Claim, ...]
    attractor: Region | None = None
    everywhere: bool = False
    activation: Activation = SELU

    @property
    def shape(self) -> Shape | None:
        """Lambda and alpha, where the activation is SELU or another of its form."""
        return shape_of(self.activation)

    @property
    def start(self) -> str:
        """The region in words."""
        if not self.everywhere:
            return str(self.region)
        weights = ",".join(part for part in str(self.region).split(",") if part.startswith(("omega", "tau")))
        return f"every mu, every nu > 0, {weights}"


_THEOREM_1: Final = Region()
_GROWS: Final = (Claim("growth", "above", Fraction(0)),)
_ALL: Final = (
    Statement(
        "theorem-1",
        "Klambauer et al. 2017, Theorem 1",
        "For every omega and tau of the region the layer map takes its (mu, nu) box into its interior and contracts "
        "there, so that it has one fixed point in it, which attracts all of it.",
        _THEOREM_1,
        (*keeps(_THEOREM_1), CONTRACTS),
    ),
    Statement(
        "lemma-12",
        "Klambauer et al. 2017, Lemma 12",
        "The largest singular value of the layer map's Jacobian stays below 1, with tau in [0.8, 1.25].",
        Region(tau=_WIDE_TAU),
        (CONTRACTS,),
    ),
    Statement(
        "theorem-2",
        "Klambauer et al. 2017, Theorem 2",
        "A variance between 3 and 16 shrinks in every layer.",
        Region(mu=_WIDE_MU, nu=(Fraction(3), Fraction(16)), tau=_WIDE_TAU),
        (Claim("growth", "below", Fraction(0)),),
    ),
    Statement(
        "theorem-3a",
        "Klambauer et al. 2017, Theorem 3",
        "A variance between 0.02 and 0.16 grows in every layer, with tau in [0.8, 1.25].",
        Region(nu=(Fraction(1, 50), Fraction(4, 25)), tau=_WIDE_TAU),
        _GROWS,
    ),
    Statement(
        "theorem-3b",
        "Klambauer et al. 2017, Theorem 3",
        "A variance between 0.02 and 0.24 grows in every layer, with tau in [0.9, 1.25].",
        Region(nu=(Fraction(1, 50), Fraction(6, 25)), tau=(Fraction(9, 10), Fraction(5, 4))),
        _GROWS,
    ),
    Statement(
        "image-bounds",
        "Klambauer et al. 2017, Theorem 1: the ranges that it states",
        "Over Theorem 1's region the new mean lies in [-0.03106, 0.06773] and the new variance in [0.80009, 1.48617].",
        _THEOREM_1,
        (
            Claim("mean", "above", Fraction("-0.03106")),
            Claim("mean", "below", Fraction("0.06773")),
            Claim("variance", "above", Fraction("0.80009")),
            Claim("variance", "below", Fraction("1.48617")),
        ),
    ),
    Statement(
        "global",
        "not in the paper, which leaves a gap between its Theorems 1, 2 and 3",
        "From every (mu, nu) in [-1, 1] x [0.02, 16], with another omega in [-0.1, 0.1] and tau in [0.95, 1.1] in each "
        "layer, the moments enter Theorem 1's box and stay there; trajectories under the same weights then approach "
        "each other geometrically.",
        Region(mu=_WIDE_MU, nu=(Fraction(1, 50), Fraction(16))),
        (*keeps(_THEOREM_1), CONTRACTS),
        _THEOREM_1,
    ),
    Statement(
        "everywhere",
        "not in the paper",
        "From every mu and every nu > 0, with another omega in [-0.1, 0.1] and tau in [0.95, 1.1] in each layer, the "
        "moments enter Theorem 1's box and stay there; trajectories under the same weights then approach each other "
        "geometrically.",
        _THEOREM_1,
        (*keeps(_THEOREM_1), CONTRACTS),
        _THEOREM_1,
        everywhere=True,
    ),
)
STATEMENTS: Final = MappingProxyType({statement.name: statement for statement in _ALL})
"""All named statements."""


def of_region(region: Region, activation: Activation = SELU) -> Statement:
    """Return the statement that the map keeps and contracts a region of one's own."""
    words = (
        "For every omega and tau of the region the layer map takes its (mu, nu) box into its interior and contracts."
    )
    claims = (*keeps(region), CONTRACTS)
    return Statement("region", "a region of one's own", words, region, claims, activation=activation)


def of_basin(start: Region | None, attractor: Region, activation: Activation = SELU) -> Statement:
    """Return the statement that trajectories from a region, or from everywhere, enter an attractor."""
    words = (
        "With another omega and tau in every layer, the moments enter the attractor and stay there; trajectories under "
        "the same weights then approach each other geometrically."
    )
    claims = (*keeps(attractor), CONTRACTS)
    return Statement(
        "basin", "a region of one's own", words, start or attractor, claims, attractor, start is None, activation
    )
