"""The vars of dbt's project: what it declares, and what may be given beside it."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from music_warehouse.errors import UserError

ACCEPTED_FILES = "accepted_files"
MAX_REJECT_SHARE = "max_reject_share"


def declared_vars(project: Path) -> dict[str, Any]:
    """The `vars` of the `dbt_project.yml` in this folder, those given for this project
    alone among them; empty where there is no such file or dbt cannot read it either.
    """
    try:
        text = (project / "dbt_project.yml").read_text(encoding="utf-8")
        told = yaml.safe_load(text)
        declared = dict(told.get("vars") or {})
        own = declared.pop(told.get("name"), None)
    except (OSError, ValueError, yaml.YAMLError, AttributeError, TypeError):
        return {}
    return {**declared, **own} if isinstance(own, dict) else declared


def require_known(given: Mapping[str, Any], project: Path) -> None:
    """Refuse, in one sentence, a var that the project does not declare (dbt would
    pass it over in silence) and accepted files that are no list of numbers."""
    declared = declared_vars(project)
    for name in given:
        if name not in declared:
            near = difflib.get_close_matches(str(name), declared)
            meant = f": did you mean {' or '.join(near)}?" if near else "."
            raise UserError(f"dbt_project.yml has no var {name}{meant}")
    accepted = {**declared, **given}.get(ACCEPTED_FILES, [])
    if not _is_list_of_numbers(accepted):
        raise UserError(
            f"{ACCEPTED_FILES} is {accepted!r}, but must be a list of file numbers, "
            "for example [5]."
        )


def accepted_files(settings: Mapping[str, Any]) -> list[int]:
    """The numbers of the files that somebody has looked at and lets pass."""
    accepted = settings.get(ACCEPTED_FILES, [])
    return list(accepted) if _is_list_of_numbers(accepted) else []


def max_reject_share(settings: Mapping[str, Any]) -> float:
    """The largest share of rejected rows in one file that may be published (0-1)."""
    share = settings.get(MAX_REJECT_SHARE)
    return float(share) if isinstance(share, int | float) else 0.05


def _is_list_of_numbers(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, int) for item in value)
