"""Pictures of the plane of weights, as a reader sees them: colours read from the page, marks, names and the key."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

import selu_math as sm
from selu_math.activations import parse_activation
from selu_math.plotting import LIGHT, plot_atlas, plot_compare

COUNT = 30
EDGES = [(low + (high - low) * (np.arange(COUNT) + 0.5) / COUNT) for low, high in ((-1.5, 1.5), (0.3, 3.0))]


@pytest.fixture(scope="module")
def atlas():
    return plot_atlas(tiles=COUNT)


@pytest.fixture(scope="module")
def compared():
    return plot_compare(others=[parse_activation("elu")], tiles=COUNT)


def swept(name):
    """Return the radius of each tile, nan where (0, 1) does not settle; rows are omega."""
    with sm.sweep("-1.5:1.5:30", "0.3:3:30", activation=name, workers=1) as tiles:
        radius = np.asarray(tiles.array("spectral_radius"))
        return np.where((np.asarray(tiles.array("fate")) == 1) & (radius < 1), radius, np.nan)


def pixels(axes, x, y):
    """Return the colours of the page where those points of the axes are."""
    axes.figure.canvas.draw()
    shown = np.asarray(axes.figure.canvas.buffer_rgba())[..., :3] / 255
    at = axes.transData.transform(np.column_stack([np.ravel(x), np.ravel(y)]))
    return shown[(shown.shape[0] - 1 - at[:, 1]).astype(int), at[:, 0].astype(int)]


def share_in_the_colours_of_the_bar(axes, bar, radius, *, flat):
    """Return how many tiles have the colour that the bar has at their radius; lines and names hide a few."""
    omega, tau = (part[np.isfinite(radius)] for part in np.meshgrid(*EDGES, indexing="ij"))
    values = radius[np.isfinite(radius)]
    seen = pixels(axes, omega, tau)
    middle = np.full(values.shape, 0.5)
    expected = pixels(bar, values, middle) if flat else pixels(bar, middle, values)
    return (np.abs(seen - expected).max(axis=1) < 0.02).mean()


def labels(axes):
    axes.figure.draw_without_rendering()
    return {text.get_text(): text.get_window_extent() for text in axes.findobj(Text) if text.get_text().strip()}


def crosses(box, corners):
    """Return whether a rectangle on the page has the outline of another one in it."""
    (left, bottom), (right, top) = corners
    along = [(x, y) for x in np.linspace(left, right, 400) for y in (bottom, top)]
    along += [(x, y) for x in (left, right) for y in np.linspace(bottom, top, 400)]
    return any(box.contains(*point) for point in along)


class TestAtlas:
    def test_colours_are_those_of_the_bar_at_each_radius(self, atlas):
        axes, bar = atlas.figure.axes[:2]
        radius = swept("selu")
        assert share_in_the_colours_of_the_bar(axes, bar, radius, flat=False) > 0.9
        assert bar.get_ylabel() == "spectral radius"
        ticks = bar.get_yticks()
        assert ticks[0] <= np.nanmin(radius) < ticks[1]
        assert ticks[-1] == 1
        assert 3 <= len(ticks) <= 8

    def test_round_points_stand_at_the_certified_ends_and_the_cross_at_0_1(self, atlas):
        axes = atlas.figure.axes[0]
        marks = {line.get_marker(): [] for line in axes.lines}
        for line in axes.lines:
            marks[line.get_marker()].append((float(line.get_xdata()[0]), float(line.get_ydata()[0])))
        limits = sm.omega_limits()
        ends = [(float(end.omega), 1.0) for end in (limits.lower, limits.upper)]
        assert marks["+"] == [(0, 1)]
        assert np.array(marks["o"]) == pytest.approx(np.array([*ends, (0, 0.49559), (0, 2.65757)]), abs=1e-4)
        shown = labels(axes)
        for (omega, tau), text in zip(ends, ("ω = −1.031", "ω = 0.9017"), strict=True):
            x, y = axes.transData.transform((omega, tau))
            assert min(abs(shown[text].x0 - x), abs(shown[text].x1 - x)) < 20
            assert abs((shown[text].y0 + shown[text].y1) / 2 - y) < 8

    def test_several_fixed_points_are_named_where_there_are_enough(self, atlas):
        assert 0 < atlas.data["several_fixed_points_share"] < 0.1
        assert "several fixed points" in labels(atlas.figure.axes[0])
        away = plot_atlas(omega=(-1, 0), tau=(1, 2), tiles=10)
        assert away.data["several_fixed_points_share"] == 0
        assert "several fixed points" not in labels(away.figure.axes[0])

    @pytest.mark.parametrize(
        ("omega", "tau"),
        [((-1.5, 1.5), (0.3, 3.0)), ((-0.6, 0.6), (0.6, 1.6)), ((-0.3, 0.3), (0.8, 1.3)), ((-0.15, 0.15), (0.9, 1.15)),
         ((-1.5, 1.5), (0.9, 1.15)), ((-0.15, 0.15), (0.3, 3.0))],
    )  # fmt: skip
    def test_labels_keep_off_theorem_1s_box_however_far_one_zooms(self, omega, tau):
        axes = plot_atlas(omega=omega, tau=tau, tiles=20).figure.axes[0]
        shown = labels(axes)
        corners = axes.transData.transform([(-0.1, 0.95), (0.1, 1.1)])
        frame = axes.get_window_extent()
        for text in ("(ω, τ) = (0, 1)", "Theorem 1’s box"):
            assert not crosses(shown[text].padded(-2), corners), text
            assert frame.x0 <= shown[text].x0, text
            assert shown[text].x1 <= frame.x1, text
        inside = [box for text, box in shown.items() if text in {"variance grows without bound", "τ = 2.658"}]
        assert len(inside) < 2 or not inside[0].overlaps(inside[1])

    def test_what_is_certified_is_an_upper_bound(self):
        with sm.sweep("-0.1:0.1:2", "0.9:1.1:2", method="certified", workers=1) as store:
            bar = plot_atlas(store=store).figure.axes[1]
        assert bar.get_ylabel() == "spectral radius, at most"


class TestCompare:
    def test_each_plane_is_its_own_in_one_scale_of_colours(self, compared):
        *_, bar = compared.figure.axes
        radii = {name: swept(name) for name in ("selu", "elu")}
        for axes, radius in zip(compared.figure.axes, radii.values(), strict=False):
            assert share_in_the_colours_of_the_bar(axes, bar, radius, flat=True) > 0.9
        lows = [one["lowest_radius"] for one in compared.data["compared"].values()]
        assert lows == pytest.approx([np.nanmin(radius) for radius in radii.values()], rel=1e-9)
        ticks = bar.get_xticks()
        assert ticks[0] <= min(lows) < ticks[1]

    def test_every_plane_has_its_cross(self, compared):
        for axes in compared.figure.axes[:2]:
            crossed = [line for line in axes.lines if line.get_marker() == "+"]
            assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in crossed] == [(0, 1)]

    def test_the_key_explains_whatever_one_of_them_shows(self):
        def key(*names):
            first, *others = map(parse_activation, names)
            picture = plot_compare(first, others=others, tiles=COUNT)
            (legend,) = [axes.get_legend() for axes in picture.figure.axes if axes.get_legend()]
            return {text.get_text(): patch for text, patch in zip(legend.texts, legend.legend_handles, strict=True)}

        both = {"variance grows without bound", "variance → 0", "(ω, τ) = (0, 1)"}
        assert set(key("relu", "leaky_relu(0.1)")) == both
        shown = key("relu", "selu")
        assert set(shown) == both | {"radius 1", "around several fixed points"}
        assert to_rgb(shown["variance → 0"].get_facecolor()) == to_rgb(LIGHT.shrinking)
        assert to_rgb(shown["variance grows without bound"].get_facecolor()) == to_rgb(LIGHT.growing)
        # the variance of a constant never grows, that of ReLU does
        assert "variance grows without bound" in key("piecewise: 1", "relu")

    def test_it_says_that_nothing_is_proved(self, compared):
        words = [text.get_text() for text in compared.figure.texts]
        assert words == ["computed in float64, not proved"]
        assert compared.caption.endswith("nothing is proved.")
