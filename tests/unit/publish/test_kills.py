"""A publication killed at any point leaves what readers see, and the next one
clears up after it."""

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest

from music_warehouse.publish import find_current, publish

# Publishes, and kills its own process at the entry of the function named.
KILLED = """
    import os, signal, sys
    from pathlib import Path
    from music_warehouse.paths import DataFolder
    from music_warehouse.publish import publication, versions

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    data, target, root, module, function = sys.argv[1:]
    setattr({"publication": publication, "versions": versions}[module], function, die)
    publication.publish(DataFolder(Path(data)), Path(target), Path(root))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("publication", "_write"),
        ("publication", "sha256_of"),
        ("publication", "swap_in"),
        ("versions", "_point_to"),
    ],
)
def test_a_killed_publish_leaves_the_former_version(built, module, function):
    former = publish(built.data, built.target, built.root).folder
    built.build()
    arguments = [built.data.root, built.target, built.root, module, function]

    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), *map(str, arguments)]
    )

    assert killed.returncode == -signal.SIGKILL
    assert find_current(built.data) == former

    later = publish(built.data, built.target, built.root)
    assert later.is_new
    assert find_current(built.data) == later.folder
    assert {f.name for f in (built.data.published / "versions").iterdir()} == {
        former.name,
        later.folder.name,
    }


def test_two_publications_at_once_make_one_version(built):
    with ThreadPoolExecutor(2) as pool:
        reports = list(
            pool.map(lambda _: publish(built.data, built.target, built.root), range(2))
        )

    assert sorted(report.is_new for report in reports) == [False, True]
    assert len(list((built.data.published / "versions").iterdir())) == 1
