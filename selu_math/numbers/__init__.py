"""The three number kits (float64, ball, symbolic) and the exact numbers they evaluate."""
