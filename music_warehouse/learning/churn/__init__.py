"""Who is likely to leave, learned from who has left.

A row is a user at an as-of date: what was known of the user before that day, and
whether the user stayed away from it on.
"""
