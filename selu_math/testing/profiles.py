"""How exact an implementation has to be."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal, TypeAlias

from selu_math.exceptions import unknown_name
from selu_math.numbers.formats import BinaryFormat

ProfileName: TypeAlias = Literal["practical", "strict"]

# Strict: measured over correct implementations, the worst are 0.5 ulp in the 16-bit formats (computed in float32 and
# rounded once), 1.6 ulp in float32, and in float64 1.43 ulp (expm1 with the nearest double to the product) to 2.4 ulp
# (vector code of a framework).
_STRICT_ULP: Final = {"float16": 1, "bfloat16": 1, "float32": 2, "float64": 3}
# Practical: scale * (alpha * expm1(x)) in the format itself rounds both constants and both products, half an ulp of
# their own each, and expm1 may be off by 2 ulp.  What is allowed is 3 or 6 numbers away from the nearest one, which is
# off by up to half an ulp itself.  Measured, the worst correct ones are 3.06 ulp in 16 bits and 3.6 ulp in the others.
_PRACTICAL_ULP: Final = {"float16": 3.5, "bfloat16": 3.5, "float32": 6.5, "float64": 6.5}
# The saturation value shows the constants alone: two roundings of factors and one of their product, each at most
# half an ulp relative to a significand of 1, weigh at most 1.758 times three halves, below 3 ulp.
_CONSTANTS_ULP: Final = 3


class Profile(StrEnum):
    """``practical`` never fails correct code; ``strict`` is what the best implementations reach."""

    PRACTICAL = "practical"
    STRICT = "strict"

    @classmethod
    def of(cls, name: str) -> Profile:
        """Return the profile of that name, or raise an InputError that lists them."""
        try:
            return cls(name)
        except ValueError:
            raise unknown_name("profile", name, cls) from None

    def tolerance(self, form: BinaryFormat) -> float:
        """Return the largest error, in ulp of the truth, that values and slopes may have."""
        return _STRICT_ULP[form.name] if self is Profile.STRICT else _PRACTICAL_ULP[form.name]

    def constants_tolerance(self) -> int:
        """Return how far a constant may be from its nearest number, in ulp; strictly it must be that number."""
        return 0 if self is Profile.STRICT else _CONSTANTS_ULP
