"""The static gate: SQL that Redshift would refuse or answer differently, unrun.

`check_sql` judges one statement, `check_project` a compiled dbt project; both give
findings that say what to write instead. `python -m tests.redshift.gate` is the command.
"""

from .finding import Finding
from .project import check_project
from .statement import check_sql

__all__ = ["Finding", "check_project", "check_sql"]
