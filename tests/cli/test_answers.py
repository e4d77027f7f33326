"""What each command answers, in JSON and in text."""

import struct
from decimal import Decimal

import pytest

LAMBDA = "1.0507009873554804934193349852946"
ALPHA = "1.6732632423543772848170429916717"


def test_constants_are_the_literals_of_every_framework(run):
    ran = run("constants --digits 32 --json")
    assert ran.status == 0
    assert ran.err == ""
    assert ran.json["lambda"] == LAMBDA
    assert ran.json["alpha"] == ALPHA
    assert ran.json["digits"] == 32
    assert ran.json["target"] == {"mean": "0", "variance": "1", "omega": "0", "tau": "1"}
    assert {"lambda", "alpha", "lambda_alpha"} <= set(ran.json["solutions"][0])


def test_constants_for_another_fixed_point_depend_on_omega(run):
    free, summed = (run(f"constants --mean 0.1 --variance 1 --omega {w} --digits 16 --json").json for w in (0, 1))
    assert free["alpha"] == "1.311957456273410"
    assert summed["lambda"] == "1.038209662735988"
    assert len(free["solutions"]) == 2


def test_negative_numbers_are_plain_arguments(run):
    assert run("map -0.1 1.2 --json").json["input"]["mean"] == "-0.1"
    ran = run("constants --mean -2 --omega 1 --json --digits 20")
    assert ran.status == 0
    assert ran.json["target"]["mean"] == "-2"


def test_an_impossible_fixed_point_is_answered_with_its_reason(run):
    ran = run("constants --mean 1000 --variance 1 --json")
    assert ran.status == 1
    assert ran.json["lambda"] is None
    assert "discriminant is negative" in ran.json["reason"]
    text = run("constants --mean 1000 --variance 1")
    assert text.status == 1
    assert text.out.startswith("None: no activation of this family has this fixed point")


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [(name, struct.pack(code, float(LAMBDA)).hex()) for name, code in (("float16", ">e"), ("float64", ">d"))]
    + [("float32", struct.pack(">f", float(LAMBDA)).hex()), ("bfloat16", "3f86")],
)
def test_constants_in_a_number_format(run, dtype, bits):
    found = run(f"constants --dtype {dtype} --json").json["dtype"]
    assert found["name"] == dtype
    assert found["lambda"]["bits"] == bits


def test_the_product_is_rounded_itself(run):
    found = run("constants --dtype float64 --json").json["dtype"]
    rounded = {name: float(found[name]["value"]) for name in ("lambda", "alpha", "lambda_alpha")}
    assert rounded["lambda"] * rounded["alpha"] < rounded["lambda_alpha"]


def test_code_to_paste(run):
    scope = {}
    code = run("constants --format python --digits 17").out
    exec(compile(code, "snippet", "exec"), scope)  # noqa: S102 - the program's own output
    assert scope["SELU_LAMBDA"] == 1.0507009873554805
    assert scope["SELU_LAMBDA_ALPHA"] == 1.7580993408473769
    assert "1.05070" in run("constants --format c --dtype float32").out
    assert run("constants --format rust --dtype binary128").status == 2


def test_map_at_the_fixed_point(run):
    found = run("map 0 1 --json").json
    assert found["mean"] == 0
    assert found["variance"] == 1
    (j11, j12), (j21, j22) = found["jacobian"]
    assert (j11, j21) == (0, 0)
    assert j12 == pytest.approx(0.08883475510689012, rel=1e-14)
    assert j22 == pytest.approx(0.7826478831968132, rel=1e-14)
    assert found["spectral_norm"] == pytest.approx(0.7876733604657, rel=1e-12)
    assert len(found["trajectory"]) == 2


def test_map_with_many_digits_answers_in_strings(run):
    found = run("map 0.5 2 --omega -0.1 --tau 9/16 --layers 3 --digits 40 --json").json
    assert isinstance(found["variance"], str)
    assert len(found["variance"].replace("0.", "").lstrip("0")) == 40
    assert len(found["trajectory"]) == 4


def test_mean_field_map(run):
    paper, field = (run(f"map 0.5 1 --kind {kind} --json").json for kind in ("paper", "mean-field"))
    assert paper["variance"] != field["variance"]
    assert run("map 0.5 1 --omega 0.1 --kind mean-field").status == 2


def test_contraction_proves_theorem_1(run):
    ran = run("contraction --json")
    assert ran.status == 0
    assert (ran.json["verdict"], ran.json["invariant"], ran.json["contracting"]) == ("proved",) * 3
    low, high = ran.json["norm_sup"]
    assert low <= 0.897608358408918 <= high
    assert high - low < 1e-8
    assert ran.json["image"]["mean"][0] == pytest.approx(-0.0310605018, abs=1e-10)


def test_contraction_refutes_with_status_1(run):
    ran = run("contraction --region omega=-1:1,tau=0.95:1.5 --json")
    assert ran.status == 1
    assert ran.json["verdict"] == "refuted"
    assert set(ran.json["witness"]) >= {"mu", "omega", "nu", "tau"}
    assert "REFUTED" in run("contraction --region omega=-1:1,tau=0.95:1.5").out


def test_a_users_own_activation(run):
    own = run(["map", "0", "1", "--activation", "piecewise: x<0: exp(x)-1; x>=0: x", "--json"]).json
    elu = run("map 0 1 --activation elu(1) --json").json
    assert own["jacobian"] == elu["jacobian"]
    assert run("contraction --activation relu --json").json["activation"] == "relu"


def test_gain(run):
    found = run("gain relu --json").json
    assert found["second_moment_gain"] == found["gradient_gain"] == 1.4142135623731
    assert run("gain relu --digits 20 --json").json["second_moment_gain"] == "1.4142135623730950488"
    assert "1/√Var f" in run("gain elu(1)").out


def test_gain_of_a_smooth_activation_beside_what_frameworks_use(run):
    """Figures from issue trackers and documentation: tanh 5/3, sigmoid 1, SiLU 1.7881293296813965."""
    found = run("gain tanh --json --digits 20").json
    assert found["second_moment_gain"].startswith("1.5925374197228314")
    (torch, nfnets) = found["published"]
    assert (torch["value"], nfnets["value"]) == ("5/3", "1.5939117670059204")
    assert torch["relative_error"] == pytest.approx(5 / 3 / 1.5925374197228314 - 1, rel=1e-12)
    assert nfnets["relative_error"] == pytest.approx(1.5939117670059204 / 1.5925374197228314 - 1, rel=1e-9)
    assert run("gain sigmoid").out.count("1.84622854533") == 1
    assert run("gain leaky_relu(0.2) --json").json["published"] == []


def test_gains_of_the_whole_catalogue(run):
    listed = [entry["name"] for entry in run("activations --json").json["activations"]]
    found = run("gain --json --digits 8").json
    assert [entry["activation"].partition("(")[0] for entry in found["gains"]] == listed
    assert {used["source"] for entry in found["gains"] for used in entry["published"]} > {"DeepMind NFNets, timm"}
    text = run("gain --digits 8").out
    assert "What frameworks use" in text
    assert "torch.nn.init.calculate_gain" in text


def test_constants_say_whether_the_fixed_point_attracts(run):
    found = run("constants --mean 0.1 --omega 1 --json").json["solutions"]
    assert [root["accepted"] for root in found] == [True, False]
    assert [root["attracts"] for root in found] == ["refuted", "proved"]
    assert found[0]["spectral_radius"].startswith("1.0616992")
    text = run("constants").out
    assert "attracts (spectral radius 0.782647883196813)" in text
    assert "other root has λ = -1.05070, α = 1.67326" in text


def test_another_activation_is_scaled_and_shifted_to_keep_the_fixed_point(run):
    found = run("constants --activation tanh --mean 0.5 --variance 2 --omega 1 --digits 16 --json").json
    assert found["activation"] == "tanh"
    assert len(found["solutions"]) == 2
    a, b = float(found["scale"]), float(found["shift"])
    inner = run("map 0.5 2 --omega 1 --activation tanh --json").json
    assert a * inner["mean"] + b == pytest.approx(0.5, rel=1e-13)
    assert a * a * inner["variance"] == pytest.approx(2, rel=1e-13)
    assert "The fixed point" in run("constants --activation sigmoid --digits 5").out


def test_a_target_far_out_is_solved(run):
    """A thousand deviations from 0, where everything but exp(-500000) of z lies above it."""
    found = run("constants --mean 1000 --omega 1 --digits 12 --json")
    assert found.status == 0
    assert found.json["alpha"] == "1.00099999800"


def test_activations(run):
    names = [entry["name"] for entry in run("activations --json").json["activations"]]
    assert {"selu", "elu", "relu", "leaky_relu"} <= set(names)


def test_ten_thousand_digits_are_printed_whole(run):
    ran = run("constants --digits 10000")
    first = ran.out.splitlines()[0].split()[1]
    assert len(first) == 10_001
    assert Decimal(first[:40]) == Decimal("1.05070098735548049341933498529460635195")


def test_version_and_help(run):
    assert run("--version").out.startswith("selu-math ")
    assert "contraction" in run("--help").out
    assert run("").status == 0
    for command in ("constants", "gain", "map", "contraction", "plot", "verify", "report", "activations"):
        assert run(f"{command} --help").status == 0
