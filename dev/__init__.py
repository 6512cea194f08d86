"""What only a developer's machine runs: `make serve` and its mail catcher. Nothing in production imports it."""
