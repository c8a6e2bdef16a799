"""Publication: tested marts become what readers see, all at once or not at all."""

from music_warehouse.publish.finished_build import Runs
from music_warehouse.publish.publication import PublishReport, publish
from music_warehouse.publish.soundness import is_as_published, require_readable
from music_warehouse.publish.versions import (
    Inputs,
    PublishedMart,
    Version,
    current_version,
    find_current,
    find_whole,
)

__all__ = [
    "Inputs",
    "PublishReport",
    "PublishedMart",
    "Runs",
    "Version",
    "current_version",
    "find_current",
    "find_whole",
    "is_as_published",
    "publish",
    "require_readable",
]
