"""Dagster runs the warehouse: from landed files to published marts."""
