"""The command line of selu-math."""
