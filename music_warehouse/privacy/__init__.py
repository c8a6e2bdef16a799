"""Keeping people out of the lake: keys, masks, tokens, and erasure."""
