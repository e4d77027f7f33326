"""Pictures: their bytes, their look and, above all, the numbers they claim."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from fractions import Fraction
from itertools import combinations, product
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from selu_math.activations import CATALOGUE, SELU, parse_activation
from selu_math.atlas import sweep as run_sweep
from selu_math.exceptions import InputError
from selu_math.layer import jacobian, layer_map, propagate
from selu_math.moments import moments
from selu_math.plotting import (
    DARK,
    LIGHT,
    PLOTS,
    THEMES,
    Picture,
    plot_activation,
    plot_atlas,
    plot_compare,
    plot_phase,
    plot_stability,
    render,
    save,
)
from selu_math.plotting.placing import Labels
from selu_math.plotting.pushforward import pushforward
from selu_math.plotting.search import LayerMap, fixed_points
from selu_math.plotting.sweep import stability_crossings, sweep
from selu_math.plotting.tiles import swept as tiles_of
from selu_math.stability import spectral_radius

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772
IMAGE = ((-0.03107, 0.06773), (0.8037, 1.4816))
DRAWN = ("serlu", "hardtanh", "hardswish", "hardshrink", "squared_relu", "abs", "sine", "cosine")
COARSE = {"atlas": {"tiles": 24}, "compare": {"tiles": 12}, "basin": {"grid": 16, "layers": 100}}
OPTIONS = {
    "phase": {"image": IMAGE},
    "stability": {"proved": True},
    "atlas": {"tiles": 100, "proved": True},
    "compare": {"tiles": 12},
    "basin": {"grid": 60},
}
OWN = {
    "identity": "piecewise: x",
    "constant": "piecewise: 1",
    "square": "piecewise: x<0: 0; x>=0: x^2",
    "step": "piecewise: x<0: 0; x>=0: 1",
    "hard": "piecewise: x<-1: -1; -1<=x<1: x; x>=1: 1",
    "valley": "piecewise: x<-1: 0; -1<=x<1: x^2-1; x>=1: 2*x-2",
}


@pytest.fixture(scope="module")
def pictures() -> dict[tuple[str, str], Picture]:
    return {
        (kind, theme): plot(theme=theme, **OPTIONS.get(kind, {})) for kind, plot in PLOTS.items() for theme in THEMES
    }


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip()]


def shown_texts(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    beyond = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = zip(axis.get_major_ticks(), axis.get_majorticklocs(), strict=True)
        beyond |= {label for tick, at in ticks if not low <= at <= high for label in (tick.label1, tick.label2)}
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in texts if text not in beyond]


def followed(mean, variance, layers, **weights):
    """Iterate the plain map; a variance that vanishes stays just above 0, where the map is still defined."""
    for _ in range(layers):
        mean, variance = layer_map(mean, variance, **weights)
        variance = np.maximum(variance, 1e-12)
    return mean, variance


def luminance(colour: object) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: object, other: object) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


class TestBytes:
    @pytest.mark.parametrize("file_format", ["svg", "png", "pdf"])
    @pytest.mark.parametrize("kind", PLOTS)
    def test_drawing_again_gives_identical_bytes(self, pictures, kind, file_format):
        again = PLOTS[kind](theme="dark", **OPTIONS.get(kind, {}))
        assert render(again, file_format) == render(pictures[kind, "dark"], file_format)

    def test_bytes_do_not_depend_on_the_process(self, pictures):
        script = (
            "import hashlib, sys; from selu_math.plotting import plot_phase, render\n"
            f"print(hashlib.sha256(render(plot_phase(image={IMAGE!r}), 'svg')).hexdigest())\n"
            "assert 'matplotlib.pyplot' not in sys.modules"
        )
        import hashlib

        digest = hashlib.sha256(render(pictures["phase", "light"], "svg")).hexdigest()
        for seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-W", "error", "-c", script],
                env={"PYTHONHASHSEED": seed, "PATH": "", "MPLCONFIGDIR": mpl.get_configdir()},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.stderr == ""
            assert done.stdout.strip() == digest

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("kind", PLOTS)
    def test_files_are_small_and_say_nothing_of_when_or_with_what(self, pictures, kind, theme):
        content = render(pictures[kind, theme], "svg")
        root = ET.fromstring(content)  # noqa: S314
        assert len(content) < 300_000
        assert not root.findall(".//{http://www.w3.org/2000/svg}text")
        assert root.findall(".//{http://www.w3.org/2000/svg}path")
        assert not re.search(rb"<dc:date>|20\d\d-\d\d|Matplotlib v|matplotlib\.org", content)
        for file_format in ("png", "pdf"):
            content = render(pictures[kind, theme], file_format)
            assert not re.search(rb"Date|Software|Producer|[Mm]atplotlib", content)

    def test_shortened_coordinates_stay_in_place(self, pictures, monkeypatch):
        figure = pictures["activation", "light"].figure
        short = render(figure, "svg")
        monkeypatch.setattr("selu_math.plotting.picture._round_path", lambda match: match[0])
        full = render(figure, "svg")
        assert len(short) < 0.9 * len(full)
        coordinates = [
            [float(x) for d in re.findall(rb'<path [^>]*?\bd="([^"]*)"', content) for x in re.findall(rb"-?[\d.]+", d)]
            for content in (short, full)
        ]
        assert len(coordinates[0]) == len(coordinates[1]) > 1000
        assert np.max(np.abs(np.subtract(*coordinates))) < 0.011

    def test_save_takes_paths_and_file_objects(self, pictures, tmp_path):
        picture = pictures["activation", "light"]
        starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
        for suffix, magic in starts.items():
            path = tmp_path / f"a.{suffix.upper()}"
            save(picture, path)
            buffer = io.BytesIO()
            save(picture.figure, buffer, suffix)
            assert path.read_bytes() == buffer.getvalue()
            assert buffer.getvalue().startswith(magic)

    @pytest.mark.parametrize("name", ["a.jpg", "a", "svg", "a.svg.gz", ".png"])
    def test_other_suffixes_are_refused_and_nothing_is_written(self, pictures, tmp_path, name):
        with pytest.raises(InputError, match=r"^a picture's file name must end in \.svg, \.png, \.pdf; got .*$"):
            save(pictures["activation", "light"], tmp_path / name)
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(InputError, match="pictures are written as svg, png, pdf, not 'jpg'"):
            render(pictures["activation", "light"], "jpg")


class TestLook:
    def test_no_global_state_is_touched(self):
        before = dict(mpl.rcParams)
        with mpl.rc_context({"font.size": 3, "text.usetex": True, "lines.linewidth": 9, "svg.fonttype": "none"}):
            odd = render(plot_activation(theme="dark"), "svg")
        assert odd == render(plot_activation(theme="dark"), "svg")
        assert dict(mpl.rcParams) == before

    @pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
    def test_text_colours_are_readable_on_every_background(self, theme):
        for colour in (theme.ink, theme.muted, theme.first, theme.second, theme.third):
            for background in (theme.background, theme.growing, theme.shrinking, theme.neither):
                least = 4.5 if colour in (theme.ink, theme.muted) else 3.0
                assert contrast(colour, background) >= least, (colour, background)

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("kind", PLOTS)
    def test_background_is_solid_and_the_themes_own(self, pictures, kind, theme):
        figure = pictures[kind, theme].figure
        canvas = figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())
        assert pixels.shape[1] == 800
        assert (pixels[..., 3] == 255).all()
        expected = np.round(np.array(to_rgb(THEMES[theme].background)) * 255)
        assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1], :3] == expected).all()

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("kind", PLOTS)
    def test_text_is_large_enough_inside_the_page_and_coloured_by_the_theme(self, pictures, kind, theme):
        figure, look = pictures[kind, theme].figure, THEMES[theme]
        page = figure.bbox
        render(figure, "svg")
        texts = shown_texts(figure)
        assert len(texts) > 20
        for text in texts:
            box = text.get_window_extent()
            assert text.get_fontsize() >= 9, text
            assert box.x0 >= 0, text
            assert box.y0 >= 0, text
            assert box.x1 <= page.x1, text
            assert box.y1 <= page.y1, text
            assert contrast(text.get_color(), look.background) >= 3, text

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("kind", PLOTS)
    def test_labels_do_not_overlap(self, pictures, kind, theme):
        boxes = [(t.get_text(), t.get_window_extent().padded(-1)) for t in shown_texts(pictures[kind, theme].figure)]
        clashes = [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)]
        assert clashes == []

    def test_a_label_keeps_clear_of_curves_labels_and_edges(self):
        def placed(curve, places, others=0):
            axes = Figure(figsize=(4, 4)).add_axes((0, 0, 1, 1))
            labels = Labels(axes, (4.0, 4.0), LIGHT)
            labels.avoid(*np.transpose(curve))
            for _ in range(others + 1):
                labels.write("a label", places, "black", beside=[(1, 0), (-1, 0)])
            return [(text.xy, text.get_ha()) for text in axes.texts]

        clear = [(0.0, 0.0), (0.1, 0.0)]
        assert placed(clear, [(0.5, 0.5)]) == [((0.5, 0.5), "left")]
        assert placed([(0.5, 0.5), (0.9, 0.5)], [(0.5, 0.5)]) == [((0.5, 0.5), "right")]
        assert placed(clear, [(0.95, 0.5)]) == [((0.95, 0.5), "right")]
        assert [ha for _, ha in placed(clear, [(0.5, 0.5)], others=1)] == ["left", "right"]

    def test_themes_may_be_ones_own_and_unknown_ones_are_refused(self):
        assert plot_activation(theme=DARK).figure.get_facecolor()[:3] == to_rgb(DARK.background)
        for plot in PLOTS.values():
            with pytest.raises(InputError, match="unknown theme 'blue'; accepted: light, dark"):
                plot(theme="blue")


class TestActivation:
    def test_selu_keeps_mean_and_variance_and_bends_at_zero(self, pictures):
        picture = pictures["activation", "light"]
        data = picture.data
        assert data["mean"] == pytest.approx(0, abs=1e-15)
        assert data["variance"] == pytest.approx(1, rel=1e-14)
        assert data["kinks"] == [{"x": 0.0, "left_slope": pytest.approx(LAMBDA * ALPHA), "right_slope": LAMBDA}]
        assert data["limits"] == {"left": pytest.approx(-LAMBDA * ALPHA)}
        shown = " ".join(words(picture.figure))
        for text in ("f′(0−) = λα = 1.7581", "f′(0+) = λ\n= 1.0507", "−λα = −1.7581", "f(z): mean 0, variance 1"):
            assert text in shown
        assert "the same as z" in picture.caption

    @pytest.mark.parametrize("text", ["selu", "elu", "relu", "leaky_relu(0.1)", *DRAWN, *OWN.values()])
    def test_the_drawn_distribution_has_the_moments_of_the_closed_form(self, text):
        activation = parse_activation(text)
        distribution = pushforward(activation.function, samples=4000)
        weights = [np.array([p for _, p in distribution.atoms])]
        values = [np.array([y for y, _ in distribution.atoms])]
        for y, density in distribution.segments:
            weights.append((density[1:] + density[:-1]) / 2 * np.diff(y))
            values.append((y[1:] + y[:-1]) / 2)
        weight, value = np.concatenate(weights), np.concatenate(values)
        exact = moments(0, 1, activation=activation)
        # the density of the square has an integrable pole, which the trapezoidal rule sees only roughly
        assert weight.sum() == pytest.approx(1, abs=3e-3)
        assert (weight * value).sum() == pytest.approx(float(exact.mean), abs=3e-3)
        assert (weight * value**2).sum() == pytest.approx(float(exact.second_moment), abs=3e-3)

    def test_point_masses_and_missing_kinks(self):
        relu = plot_activation(parse_activation("relu"))
        assert relu.data["point_masses"] == [{"value": 0.0, "probability": pytest.approx(0.5)}]
        assert relu.data["limits"] == {}
        assert "mean 0.39894 and variance 0.34085" in relu.caption
        assert plot_activation(parse_activation("elu")).data["kinks"] == []
        hard = plot_activation(parse_activation(OWN["hard"])).data
        assert [kink["x"] for kink in hard["kinks"]] == [-1, 1]
        assert [mass["value"] for mass in hard["point_masses"]] == [-1, 1]


class TestPhase:
    def test_the_normalised_fixed_point(self, pictures):
        picture = pictures["phase", "light"]
        (point,) = picture.data["fixed_points"]
        assert (point["mean"], point["variance"]) == (0.0, 1.0)
        assert point["radius"] == pytest.approx(0.7826478832, abs=5e-11)
        assert point["kind"] == "attracting"
        assert picture.data["starts"] == {"settle": 81, "variance_to_0": 0, "variance_grows": 0, "other": 0}
        assert "(0, 1) attracts" in words(picture.figure)
        assert "spectral radius 0.78265" in picture.caption

    def test_a_saddle_bounds_the_basin(self):
        data = plot_phase(omega=0.85).data
        kinds = {point["kind"]: point for point in data["fixed_points"]}
        assert set(kinds) == {"attracting", "saddle"}
        saddle = kinds["saddle"]
        image = layer_map(saddle["mean"], saddle["variance"], omega=0.85)
        assert tuple(image) == pytest.approx((saddle["mean"], saddle["variance"]), abs=1e-10)
        eigenvalues = np.linalg.eigvals(jacobian(saddle["mean"], saddle["variance"], omega=0.85))
        assert sorted(x for x, _ in saddle["eigenvalues"]) == pytest.approx(sorted(eigenvalues), abs=1e-8)
        # brute force: every start, 3000 layers
        mean, variance = np.meshgrid(np.linspace(-1, 1, 9), np.geomspace(0.02, 16, 9))
        end = followed(mean, variance, 3000, omega=0.85)[1]
        assert data["starts"]["settle"] == (np.abs(end - 1) < 1e-6).sum()
        assert data["starts"]["variance_to_0"] == (end < 1e-6).sum()

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"tau": 9 / 16, "kind": "mean-field"}, None),
            ({"omega": 0.3, "tau": 1.4}, None),
            ({"omega": -0.6, "tau": 0.7}, None),
            ({"activation": parse_activation("elu"), "tau": 2.0}, None),
        ],
    )
    def test_fixed_points_are_where_long_iteration_ends(self, options, expected):
        picture = plot_phase(**options)
        path = propagate(0.0, 1.0, 2000, **options)
        attracting = [point for point in picture.data["fixed_points"] if point["kind"] == "attracting"]
        assert len(attracting) == 1
        assert attracting[0]["mean"] == pytest.approx(path.mean[-1], abs=1e-9)
        assert attracting[0]["variance"] == pytest.approx(path.variance[-1], abs=1e-9)
        (low, high), (bottom, top) = picture.data["region"]
        assert low < attracting[0]["mean"] < high
        assert bottom < attracting[0]["variance"] < top

    @pytest.mark.parametrize("text", ["relu", "elu", "leaky_relu", OWN["identity"], OWN["constant"]])
    def test_where_there_is_no_fixed_point_the_picture_says_so(self, text):
        picture = plot_phase(parse_activation(text))
        assert picture.data["fixed_points"] == []
        assert "No isolated fixed point with positive variance was found." in picture.caption
        assert any("no isolated fixed point found" in text for text in words(picture.figure))
        fate = "other" if text == OWN["identity"] else "variance_to_0"
        assert picture.data["starts"][fate] == 81

    def test_growth_is_told_from_rounding_far_out(self):
        # the mean grows by half each layer and E f² - (E f)² soon loses the variance, which grows by a twentieth
        starts = plot_phase(omega=1.45, tau=0.95, region=((0.5, 2.0), (1.0, 4.0))).data["starts"]
        assert starts == {"settle": 0, "variance_to_0": 0, "variance_grows": 81, "other": 0}
        assert (sweep(SELU, (1.4, 1.5), (1.02, 1.1), 5, 5).trend > 0).all()

    def test_a_line_of_fixed_points_is_no_fixed_point_to_mark(self):
        data = plot_phase(parse_activation("relu"), tau=1 / (0.5 - 1 / (2 * np.pi))).data
        assert data["fixed_points"] == []
        assert data["starts"]["other"] == 81

    def test_the_theorems_box_is_drawn_where_the_theorem_speaks(self, pictures):
        inside = words(pictures["phase", "light"].figure)
        assert "Theorem 1’s box" in inside
        assert "image, certified" in inside
        assert "image, certified" not in words(plot_phase().figure)
        elsewhere = [
            {"omega": 0.2, "image": IMAGE},
            {"tau": 1.2},
            {"kind": "mean-field"},
            {"activation": parse_activation("elu"), "tau": 1.05},
        ]
        for options in elsewhere:
            picture = plot_phase(**options)
            assert not picture.data["theorem_1_box"]
            assert not any("Theorem" in text or "certified" in text for text in words(picture.figure))
            assert "Theorem" not in picture.caption

    def test_arrows_point_along_the_step_as_drawn(self):
        from matplotlib.quiver import Quiver

        for axes in plot_phase(omega=0.1).figure.axes:
            axes.figure.draw_without_rendering()
            (arrows,) = (child for child in axes.get_children() if isinstance(child, Quiver))
            mean, variance = np.asarray(arrows.X), np.asarray(arrows.Y)
            image = np.transpose(layer_map(mean, variance, omega=0.1))
            step = axes.transData.transform(image) - axes.transData.transform(np.column_stack([mean, variance]))
            drawn = np.column_stack([arrows.U, arrows.V])
            cosine = (step * drawn).sum(axis=1) / np.linalg.norm(step, axis=1) / np.linalg.norm(drawn, axis=1)
            assert cosine.size > 100
            assert cosine.min() > 1 - 1e-9
            lengths = np.linalg.norm(drawn, axis=1)
            assert lengths.max() / lengths.min() > 3

    def test_nullclines_are_where_the_map_keeps_mean_or_variance(self):
        from matplotlib.contour import QuadContourSet

        axes = plot_phase(omega=0.1).figure.axes[1]
        lines = [c for c in axes.get_children() if isinstance(c, QuadContourSet) and not c.filled]
        assert len(lines) == 2
        for line, part in zip(lines, ("mean", "variance"), strict=True):
            mean, variance = np.concatenate([path.vertices for path in line.get_paths()]).T
            image = layer_map(mean, variance, omega=0.1)
            kept = mean if part == "mean" else variance
            assert np.max(np.abs(getattr(image, part) - kept)) < 1e-4

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"region": ((1, -1), (0.5, 2))}, "a region is"),
            ({"region": ((-1, 1), (0, 2))}, "variances above 0"),
            ({"region": ((-1, 1), (0.5, float("inf")))}, "a region is"),
            ({"region": (-1, 1)}, "a region is"),
            ({"image": ((0, 1), (2, 1))}, "a region is"),
            ({"tau": 0}, "tau must be positive"),
            ({"omega": float("nan")}, "omega must be finite"),
            ({"kind": "papers"}, "unknown kind of map"),
            ({"kind": "mean-field", "omega": 0.5}, "mean-field map has no omega"),
        ],
    )
    def test_bad_input_is_refused_in_one_line(self, options, message):
        with pytest.raises(InputError, match=message) as caught:
            plot_phase(**options)
        assert "\n" not in str(caught.value)


class TestStability:
    def test_the_normalised_point_against_perturbed_iteration(self, pictures):
        point = pictures["stability", "light"].data["normalised_point"]
        assert point["radius_at_omega_0"] == pytest.approx(0.7826478832, abs=5e-11)
        below, above = point["critical_omega"]
        assert below == pytest.approx(-1.0308, abs=5e-4)
        assert above == pytest.approx(0.90, abs=5e-3)
        # no Jacobian: a small disturbance of the mean dies out on one side and grows on the other
        for critical in (below, above):
            for share, grows in ((0.995, False), (1.005, True)):
                path = np.abs(propagate(1e-7, 1.0, 400, omega=critical * share).mean)
                assert (path[400] > path[200]) is np.bool_(grows)
        (first, last) = stability_crossings(SELU, (-1.5, 1.5))
        assert [first, last] == point["critical_omega"]

    def test_the_edges_at_omega_0_are_the_limits_of_the_variance_gain(self):
        b = LAMBDA * ALPHA
        small = (LAMBDA**2 + b**2) / 2 - (LAMBDA - b) ** 2 / (2 * np.pi)
        large = LAMBDA**2 * (0.5 - 1 / (2 * np.pi))
        found = sweep(SELU, (-0.02, 0.02), (0.3, 3.0), 3, 109)
        field = found.field[:, 1] - 1
        edges = [
            found.tau[i] - field[i] * (found.tau[i + 1] - found.tau[i]) / (field[i + 1] - field[i])
            for i in np.flatnonzero(field[1:] * field[:-1] < 0)
        ]
        # bisected to 1/64 of a cell of 0.025; at the lower end the variance vanishes and float64 stops a little short
        assert edges == pytest.approx([1 / small, 1 / large], abs=1.5e-3)
        assert edges == pytest.approx([0.4955, 2.657], abs=2e-3)

    def test_the_sweep_against_long_iteration(self):
        found = sweep(SELU, (-1.4, 1.4), (0.35, 2.95), 12, 11)
        omega, tau = np.meshgrid(found.omega, found.tau)
        mean, variance = np.zeros(omega.shape), np.ones(omega.shape)
        left = np.zeros(omega.shape)
        for _ in range(4000):
            image = layer_map(mean, variance, omega=omega, tau=tau)
            grown, shrunk = (image.variance > 1e8) | (np.abs(image.mean) > 1e4), image.variance < 1e-8
            left = np.where(left == 0, grown * 1.0 - shrunk * 1.0, left)
            step = np.hypot(image.mean - mean, image.variance - variance)
            mean, variance = np.where(left == 0, image.mean, 0.0), np.where(left == 0, image.variance, 1.0)
        settled = (left == 0) & (step < 1e-12 * np.maximum(variance, 1))
        assert settled.sum() > 50
        assert (left < 0).sum() > 10
        assert (left > 0).sum() > 10
        radius = spectral_radius(jacobian(mean, variance, omega=omega, tau=tau))
        assert found.attracting[settled].all()
        assert found.radius[settled] == pytest.approx(radius[settled], abs=1e-8)
        elsewhere = (left != 0) & ~found.attracting
        assert (np.sign(found.trend[elsewhere]) == left[elsewhere]).all()

    def test_fixed_points_that_the_start_does_not_reach_are_found_from_their_neighbours(self):
        omega, tau = 0.94, 0.97
        grid = sweep(SELU, (0.85, 0.97), (0.93, 1.05), 25, 25)
        i, j = np.argmin(np.abs(grid.tau - tau)), np.argmin(np.abs(grid.omega - omega))
        assert followed(0.0, 1.0, 3000, omega=grid.omega[j], tau=grid.tau[i])[1] < 1e-3
        points = fixed_points(LayerMap(SELU, grid.omega[j], grid.tau[i]), ((-20, 20), (1e-2, 1e3)))
        (attracting,) = (point for point in points if point.kind == "attracting")
        assert grid.radius[i, j] == pytest.approx(attracting.radius, abs=1e-9)

    def test_homogeneous_activations_have_no_attracting_fixed_point(self):
        for text in ("relu", "leaky_relu(0.2)"):
            picture = plot_stability(parse_activation(text))
            assert picture.data["attracting_share"] == 0
            assert picture.data["radius_range"] is None
            assert picture.data["normalised_point"] is None
            assert "No attracting fixed point" in picture.caption
            assert any("no attracting fixed point found" in text for text in words(picture.figure))
        # at omega = 0 ReLU multiplies the variance by tau (1/2 - 1/(2 pi)): growing from tau = 2.934 on
        found = sweep(parse_activation("relu"), (-0.1, 0.1), (2.5, 3.4), 3, 91)
        edge = found.tau[np.flatnonzero(found.trend[:, 1] > 0)[0]]
        assert edge == pytest.approx(1 / (0.5 - 1 / (2 * np.pi)), abs=0.011)

    def test_what_is_proved_is_the_callers_word(self, pictures):
        proved, computed = pictures["stability", "light"], plot_stability()
        assert "Theorem 1: proved" in words(proved.figure)
        assert "contraction is proved; all else is computed in float64, not proved" in proved.caption
        assert proved.data["theorem_1_proved"]
        assert not any("proved" in text and "not proved" not in text for text in words(computed.figure))
        assert computed.caption.endswith("Everything is computed in float64, not proved.")
        elu = plot_stability(parse_activation("elu"), proved=True)
        assert not elu.data["theorem_1_proved"]
        assert not any("Theorem" in text for text in words(elu.figure))
        away = plot_stability(omega=(0.2, 0.5), tau=(1.0, 1.5), proved=True)
        assert not away.data["theorem_1_box"]

    @pytest.mark.parametrize(
        "options",
        [{"omega": (1, -1)}, {"tau": (0, 2)}, {"tau": (1, float("inf"))}, {"omega": (1,)}, {"omega": 3}, {"tau": None}],
    )
    def test_bad_ranges_are_refused_in_one_line(self, options):
        (name,) = options
        with pytest.raises(InputError, match=f"^the range of {name} needs two finite numbers.*$"):
            plot_stability(**options)


class TestAtlas:
    def test_shares_and_radii_against_plain_iteration(self, pictures):
        data = pictures["atlas", "light"].data
        omega, tau = (low + (high - low) * (np.arange(100) + 0.5) / 100 for low, high in (data["omega"], data["tau"]))
        omega, tau = np.meshgrid(omega[::7], tau[::7])
        tiles = tiles_of("selu", (-1.5, 1.5), (0.3, 3.0), 100, 100)
        mean, variance = np.zeros(omega.shape), np.ones(omega.shape)
        for _ in range(3000):
            mean, variance = layer_map(mean, variance, omega=omega, tau=tau)
            mean, variance = np.clip(mean, -1e4, 1e4), np.clip(variance, 1e-8, 1e8)
        settled = (variance > 1e-6) & (variance < 1e6)
        assert (tiles.attracting[::7, ::7] == settled).mean() > 0.99
        assert (tiles.regions["grows"][::7, ::7] == (variance >= 1e6)).mean() > 0.99
        assert (tiles.regions["dies"][::7, ::7] == (variance <= 1e-6)).mean() > 0.99
        at = [mean[settled], variance[settled]]
        eigenvalues = np.linalg.eigvals(jacobian(*at, omega=omega[settled], tau=tau[settled]))
        both = tiles.attracting[::7, ::7][settled]
        expected = np.abs(eigenvalues).max(axis=-1)[both]
        assert tiles.radius[::7, ::7][settled][both] == pytest.approx(expected, abs=1e-4)

    def test_the_ends_are_marked_and_what_is_proved_is_told(self, pictures):
        picture = pictures["atlas", "light"]
        assert picture.data["certified_ends"]["ω"] == pytest.approx([-1.0308, 0.9017], abs=1e-4)
        assert picture.data["certified_ends"]["τ"] == pytest.approx([0.4956, 2.6576], abs=1e-4)
        shown = words(picture.figure)
        for text in ("ω = 0.9017", "ω = −1.031", "τ = 0.4956", "τ = 2.658", "(ω, τ) = (0, 1)", "Theorem 1: proved"):
            assert text in shown
        assert picture.data["status"] == "computed"
        assert "Theorem 1’s box" in words(plot_atlas(tiles=10).figure)
        assert plot_atlas(parse_activation("relu"), tiles=10).data["certified_ends"] == {"ω": [], "τ": []}

    def test_certified_stores_show_upper_bounds_and_no_float_claims(self, tmp_path):
        path = tmp_path / "proved.db"
        with run_sweep("-0.2:0.2:3", "0.9:1.1:3", method="certified", store=path, workers=1) as atlas:
            counts, high = atlas.counts(), np.nanmax(atlas.array("radius_high"))
        picture = plot_atlas(store=path)
        assert picture.data["status"] == "proved"
        assert picture.data["counts"]["attracting"] == counts["attracting"] == 9
        assert picture.data["radius_range"][1] == high
        assert picture.data["several_fixed_points_share"] is None
        assert not any("float64" in text for text in [*words(picture.figure), picture.caption])
        with pytest.raises(InputError, match=r"^the store is an atlas of 'selu', not of 'elu\(1\)'; .*$"):
            plot_atlas(parse_activation("elu"), store=path)
        with run_sweep("0:0:1", "0.9:1.1:3") as line, pytest.raises(InputError, match="needs 2 tiles or more"):
            plot_atlas(store=line)

    def test_what_cannot_be_swept_is_refused_in_one_line(self):
        from selu_math.parameters import selu_parameters

        with pytest.raises(InputError, match=r"^an atlas takes activations that have a text.*$"):
            plot_atlas(selu_parameters(Fraction(1, 10), 1, digits=20).activation(), tiles=10)
        for options in ({"tiles": 1}, {"omega": (1, 0)}, {"tau": (0, 1)}, {"store": "/no/such/store.db"}):
            with pytest.raises(InputError):
                plot_atlas(**options)


class TestCompare:
    def test_each_activation_once_and_its_share_in_the_title(self, pictures):
        data = pictures["compare", "light"].data
        assert list(data["compared"]) == ["selu", "elu(1)", "relu", "tanh", "gelu"]
        shown = words(pictures["compare", "light"].figure)
        share = data["compared"]["selu"]["attracting_share"]
        assert share == pytest.approx(0.56, abs=0.03)
        assert f"SELU: attracts in {100 * share:.2g} %" in shown
        assert "ReLU: attracts nowhere" in shown
        elu = parse_activation("elu")
        assert list(plot_compare(elu, others=[SELU, elu], tiles=8).data["compared"]) == ["elu(1)", "selu"]
        with pytest.raises(InputError, match=r"^2 to 5 different activations are compared; got 1: 'selu'$"):
            plot_compare(SELU, others=[SELU])


PICTURED = ["selu", "elu", "relu", "leaky_relu", "hardshrink", "hardswish", "sine", "squared_relu"]
CLOSED_FORM = [name for name in CATALOGUE if parse_activation(name).is_closed_form]


@pytest.mark.parametrize(
    ("kind", "text"),
    # a sweep by quadrature takes a while: one smooth activation stands for all in that picture
    [
        *product(PLOTS, [*PICTURED, *OWN.values(), "tanh"]),
        *product(["activation"], [name for name in CLOSED_FORM if name not in PICTURED]),
        *product(["activation", "phase"], ["mish", "arctan"]),
    ],
)
def test_every_activation_has_every_picture(kind, text):
    picture = PLOTS[kind](parse_activation(text), theme="dark", **COARSE.get(kind, {}))
    assert json.loads(json.dumps(picture.data, allow_nan=False)) == picture.data
    assert picture.data["activation"] == parse_activation(text).name
    assert len(picture.caption) > 100
    assert picture.caption.endswith(".")
    assert "  " not in picture.caption
    assert len(render(picture, "svg")) > 20_000
    page = picture.figure.bbox
    for label in shown_texts(picture.figure):
        box = label.get_window_extent()
        assert min(box.x0, box.y0, page.x1 - box.x1, page.y1 - box.y1) >= 0, label


def test_selu_with_other_parameters_is_named_and_claims_no_theorem():
    from selu_math.parameters import selu_parameters

    activation = selu_parameters(Fraction(1, 10), 1, digits=20).activation()
    picture = plot_phase(activation)
    assert "own λ and α" in picture.caption
    (point,) = (p for p in picture.data["fixed_points"] if p["kind"] == "attracting")
    assert (point["mean"], point["variance"]) == pytest.approx((0.1, 1.0), abs=1e-9)
    assert not picture.data["theorem_1_box"]
