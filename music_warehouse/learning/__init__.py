"""Taste as vectors: embeddings, neighbours, clusters and their evaluation.

Functions over integer-coded interactions and Arrow tables; the dbt Python models
are a few lines over them. Nothing here knows dbt, a file or a configuration.
"""
