"""dbt's manifest, from which the definitions are made."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from filelock import FileLock

from music_warehouse.dbt_orders import DbtOrder
from music_warehouse.dbt_process import TARGET_VARIABLE as DBT_TARGET_VARIABLE
from music_warehouse.dbt_process import in_a_process
from music_warehouse.errors import UserError
from music_warehouse.paths import DATA_VARIABLE
from music_warehouse.publish.finished_build import manifest_of
from music_warehouse.publish.inputs import project_files, read_inputs
from orchestration.lib.environment import ROOT, Environment
from orchestration.lib.selection import from_above

_PARSED = "parsed.sha256"
_PARSED_BY_DBT = "partial_parse.msgpack"


def read_manifest(environment: Environment) -> dict[str, Any]:
    """The manifest of the project as it is now; dbt parses it where it is missing or
    the project has changed since. UserError where dbt cannot read the project."""
    prepare_manifest(environment)
    text = (environment.parsed / "manifest.json").read_text(encoding="utf-8")
    manifest: dict[str, Any] = json.loads(text)
    give_tests_an_asset(manifest)
    return manifest


def parsed_version(environment: Environment) -> str:
    """A hash of all that the manifest was made from, when it was made."""
    return _read(environment.parsed / _PARSED) or ""


def give_tests_an_asset(manifest: dict[str, Any]) -> None:
    """Say of a data test that reads several tables which of them it is a check of: the
    one furthest down. dagster-dbt shows a test of several tables as a mere remark."""
    for test in manifest["nodes"].values():
        if test["resource_type"] != "test" or test.get("attached_node"):
            continue
        read = test["depends_on"]["nodes"]
        nodes = [each for each in read if each in manifest["nodes"]]
        if len(read) < 2 or not nodes:
            continue
        last = from_above(nodes, manifest)[-1]
        name = manifest["nodes"][last]["name"]
        test["config"].setdefault("meta", {})["dagster"] = {"ref": {"name": name}}


def prepare_manifest(environment: Environment) -> None:
    """Have dbt parse the project, unless it has parsed the very same before."""
    folder = environment.parsed
    folder.mkdir(parents=True, exist_ok=True)
    # The processes of Dagster load the definitions at the same time.
    with FileLock(folder / ".lock"):
        told = _told(environment)
        noted = folder / _PARSED
        if (folder / "manifest.json").is_file() and _read(noted) == told:
            return
        if (built := _of_last_build(environment)) is not None:
            (folder / "manifest.json").write_text(json.dumps(built), encoding="utf-8")
            noted.write_text(told, encoding="ascii")
            return
        words = ("--quiet", "parse", *environment.words)
        variables = {DATA_VARIABLE: str(environment.data.root)}
        if not in_a_process(environment.project, variables)(DbtOrder(words, folder)):
            raise UserError("dbt cannot read the project, for the reason above.")
        _spare_the_first_run(environment)
        noted.write_text(told, encoding="ascii")


def _spare_the_first_run(environment: Environment) -> None:
    """Give the first run what dbt has parsed, unless it has something of its own."""
    theirs = environment.project.target / _PARSED_BY_DBT
    if not theirs.exists():
        theirs.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(environment.parsed / _PARSED_BY_DBT, theirs)


def _of_last_build(environment: Environment) -> dict[str, Any] | None:
    """The manifest of `music-warehouse build`, if the project is still the one that it
    has built: dbt takes longer to parse it than Dagster to load it."""
    target = ROOT / os.environ.get(DBT_TARGET_VARIABLE, "target")
    if not environment.can_rebuild_beside:
        return None
    try:
        return manifest_of(target, read_inputs(environment.data, ROOT, {}))
    except UserError:
        return None


def _told(environment: Environment) -> str:
    """A hash of all that a manifest is made from."""
    digest = hashlib.sha256(f"{environment.data.root}\0{environment.target}".encode())
    for file in project_files(ROOT):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read(file: Path) -> str | None:
    return file.read_text(encoding="ascii") if file.is_file() else None
