"""``python -m selu_math_cli``."""

from selu_math_cli.main import main

if __name__ == "__main__":
    main()
