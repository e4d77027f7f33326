"""selu-math."""
