"""Check what the built wheel would put into an environment."""

import sys
import zipfile

names = zipfile.ZipFile(sys.argv[1]).namelist()
top = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
assert top == {"selu_math", "selu_math_cli"}, f"the wheel installs {sorted(top)}"
for needed in ("selu_math/py.typed", "selu_math_cli/py.typed", "selu_math/reporting/templates/selu.md.j2"):
    assert needed in names, f"the wheel lacks {needed}"
assert not [name for name in names if name.endswith((".svg", ".pyc"))], "the wheel holds generated files"
