"""The LaTeX of the derivation, compiled; there is nothing to test where LaTeX is not installed."""

import shutil
import subprocess

import pytest

from selu_math.derivation import derive
from selu_math.reporting.derivation import document

TARGETS = [(0, 1, 0, 1), (0, "1e6", 0, 1), ("-0.3", "0.7", "1/3", "9/16"), (1, "3/2", 0, 1)]

if shutil.which("pdflatex"):

    @pytest.mark.parametrize("target", TARGETS, ids=str)
    def test_the_document_compiles_without_a_complaint(target, tmp_path):
        mean, variance, omega, tau = target
        source = tmp_path / "derivation.tex"
        source.write_text(document(derive(mean, variance, omega=omega, tau=tau), "latex"))
        words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout[-2000:]
        assert source.with_suffix(".pdf").stat().st_size > 10_000
        for complaint in ("Overfull", "Underfull", "Warning", "undefined"):
            assert complaint not in done.stdout
