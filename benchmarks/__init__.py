"""Measurements at a size the caller gives, as ratios within one run."""
