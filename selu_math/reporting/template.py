"""Templates: the one place that reads and fills them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def fill(name: str, filters: Mapping[str, Callable[..., Any]], /, **values: Any) -> str:
    """Return a template of this package, filled; a value that is missing is an error."""
    environment = Environment(
        loader=PackageLoader("selu_math.reporting"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no HTML is written, and every value is the program's own
    )
    environment.filters |= filters
    return environment.get_template(name).render(**values)
