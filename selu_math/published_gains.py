"""Gains that frameworks use, as facts to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from selu_math.gains import Gains

_TORCH: Final = "torch.nn.init.calculate_gain"
_NFNETS: Final = "DeepMind NFNets, timm"
_EDM2: Final = "EDM2 (Karras et al. 2024)"


@dataclass(frozen=True)
class PublishedGain:
    """A gain in use.

    Attributes:
        source: where it is used.
        kind: which of our gains it stands for: ``second_moment_gain`` or ``variance_gain``.
        value: the number, as it is written there.
    """

    source: str
    kind: str
    value: str

    def excess(self, ours: Gains) -> float:
        """Return by how much it is larger than the proved one, relative to that."""
        top, _, bottom = self.value.partition("/")
        return float(Fraction(top) / Fraction(bottom or "1") / getattr(ours, self.kind).lower - 1)


def _gains(source: str, kind: str, **values: str) -> list[tuple[str, PublishedGain]]:
    return [(name, PublishedGain(source, kind, value)) for name, value in values.items()]


def _by_activation() -> dict[str, list[PublishedGain]]:
    found: dict[str, list[PublishedGain]] = {}
    for name, gain in (
        # scale weights so that the mean square is kept
        *_gains(
            _TORCH,
            "second_moment_gain",
            sigmoid="1",
            tanh="5/3",
            relu="1.4142135623730951",
            leaky_relu="1.4141428569978354",
            selu="3/4",
        ),
        *_gains(_EDM2, "second_moment_gain", silu="1/0.596"),
        # scale activations so that the variance is kept
        *_gains(
            _NFNETS,
            "variance_gain",
            celu="1.270926833152771",
            elu="1.2716004848480225",
            gelu="1.7015043497085571",
            leaky_relu="1.70590341091156",
            relu="1.7139588594436646",
            relu6="1.7131484746932983",
            selu="1.0008515119552612",
            sigmoid="4.803835391998291",
            silu="1.7881293296813965",
            softplus="1.9203323125839233",
            tanh="1.5939117670059204",
        ),
    ):
        found.setdefault(name, []).append(gain)
    return found


PUBLISHED_GAINS: Final[Mapping[str, list[PublishedGain]]] = _by_activation()
"""By the catalogue's name, for its default parameters."""
