"""Targets as people type them: modules, files, and everything that can be wrong with them."""

import sys

import pytest

from selu_math.exceptions import InputError, MissingExtraError
from selu_math.testing.targets import resolve_target


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "print('loading')\n"
        "from helper_beside_mine import two\n"
        "def double(x):\n    return two * x\n"
        "class Plain:\n    def __call__(self, x):\n        return x\n"
        "class Needy:\n    def __init__(self, size):\n        pass\n"
        "number = 3\n"
    )
    (tmp_path / "helper_beside_mine.py").write_text("two = 2\n")
    yield path
    sys.modules.pop("helper_beside_mine", None)


def test_a_function_of_a_module():
    import math

    assert resolve_target("math:expm1") is math.expm1
    assert resolve_target(" os.path:join.__call__ ")("a", "b").startswith("a")


def test_a_function_of_a_file_and_its_neighbours(file, capsys):
    path = list(sys.path)
    assert resolve_target(f"{file}:double")(4) == 8
    assert sys.path == path
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ("", "loading\n")


def test_a_module_beside_the_user(file, monkeypatch):
    monkeypatch.chdir(file.parent)
    try:
        assert resolve_target("mine:double")(4) == 8
    finally:
        sys.modules.pop("mine", None)


def test_a_class_is_made_without_arguments(file):
    assert resolve_target(f"{file}:Plain")(7) == 7


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("", "has no 'source:attribute'; accepted: package.module:attribute, path/file.py:function or model.onnx"),
        ("torch.nn.functional.selu", "has no 'source:attribute'"),
        (":selu", "has no 'source:attribute'"),
        ("math:", "has no 'source:attribute'"),
        ("absent.py:selu", "there is no file 'absent.py'"),
        ("folder/absent:selu", "there is no file 'folder/absent'"),
        ("no_such_module:selu", "there is no module 'no_such_module'"),
        ("math.trig:selu", "there is no module 'math.trig'"),
        ("math:expm1x", "'math' has no attribute 'expm1x'; did you mean 'expm1'?"),
        ("math:pi", "'math:pi' is a float, which cannot be called"),
        (".relative:selu", "could not be imported: TypeError"),
        ("{file}:doubel", "has no attribute 'doubel'; did you mean 'double'?"),
        ("{file}:number", "is a int, which cannot be called"),
        ("{file}:Needy", "is a class that takes arguments (TypeError"),
    ],
)
def test_bad_targets_are_one_line(target, says, file):
    with pytest.raises(InputError) as caught:
        resolve_target(target.format(file=file))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def selu(x:\n    pass\n", "could not be imported: SyntaxError"),
        ("import no_such_package\n", "could not be imported: ModuleNotFoundError: No module named 'no_such_package'"),
        ("raise RuntimeError('first\\nsecond')\n", "could not be imported: RuntimeError: first second"),
        ("raise SystemExit(2)\n", "could not be imported: SystemExit: 2"),
        ("\x00", "could not be imported"),
    ],
)
def test_files_that_do_not_load_are_one_line(text, says, tmp_path):
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        resolve_target(f"{path}:selu")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        resolve_target(f"{tmp_path}:selu")


class WithoutTorch:
    """An import system on a machine that lacks torch."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")


def test_missing_torch_is_one_sentence(monkeypatch, tmp_path):
    for name in [name for name in sys.modules if name.partition(".")[0] == "torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [WithoutTorch, *sys.meta_path])
    with pytest.raises(MissingExtraError) as caught:
        resolve_target("torch.nn.functional:selu")
    assert str(caught.value) == "checking 'torch.nn.functional' needs torch: pip install 'selu-math[torch]'"
    path = tmp_path / "network.py"
    path.write_text("import torch\n")
    with pytest.raises(MissingExtraError, match=r"network\.py' needs torch"):
        resolve_target(f"{path}:selu")
