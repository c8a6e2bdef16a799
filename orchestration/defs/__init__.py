"""The definitions, by the system that each is about."""
