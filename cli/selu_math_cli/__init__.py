"""The command line of selu-math: parse, call, render; no mathematics."""
