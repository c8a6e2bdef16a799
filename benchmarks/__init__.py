"""Measurements at a size given by the caller; see `make bench`."""
