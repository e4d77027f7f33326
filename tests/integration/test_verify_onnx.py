"""ONNX models through onnxruntime: shapes, formats, and what its kernels get wrong."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper  # noqa: E402

from selu_math.exceptions import InputError  # noqa: E402
from selu_math.testing import Status, check_selu  # noqa: E402
from selu_math.testing.targets import resolve_target  # noqa: E402

SCALE, DEPTH = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


@pytest.fixture
def load(tmp_path):
    def make(nodes, shape=("N",), kind=TensorProto.FLOAT, constants=(), inputs=("x",)):
        ends = [helper.make_tensor_value_info(name, kind, shape) for name in (*inputs, "y")]
        given = [helper.make_tensor(name, kind, [], [value]) for name, value in constants]
        graph = helper.make_graph(nodes, "g", ends[:-1], ends[-1:], given)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        path = tmp_path / "model.onnx"
        path.write_bytes(model.SerializeToString())
        return resolve_target(str(path))

    return make


def selu(**attributes):
    return [helper.make_node("Selu", ["x"], ["y"], **attributes)]


@pytest.mark.parametrize("shape", [("N",), (1, 10), ("N", 4), (None, 3, 2), (), ("A", "B")], ids=str)
def test_models_of_any_shape_are_fed(load, shape):
    fn = load(selu(), shape)
    x = np.array([-2.0, -0.5, 0.0, 0.5, 1.0, 3.0, -7.0], dtype=np.float32)
    wanted = np.where(x > 0, SCALE * x, DEPTH * np.expm1(np.minimum(x, 0)))
    assert np.allclose(fn(x), wanted, rtol=1e-6, atol=0)
    assert fn(x[:0]).size == 0
    result = check_selu(fn, on_fail=None)
    assert {check.name for check in result.failures} <= {"values_near_zero"}
    told = [check for check in result.checks if check.name == "elementwise"]
    assert len(told) == (shape not in {("N",), ("A", "B")})
    assert ("lengths" in {check.name for check in result.checks}) == (not told)


def test_short_constants_in_a_model_are_named(load):
    result = check_selu(load(selu(alpha=1.67326, gamma=1.0507)), on_fail=None)
    (failure,) = (check for check in result.failures if check.name == "constants")
    assert "λ = 1.0507, α = 1.67326" in failure.hint
    assert failure.ulp == 43


def test_the_runtimes_kernel_cancels_near_zero(load):
    fn = load(selu())
    # independently of the checks: one value
    assert fn(np.array([-1e-9], dtype=np.float32))[0] == 0
    (failure,) = check_selu(fn, on_fail=None).failures
    assert (failure.name, failure.dtype) == ("values_near_zero", "float32")
    assert "expm1" in failure.hint


def test_another_format_is_the_models_own(load):
    result = check_selu(load(selu(), kind=TensorProto.FLOAT16), on_fail=None)
    assert {check.dtype for check in result.checks} == {"float16"}
    assert [c.name for c in result.checks if c.status is Status.SKIPPED] == ["gradient_finite"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda load: load(selu(), kind=TensorProto.DOUBLE), "no model that onnxruntime can run"),
        (lambda load: load([helper.make_node("Add", ["x", "z"], ["y"])], inputs=("x", "z")), "accepted: one input"),
        (lambda load: load([helper.make_node("Not", ["x"], ["y"])], kind=TensorProto.BOOL), r"takes tensor\(bool\)"),
    ],
)
def test_other_models_are_refused_in_one_line(load, make, message):
    with pytest.raises(InputError, match=message) as caught:
        make(load)
    assert "\n" not in str(caught.value)


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "text.onnx"
    path.write_text("not a model")
    with pytest.raises(InputError, match="no model that onnxruntime can run"):
        resolve_target(str(path))
    with pytest.raises(InputError, match="there is no file"):
        resolve_target(str(tmp_path / "absent.onnx"))
