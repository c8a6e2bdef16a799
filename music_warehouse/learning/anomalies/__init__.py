"""Which accounts play as nobody listens: rules of evidence, weighed into one score.

Nothing is learned: no label ever enters a score, only what judges it.
"""
