"""What things cost here: `make bench`."""
