"""The pictures of trajectories and basins: what is drawn, against a plain loop over a map that shares no code."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.contour import QuadContourSet
from matplotlib.text import Text
from multistart import layer

from selu_math.activations import parse_activation
from selu_math.exceptions import InputError
from selu_math.fixed_points import find_fixed_points
from selu_math.plotting import LIGHT, plot_basin, plot_trajectories
from selu_math.plotting.basin import layer_bands
from selu_math.plotting.plane import colours
from selu_math.plotting.trajectories import STARTS

SINE = {"activation": parse_activation("sine"), "omega": 3.0, "tau": 3.8}


def words(picture):
    return [text.get_text() for text in picture.figure.findobj(Text) if text.get_text().strip()]


def orbit(name, start, weights, kind="paper"):
    """Return mean and variance before the first and after each layer, shape (n + 1, 2)."""
    points = [start]
    for omega, tau in weights:
        points.append(layer(name, *points[-1], omega, tau, kind))
    return np.array(points)


def first_near(points, target):
    """Return the first of the points within 0.001 of a target, -1 where none is."""
    mean, variance = target
    near = np.abs(points[:, 0] - mean) < 1e-3 * variance**0.5
    near &= np.abs(points[:, 1] - variance) < 1e-3 * variance
    return int(np.argmax(near)) if near.any() else -1


def drawn_paths(axes):
    """Return the lines that run along the layers; horizontal lines have two ends."""
    return [line for line in axes.lines if len(line.get_xdata()) > 2]


def levels(axes):
    return {
        round(float(line.get_ydata()[0]), 6): line.get_linestyle() for line in axes.lines if len(line.get_xdata()) == 2
    }


def bands(axes):
    boxes = [patch.get_bbox() for patch in axes.patches]
    return [(box.y0, box.y1) for box in boxes]


class TestTrajectories:
    def test_lines_are_what_a_loop_computes(self):
        picture = plot_trajectories()
        upper, lower = picture.figure.axes[:2]
        count = picture.data["layers"]
        assert len(drawn_paths(upper)) == len(drawn_paths(lower)) == len(STARTS)
        for n, start in enumerate(STARTS):
            points = orbit("selu", start, [(0.1, 1)] * count)
            for axes, values in zip((upper, lower), points.T, strict=True):
                line = drawn_paths(axes)[n]
                assert line.get_xdata().tolist() == list(range(count + 1))
                assert line.get_ydata() == pytest.approx(values, rel=1e-9, abs=1e-12)
            trajectory = picture.data["trajectories"][n]
            assert trajectory["variance"] == pytest.approx(points[:, 1], rel=1e-9)
            assert trajectory["left"] is False

    def test_both_panels_share_the_layers_and_the_variance_is_logarithmic(self):
        upper, lower = plot_trajectories().figure.axes[:2]
        assert upper.get_xlim() == lower.get_xlim()
        assert (upper.get_yscale(), lower.get_yscale()) == ("linear", "log")
        assert (lower.get_xlabel(), upper.get_ylabel()) == ("layers", "mean μ")

    def test_as_many_layers_as_it_takes(self):
        """The last start comes near the fixed point one layer before the picture ends."""
        picture = plot_trajectories()
        points = [orbit("selu", start, [(0.1, 1)] * 60) for start in STARTS]
        last = max(first_near(one, (0, 1)) for one in points)
        assert picture.data["layers"] == last + 1
        assert f"of an attracting fixed point, the last after {last} layers." in picture.caption
        assert plot_trajectories(layers=7).data["layers"] == 7

    def test_fixed_points_are_lines_full_where_they_attract(self):
        picture = plot_trajectories(omega=0.8)
        found = find_fixed_points(omega="0.8", within=(-2, 2, "0.001", 10), digits=10).fixed_points
        assert [point.kind for point in found] == ["saddle", "attracting"]
        for axes, part in zip(picture.figure.axes[:2], ("mean", "variance"), strict=True):
            drawn = levels(axes)
            assert set(drawn) == {round(float(getattr(point, part)), 6) for point in found}
            for point in found:
                assert (drawn[round(float(getattr(point, part)), 6)] == "-") is (point.kind == "attracting")
        assert "(−0.757, 0.089)\nsaddle" in words(picture)

    def test_paths_end_where_they_leave(self):
        picture = plot_trajectories(omega=1.2)
        left = [path for path in picture.data["trajectories"] if path["left"]]
        assert len(left) == 6
        assert picture.data["fates"]["grows"] == 4
        assert picture.data["fates"]["dies"] == 2
        for start, path in zip(STARTS, picture.data["trajectories"], strict=True):
            (mean, variance), count = start, 1
            while abs(mean) < 1000 and 1e-6 < variance < 1e6:
                (mean, variance), count = layer("selu", mean, variance, 1.2, 1, "paper"), count + 1
            assert len(path["mean"]) == count
            assert path["mean"][-1] == pytest.approx(mean, rel=1e-9)

    def test_starts_far_out_are_followed_home(self):
        picture = plot_trajectories(starts=[(50, 1e9), (0, 1e-9)])
        assert [path["left"] for path in picture.data["trajectories"]] == [False, False]
        assert [path["variance"][-1] for path in picture.data["trajectories"]] == pytest.approx([1, 1], abs=2e-3)

    @pytest.mark.parametrize("options", [{}, {"omega": (-0.1, 0.1), "tau": (0.95, 1.1)}, {"tau": 0.95}])
    def test_theorem_1_is_shaded_in_both_panels(self, options):
        picture = plot_trajectories(**options)
        assert [bands(axes) for axes in picture.figure.axes[:2]] == [[(-0.1, 0.1)], [(0.8, 1.5)]]
        assert "Theorem 1’s box" in words(picture)

    @pytest.mark.parametrize(
        "options",
        [{"omega": 0.11}, {"tau": 0.94}, {"tau": (0.95, 1.2)}, {"omega": (-0.2, 0.1)}, {"kind": "mean-field"},
         {"activation": parse_activation("elu")}],
    )  # fmt: skip
    def test_and_only_where_it_holds(self, options):
        picture = plot_trajectories(**options)
        assert [bands(axes) for axes in picture.figure.axes[:2]] == [[], []]
        assert not any("Theorem" in text for text in [*words(picture), picture.caption])

    def test_weights_drawn_for_each_layer(self):
        picture = plot_trajectories(omega=(-0.1, 0.05), tau=(0.95, 1.1), layers=25, seed=4)
        data = picture.data
        omega, tau = np.array(data["weights"]["omega"]), np.array(data["weights"]["tau"])
        assert omega.size == tau.size == 25
        for values, (low, high) in ((omega, (-0.1, 0.05)), (tau, (0.95, 1.1))):
            assert low <= values.min() < low + 0.2 * (high - low)
            assert high - 0.2 * (high - low) < values.max() <= high
        for n, start in enumerate(STARTS):
            points = orbit("selu", start, list(zip(omega, tau, strict=True)))
            for axes, values in zip(picture.figure.axes[:2], points.T, strict=True):
                assert drawn_paths(axes)[n].get_ydata() == pytest.approx(values, rel=1e-9, abs=1e-12)
        assert data["fixed_points"] == []
        assert levels(picture.figure.axes[0]) == {}
        assert any("seed 4" in text and "not proved" in text for text in words(picture))
        again, other = (plot_trajectories(omega=(-0.1, 0.05), tau=(0.95, 1.1), layers=25, seed=s) for s in (4, 5))
        assert again.data == data
        assert other.data["weights"]["omega"] != data["weights"]["omega"]

    def test_one_range_leaves_the_other_weight_alone(self):
        data = plot_trajectories(omega=0.05, tau=(0.9, 1.1)).data
        assert set(data["weights"]["omega"]) == {0.05}
        assert len(set(data["weights"]["tau"])) == 40

    def test_the_mean_field_map(self):
        picture = plot_trajectories(kind="mean-field", tau=1.2, layers=8)
        assert picture.data["omega"] == 0
        expected = orbit("selu", STARTS[0], [(0, 1.2)] * 8, "mean-field")
        assert drawn_paths(picture.figure.axes[1])[0].get_ydata() == pytest.approx(expected[:, 1], rel=1e-9)

    def test_it_says_that_nothing_is_proved(self):
        picture = plot_trajectories()
        assert "computed in float64 from 6 starts: sampled, not proved" in words(picture)
        assert picture.caption.endswith("Sampled in float64; nothing is proved.")
        assert picture.data["status"] == "computed"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"omega": (1, 0)}, "the range of omega needs two finite numbers"),
            ({"tau": (0, 1)}, "the range of tau needs two finite numbers, the lower first, above 0"),
            ({"tau": 0}, "tau must be positive"),
            ({"omega": np.ones(2)}, "omega must be one number"),
            ({"omega": (0, 0.1), "kind": "mean-field"}, "mean-field map has no omega"),
            ({"kind": "papers"}, "unknown kind of map"),
            ({"starts": []}, "starts must be 1 to 9 pairs"),
            ({"starts": [(0, 1)] * 10}, "starts must be 1 to 9 pairs"),
            ({"starts": 3}, "starts must be 1 to 9 pairs"),
            ({"starts": [(0, [1, 2])]}, "starts must be 1 to 9 pairs"),
            ({"starts": [(0, 0)]}, "variance must be positive"),
            ({"starts": [(0, 1e13)]}, "starts must have means up to"),
            ({"layers": 0}, "layers must be a whole number"),
            ({"seed": -1}, "seed must be a whole number"),
        ],
    )
    def test_bad_input_is_refused_in_one_line(self, options, message):
        with pytest.raises(InputError, match=message) as caught:
            plot_trajectories(**options)
        assert "\n" not in str(caught.value)


def starts_of(data):
    """Return the starts of a basin, evenly spaced, the variance by its logarithm."""
    (left, right), (low, high) = data["region"]
    share = (np.arange(data["grid"][0]) + 0.5) / data["grid"][0]
    return left + (right - left) * share, low * (high / low) ** share


def pixels_at(picture, means, variances):
    """Return the colours that a reader sees at those places of the plane, shape (variances, means, 3)."""
    canvas = picture.figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    shown = np.asarray(canvas.buffer_rgba())[..., :3]
    x, y = (part.ravel() for part in np.meshgrid(means, variances))
    at = picture.figure.axes[0].transData.transform(np.column_stack([x, y]))
    rows, columns = (shown.shape[0] - 1 - at[:, 1]).astype(int), at[:, 0].astype(int)
    return shown[rows, columns].reshape(len(variances), len(means), 3)


class TestBasin:
    def test_colours_are_the_layers_that_a_loop_takes(self):
        """Read from the drawn page at the starts' places on the axes; labels and lines may hide a few."""
        picture = plot_basin(omega=0.8, grid=12)
        means, variances = starts_of(picture.data)
        paths = {(i, j): orbit("selu", (m, v), [(0.8, 1)] * 180)
                 for i, v in enumerate(variances) for j, m in enumerate(means)}  # fmt: skip
        layers = np.array([[first_near(paths[i, j], (0, 1)) for j in range(12)] for i in range(12)])
        dies = np.array([[paths[i, j][-1, 1] < 1e-6 for j in range(12)] for i in range(12)])
        assert (dies == (layers < 0)).all()
        assert 10 < dies.sum() < 30
        assert picture.data["counts"] == {
            "undecided": 0, "converges": int((~dies).sum()), "elsewhere": 0, "grows": 0, "dies": int(dies.sum())
        }  # fmt: skip
        (basin,) = picture.data["basins"]
        assert basin["share"] == (~dies).mean()
        assert basin["most_layers"] == layers.max()
        listed, norm = colours(layer_bands(layers), LIGHT)
        expected = np.where(dies[..., None], to_rgb(LIGHT.shrinking), listed(norm(np.maximum(layers, 0)))[..., :3])
        seen = pixels_at(picture, means, variances) / 255
        assert (np.abs(seen - expected).max(axis=-1) < 0.01).mean() > 0.85
        assert len(np.unique(expected.reshape(-1, 3), axis=0)) > 3

    def test_two_fixed_points_share_the_plane(self):
        picture = plot_basin(**SINE, grid=60, region=((-2, 2), (0.01, 5)))
        left, right = sorted(picture.data["basins"], key=lambda basin: basin["mean"])
        assert (left["mean"], left["variance"]) == pytest.approx((-right["mean"], right["variance"]), abs=1e-9)
        # sine is odd, so that the basins are mirror images; by a loop, which side of 0 goes where
        assert left["share"] == right["share"] == 0.5
        means, variances = starts_of(picture.data)
        masks = [patch for patch in picture.figure.axes[0].get_children() if isinstance(patch, QuadContourSet)]
        (hatched,) = [mask for mask in masks if any(mask.hatches)]
        for i, j in ((5, 33), (20, 40), (50, 33), (5, 26), (20, 20), (50, 55), (20, 3)):
            end = orbit("sine", (means[j], variances[i]), [(3.0, 3.8)] * 150)[-1]
            goal = next(basin for basin in (left, right) if end[0] == pytest.approx(basin["mean"], abs=1e-3))
            inside = any(path.contains_point((means[j], variances[i])) for path in hatched.get_paths())
            assert inside is (goal is picture.data["basins"][1])
        shown = words(picture)
        assert "to (0.689, 0.128)" in shown
        assert "to (−0.689, 0.128)" in shown
        assert "Hatching tells the basins apart." in picture.caption

    def test_fixed_points_are_marked_by_kind(self):
        picture = plot_basin(omega=0.8, grid=10)
        found = find_fixed_points(omega="0.8", within=(-2, 2, "0.001", 10), digits=10).fixed_points
        axes = picture.figure.axes[0]
        marks = {round(float(line.get_xdata()[0]), 6): line for line in axes.lines if line.get_markersize() == 10}
        assert set(marks) == {round(float(point.mean), 6) for point in found}
        for point in found:
            mark = marks[round(float(point.mean), 6)]
            assert mark.get_ydata()[0] == pytest.approx(float(point.variance), abs=1e-8)
            full = to_rgb(mark.get_markerfacecolor()) == to_rgb(LIGHT.second)
            assert full is (point.kind == "attracting")

    @pytest.mark.parametrize(
        ("options", "fate", "name"),
        [
            ({"omega": 0, "tau": 3}, "grows", "variance grows without bound"),
            ({"omega": 0, "tau": 0.45}, "dies", "variance → 0"),
            ({"omega": -1, "activation": parse_activation("identity")}, "elsewhere", "rests elsewhere or cycles"),
            ({"layers": 1}, "undecided", "not settled after 1 layer"),
        ],
    )
    def test_starts_that_settle_nowhere_are_shown_as_what_they_are(self, options, fate, name):
        picture = plot_basin(**options, grid=20)
        assert picture.data["counts"][fate] == 400
        assert name in words(picture)
        assert any("no start settles at a fixed point" in text for text in words(picture))
        assert len(picture.figure.axes) == 1

    def test_a_basin_that_was_not_followed_to_its_end_has_no_border(self):
        def border(layers):
            axes = plot_basin(omega=0.8, grid=40, layers=layers).figure.axes[0]
            lines = [c for c in axes.get_children() if isinstance(c, QuadContourSet) and not c.filled]
            return np.concatenate([np.empty((0, 2)), *(path.vertices for line in lines for path in line.get_paths())])

        whole, part = ((mean, np.log(variance)) for mean, variance in (border(500).T, border(110).T))
        assert len(whole[0]) > 10
        assert len(part[0]) < len(whole[0])
        # some starts are given up after 110 layers, far from where the basin ends
        assert plot_basin(omega=0.8, grid=40, layers=110).data["counts"]["undecided"] > 100
        apart = np.hypot(*(np.subtract.outer(new, old) for new, old in zip(part, whole, strict=True)))
        assert apart.min(axis=1).max(initial=0) < 0.2

    def test_edges_of_the_bands_are_round_and_hold_all_layers(self):
        rng = np.random.default_rng(1)
        for high in (0, 1, 7, 30, 171, 999, 123_456):
            layers = np.append(rng.integers(-1, high + 1, 50), high)
            edges = layer_bands(layers)
            steps = np.diff(edges)
            assert edges[0] <= layers[layers >= 0].min()
            assert edges[-1] > high
            assert edges[-1] - steps[0] <= high
            assert len(set(steps)) == 1
            assert len(steps) <= 12
            assert str(int(steps[0])).rstrip("0") in {"1", "2", "5"}
        assert layer_bands(np.array([-1, -1])) is None

    def test_a_narrow_region_has_a_linear_axis(self):
        picture = plot_basin(omega=0, region=((-0.5, 0.5), (0.8, 1.5)), grid=15)
        axes = picture.figure.axes[0]
        assert axes.get_yscale() == "linear"
        variances = 0.8 + 0.7 * (np.arange(15) + 0.5) / 15
        layers = [first_near(orbit("selu", (0.0, v), [(0, 1)] * 60), (0, 1)) for v in variances]
        assert picture.data["basins"][0]["most_layers"] == max(layers)
        # at omega = 0 the mean does not matter, but for starts that are near at once
        listed, norm = colours(layer_bands(np.array(layers)), LIGHT)
        seen = pixels_at(picture, [-0.4], variances)[:, 0] / 255
        assert (np.abs(seen - listed(norm(layers))[:, :3]).max(axis=-1) < 0.01).mean() > 0.85

    def test_defaults_fit_each_map_and_activation(self):
        assert plot_basin(grid=4).data["omega"] == 0.8
        assert plot_basin(grid=4, kind="mean-field").data["omega"] == 0
        assert plot_basin(parse_activation("tanh"), layers=2).data["grid"] == [64, 64]

    def test_it_says_that_nothing_is_proved(self):
        picture = plot_basin(grid=8)
        assert "computed in float64 from 8 by 8 starts: sampled, not proved" in words(picture)
        assert picture.caption.endswith("Sampled from 8 by 8 starts in float64; nothing is proved.")
        assert picture.data["status"] == "computed"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"omega": (0, 1)}, "omega must be one number"),
            ({"omega": float("nan")}, "omega must be finite"),
            ({"tau": 0}, "tau must be positive"),
            ({"kind": "papers"}, "unknown kind of map"),
            ({"kind": "mean-field", "omega": 0.5}, "mean-field map has no omega"),
            ({"region": ((1, 0), (1, 2))}, "a region is"),
            ({"region": ((0, 1), (1e-200, 1e200))}, "a region is"),
            ({"layers": 0}, "layers must be a whole number"),
            ({"grid": 1}, "grid must be a whole number from 2"),
        ],
    )
    def test_bad_input_is_refused_in_one_line(self, options, message):
        with pytest.raises(InputError, match=message) as caught:
            plot_basin(**options)
        assert "\n" not in str(caught.value)
