"""``selu-math plot``."""

import pytest

TILES = "--omega -1:1:4 --tau 0.5:2:5"


def test_an_atlas_of_a_store_shows_its_tiles(run, tmp_path):
    kept = run(f"atlas {TILES} --activation relu --store plane.db --json --workers 1").json
    done = run("plot atlas --store plane.db --json")
    assert (done.status, done.err) == (0, "")
    assert (done.json["path"], done.json["kind"], done.json["activation"]) == ("atlas.svg", "atlas", "relu")
    data = done.json["data"]
    assert data["tiles"] == [4, 5]
    assert (data["omega"], data["tau"]) == ([-1, 1], [0.5, 2])
    assert data["counts"]["grows"] == kept["counts"]["grows"]
    assert data["counts"]["dies"] == kept["counts"]["dies"]
    assert (data["method"], data["status"]) == ("float", "computed")
    assert (tmp_path / "atlas.svg").read_bytes().startswith(b"<?xml")
    run("atlas --omega -0.1:0.1:2 --tau 0.9:1.1:2 --certified --store proved.db --workers 1")
    proved = run("plot atlas --store proved.db --json").json
    assert (proved["data"]["method"], proved["data"]["status"]) == ("certified", "proved")
    assert proved["data"]["counts"]["attracting"] == 4
    assert proved["data"]["theorem_1_proved"]


def test_a_store_of_another_activation_is_refused(run):
    run(f"atlas {TILES} --store plane.db --workers 1")
    for name in ("relu", "elu"):
        done = run(f"plot atlas --store plane.db --activation {name}")
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("selu-math: the store is an atlas of 'selu', not of ")
        assert done.err.count("\n") == 1
    assert run("plot atlas --store plane.db --activation selu --json").json["activation"] == "selu"
    run(f"atlas {TILES} --activation relu --store other.db --workers 1")
    assert "is an atlas of 'relu', not of 'selu'" in run("plot atlas --store other.db --activation selu").err


@pytest.mark.parametrize(
    ("command", "data"),
    [
        ("trajectories", {"activation": "selu", "omega": 0.1, "tau": 1, "varying": False, "theorem_1_box": True}),
        ("trajectories --omega=-0.1:0.1 --tau 0.95:1.1 --layers 30 --seed 3",
         {"omega": [-0.1, 0.1], "tau": [0.95, 1.1], "layers": 30, "varying": True}),
        ("trajectories --kind mean-field --tau 1.1", {"kind": "mean-field", "omega": 0, "tau": 1.1}),
        ("basin", {"activation": "selu", "omega": 0.8, "tau": 1, "kind": "paper"}),
        ("basin --omega 0 --tau 9/16 --within=-1,1,0.01,10 --layers 400 --activation elu",
         {"activation": "elu(1)", "tau": 0.5625, "region": [[-1, 1], [0.01, 10]], "max_layers": 400}),
        ("phase --within=-1,1,0.01,10 --omega 0.3", {"region": [[-1, 1], [0.01, 10]], "omega": 0.3}),
    ],
)  # fmt: skip
def test_options_reach_the_picture(run, tmp_path, command, data):
    kind = command.partition(" ")[0]
    done = run(f"plot {command} --theme dark --output x.png --json")
    assert (done.status, done.err) == (0, "")
    assert done.json["kind"] == kind
    assert {name: done.json["data"][name] for name in data} == data
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_the_seed_changes_the_weights(run):
    drawn = [
        run(f"plot trajectories --tau 0.9:1.1 --seed {n} --json").json["data"]["weights"]["tau"] for n in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_caption_says_what_is_not_proved(run):
    for kind in ("trajectories", "basin"):
        done = run(f"plot {kind}")
        assert "nothing is proved" in done.out
        assert f"Written to {kind}.svg." in done.out


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("stability --omega 0", "--omega belongs to phase, trajectories, basin; stability takes none"),
        ("compare --kind paper", "--kind belongs to"),
        ("basin --store x.db", "--store belongs to atlas; basin takes none"),
        ("basin --seed 1", "--seed belongs to trajectories"),
        ("trajectories --within=-1,1,1,2", "--within belongs to phase, basin"),
        ("phase --layers 3", "--layers belongs to"),
        ("basin --omega 0:1", "omega must be a finite decimal"),
        ("basin --within 1,2", "--within takes MU_LO,MU_HI,NU_LO,NU_HI"),
        ("basin --within=1,0,1,2", "is empty"),
        ("basin --within=0,1,0,2", "variances are not above 0"),
        ("basin --within=0,1,x,2", "an end of --within must be a finite decimal"),
        ("basin --omega 1e399", "omega must be within float64"),
        ("basin --kind wrong", "unknown kind of map"),
        ("trajectories --tau 0:1", "the range of tau"),
        ("trajectories --omega 1:0", "the range of omega"),
        ("trajectories --omega 0:1:2", "omega must be a finite decimal"),
        ("trajectories --kind mean-field --omega 0:1", "the mean-field map has no omega"),
        ("trajectories --layers 0", "--layers must be a whole number"),
        ("trajectories --seed x", "--seed must be a whole number"),
        ("trajectories --theme blue", "unknown theme"),
        ("atlas --store none.db", "none.db"),
    ],
)
def test_bad_input_is_one_line(run, tmp_path, command, problem):
    done = run(f"plot {command}")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("selu-math: ")
    assert problem in done.err
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
