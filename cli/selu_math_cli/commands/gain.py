"""``selu-math gain``: by what to scale an activation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from selu_math_cli.options import Digits, Json, Output, Quiet, whole_number
from selu_math_cli.output import Sink, number, table

if TYPE_CHECKING:
    from selu_math.activations import Activation
    from selu_math.gains import Gains
    from selu_math.numbers.enclosure import Enclosure

_MEANINGS = {
    "second_moment_gain": ("1/√E f²", "keeps the mean square, forwards"),
    "variance_gain": ("1/√Var f", "keeps the variance, forwards"),
    "gradient_gain": ("1/√E f′²", "keeps the mean squared gradient, backwards"),
}
_SHOWN_EXCESS = 5e-13
_NONE = "none"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gain", short_help="By what to scale an activation, or its weights.")(gain)


def gain(
    activation: Annotated[
        str | None,
        typer.Argument(metavar="[ACTIVATION]", help="Such as tanh, elu(1) or 'piecewise: ...'; none for all of them."),
    ] = None,
    digits: Digits = "15",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Gains of an activation at a standard normal, and what frameworks use in their place; all digits proved.

    Up to 10,000 digits, and up to 1,000 for smooth activations, whose moments are integrals. Without ACTIVATION, those
    of the whole catalogue.
    """
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.activations import CATALOGUE, parse_activation

    if activation is None:
        _all(sink, {name: parse_activation(name) for name in CATALOGUE}, digits)
        return
    f = parse_activation(activation)
    result = _gains(sink, f, digits)
    rows = [(*_MEANINGS[name], _shown(getattr(result, name))) for name in _MEANINGS]
    text: list[Any] = [
        f"Gains of {result.activation} at z ~ N(0, 1); digits proved by ball arithmetic",
        "",
        table(("gain", "what it keeps", "value"), rows),
    ]
    if result.gradient_gain is None:
        text += ["", f"{result.activation} jumps, so E f′² is infinite and there is no gain for gradients."]
    names = [name for name in CATALOGUE if parse_activation(name).name == f.name]
    comparison = _comparison(dict.fromkeys(names, result))
    if comparison:
        text += ["", table(("used by", "for", "value", "relative error"), [row[1:] for row in comparison])]
    sink.emit(_document(result, *names), *text)


def _gains(sink: Sink, f: Activation, digits: str) -> Gains:
    from selu_math.gains import gains

    with sink.progress(f"enclosing the moments of {f.name}"):
        return gains(f, digits=whole_number(digits, f"--digits for {f.name}", 1, f.max_digits))


def _all(sink: Sink, activations: dict[str, Activation], digits: str) -> None:
    found = {name: _gains(sink, f, digits) for name, f in activations.items()}
    rows = [(x.activation, *(_shown(getattr(x, name)) for name in _MEANINGS)) for x in found.values()]
    sink.emit(
        {"gains": [_document(x, name) for name, x in found.items()], "digits": next(iter(found.values())).digits},
        "Gains at z ~ N(0, 1); digits proved by ball arithmetic",
        "",
        table(("activation", *(symbol for symbol, _ in _MEANINGS.values())), rows),
        "",
        f"{_NONE}: the activation jumps, so E f′² is infinite",
        "",
        "What frameworks use",
        "",
        table(("activation", "used by", "for", "value", "relative error"), _comparison(found)),
    )


def _shown(gain: Enclosure | None) -> str:
    return _NONE if gain is None else str(gain)


def _document(result: Gains, *names: str) -> dict[str, Any]:
    from selu_math.published_gains import PUBLISHED_GAINS

    return {
        **{name: None if (gain := getattr(result, name)) is None else number(gain) for name in _MEANINGS},
        "activation": result.activation,
        "digits": result.digits,
        "published": [
            {**vars(used), "relative_error": used.excess(result)}
            for name in names
            for used in PUBLISHED_GAINS.get(name, ())
        ],
    }


def _comparison(found: dict[str, Gains]) -> list[tuple[str, ...]]:
    from selu_math.published_gains import PUBLISHED_GAINS

    rows: list[tuple[str, ...]] = []
    for name, result in found.items():
        for used in PUBLISHED_GAINS.get(name, ()):
            excess = used.excess(result)
            shown = "0" if abs(excess) < _SHOWN_EXCESS else f"{excess:+.2g}"
            rows.append((result.activation, used.source, _MEANINGS[used.kind][0], used.value, shown))
    return rows
