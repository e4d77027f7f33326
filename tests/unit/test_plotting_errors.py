"""Pictures of errors, as a reader sees them: marks read against the ticks, texts, and what the data says."""

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text
from mpmath import mp, mpf

from selu_math.exceptions import InputError
from selu_math.plotting import DARK, LIGHT, plot_errors, render
from selu_math.testing import measure_errors

SCALE = "1.050700987355480493419334985294606351958981204"
SCALE_ALPHA = "1.758099340847376859940217520812279577323506837"
L, LA = float(SCALE), float(SCALE_ALPHA)


def cancels(x):
    return np.where(x > 0, L * x, LA * (np.exp(np.minimum(x, 0)) - 1)).astype(x.dtype)


def its_slope(x):
    return np.where(x > 0, L, LA * np.exp(np.minimum(x, 0))).astype(x.dtype)


def partial(x):
    return np.where(x < -3, np.nan, cancels(x)).astype(x.dtype)


@pytest.fixture(scope="module")
def errors():
    return measure_errors(cancels, grad=its_slope, dtypes=["float64", "float32", "float16"])


@pytest.fixture(scope="module")
def picture(errors):
    return plot_errors(errors, name="mine.py:cancels")


def value_of(label):
    """Return the number that a tick's label writes."""
    text = label.replace("−", "-").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    base, power = (label.replace("−", ""), "") if "10" not in label else ("10", text.partition("10")[2])
    size = float(base) ** float(power or 1)
    return -size if text.startswith("-") else size


def readings(axis):
    """Return places and values of the ticks that name numbers."""
    ticks = zip(axis.get_ticklocs(), (label.get_text() for label in axis.get_ticklabels()), strict=True)
    return sorted((place, value_of(text)) for place, text in ticks if not text.isalpha() and "not" not in text)


def read(places, values, at):
    """Read logarithmic scales between ticks."""
    return 10 ** np.interp(at, places, np.log10(values))


def series_of(axes, marker):
    (line,) = [line for line in axes.lines if line.get_marker() == marker and len(line.get_xdata()) > 100][:1]
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def texts_of(figure):
    figure.draw_without_rendering()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def assert_readable(figure):
    """Assert that every text is on the page and none is over another."""
    page = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
    for text, box in boxes:
        assert page.x0 <= box.x0 <= box.x1 <= page.x1, text
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, text
    for (one, first), (other, second) in combinations(boxes, 2):
        assert not first.padded(-0.5).overlaps(second.padded(-0.5)), (one, other)


class TestMarks:
    @pytest.mark.parametrize("x", [-0.25, -1e-3, -2e-5])
    def test_a_mark_read_off_the_scales_is_the_error_by_mpmath(self, picture, x):
        axes = picture.figure.axes[1]
        below = [(place, -value) for place, value in readings(axes.xaxis) if value < 0]
        places, sizes = zip(*below, strict=True)
        across, up = series_of(axes, "o")
        left = across[across < 0]
        column = left[np.argmin(np.abs(np.log(read(places, sizes, left) / -x)))]
        drawn = read(*zip(*readings(axes.yaxis), strict=True), up[across == column][0])
        # all float32 numbers near x that the probes are taken from
        width = 1 / 480
        ends = -read(places, sizes, np.array([column - width, column + width]))
        probes = np.unique(np.linspace(*ends, 4000).astype(np.float32))
        with mp.workdps(40):
            right = [mpf(SCALE_ALPHA) * mp.expm1(mpf(float(p))) for p in probes]
            ulps = [mpf(2) ** (int(mp.floor(mp.log(abs(r), 2))) - 23) for r in right]
            got = cancels(probes)
            largest = max(abs(mpf(float(g)) - r) / u for g, r, u in zip(got, right, ulps, strict=True))
        # the probes are some of these numbers, and the scale is read by eye
        assert largest / 6 < drawn < 1.1 * largest

    def test_the_largest_of_each_column_is_drawn(self, picture, errors):
        for axes, one in zip(picture.figure.axes, errors[::2], strict=True):
            across, up = series_of(axes, "o")
            assert len(across) == len(set(across)) <= 480
            (ring,) = [line for line in axes.lines if line.get_markersize() == 8 and line.get_color() == LIGHT.first]
            assert ring.get_ydata()[0] == up.max()
            value = read(*zip(*readings(axes.yaxis), strict=True), 0.18)
            assert value == pytest.approx(0.5)
            assert (up >= 0.18).all()
            assert one.of == "values"

    def test_larger_errors_stand_higher_in_every_panel(self, errors):
        for one in errors[::2]:
            series = replace(one, ulp=np.where(one.x < 0, 4.0, np.where(one.x < 1, 0.6, 1e5)), flushed=one.x == 0)
            axes = plot_errors([series]).figure.axes[0]
            across, up = series_of(axes, "o")
            assert set(np.round(up[across < 0], 9)) == {round(up[0], 9)}
            assert up[-1] > up[0] > up[across > 0][0] > 0.18

    def test_a_correctly_rounded_number_stands_on_its_line(self, errors):
        one = errors[-2]
        right = replace(one, ulp=np.full_like(one.ulp, 0.5), right=np.ones_like(one.right), flushed=one.x == 0)
        drawn = plot_errors([right])
        axes = drawn.figure.axes[0]
        _, up = series_of(axes, "o")
        lines = [line.get_ydata()[0] for line in axes.lines if line.get_color() == LIGHT.faint]
        assert set(up) == set(lines)
        assert "values: 100 % correctly rounded" in [text.get_text() for text in texts_of(drawn.figure)]
        assert "at worst" not in drawn.caption

    def test_what_is_no_error_in_ulp_has_rows_of_its_own(self):
        (one,) = measure_errors(partial, dtypes=["float16"])
        axes = plot_errors([one]).figure.axes[0]
        rows = {text.get_text(): place for place, text in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)}
        places, sizes = zip(*[(p, -v) for p, v in readings(axes.xaxis) if v < 0], strict=True)
        scale = np.polyfit(places, np.log10(sizes), 1)  # float16's is nowhere stretched
        marks = [line for line in axes.lines if line.get_marker() == "o"]
        for name, (nearest, farthest) in {"not finite": (3, 65504), "flushed": (6e-8, 1.4e-4)}.items():
            (line,) = [line for line in marks if set(line.get_ydata()) == {rows[name]}]
            ends = 10 ** np.polyval(scale, [max(line.get_xdata()), min(line.get_xdata())])
            assert ends == pytest.approx([nearest, farthest], rel=0.2)


class TestTexts:
    def test_the_shares_and_worst_cases_are_the_datas(self, picture, errors):
        shown = [text.get_text() for text in texts_of(picture.figure)]
        for one, data in zip(errors, picture.data["errors"], strict=True):
            assert data["correctly_rounded"] == np.count_nonzero(one.right) / one.x.size
            assert data["worst_ulp"] == one.ulp[~one.not_finite].max()
            assert float(data["worst_x"]) == one.x[one.worst]
            assert any(text.startswith(f"{one.of}: {100 * one.right.mean():.0f} % correctly") for text in shown)
        assert "float16, all 63,486 numbers" in shown
        assert "Each mark is the largest error in its column." in shown
        assert any(text.startswith("Errors are proved lower bounds") for text in shown)
        json.dumps(dict(picture.data), allow_nan=False)
        assert "x = -2.5194552970759815e-16" in picture.caption

    @pytest.mark.parametrize(("wrong", "says"), [(1, "over 99.9 %"), (-1, "under 0.1 %")])
    def test_a_share_is_never_rounded_to_all_or_nothing(self, errors, wrong, says):
        right = np.arange(errors[-2].x.size) > 0
        one = replace(errors[-2], right=right if wrong > 0 else ~right)
        assert f"{says} correctly rounded" in plot_errors([one]).caption

    @pytest.mark.parametrize("theme", [LIGHT, DARK])
    @pytest.mark.parametrize("name", ["torch.nn.functional:selu", "a/folder/far/away/" * 9 + "$\\x$file.py:selu"])
    def test_no_text_is_cut_or_covered(self, errors, theme, name):
        (lost,) = measure_errors(partial, dtypes=["float16"])
        figure = plot_errors([*errors[:-2], lost], name=name, theme=theme).figure
        assert_readable(figure)

    @pytest.mark.parametrize("power", [0, 1, 3, 6, 9, 12, 18, 30])
    def test_ticks_keep_apart_however_large_errors_are(self, errors, power):
        one = errors[-2]
        ulp = np.where(np.abs(one.x) < 0.1, 10.0**power, 0.5)
        assert_readable(plot_errors([replace(one, ulp=ulp, right=ulp == 0.5, not_finite=one.x > 100)]).figure)

    def test_drawing_again_gives_identical_bytes(self, errors, picture):
        again = plot_errors(errors, name="mine.py:cancels")
        assert render(again, "svg") == render(picture, "svg")


def test_nothing_to_draw_is_said():
    with pytest.raises(InputError, match="nothing to draw"):
        plot_errors(())


def test_an_unknown_theme_is_refused(errors):
    with pytest.raises(InputError, match="unknown theme"):
        plot_errors(errors, theme="blue")
