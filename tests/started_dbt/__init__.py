"""An environment whose dbt is started already: importing dbt takes longer than many a
run, and the tests run it a hundred times.

It is this Python's environment in another folder, so that whoever looks for dbt beside
his Python finds a `dbt` that hands its call to a server, which has imported dbt and
forks for every call. What runs is the real dbt, in a process of its own, with the
caller's words, folder, variables and files; it dies with its caller. The small project
beside is parsed before, for what a process of dbt has to make once.
"""

import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
CAN_FORK = hasattr(os, "fork")


@contextmanager
def environment() -> Iterator[Path]:
    """The folder of its programs: `python`, `dbt`, `music-warehouse`."""
    if not CAN_FORK:
        yield Path(sys.executable).parent
        return
    # Not pytest's folder: the name of a socket has 100 characters at most.
    with (
        tempfile.TemporaryDirectory(prefix="dbt-") as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        programs = _make(Path(folder))
        # Who calls before dbt is imported waits.
        listener.bind(f"{folder}/socket")
        listener.listen(16)
        with subprocess.Popen(
            [sys.executable, "-P", str(HERE / "server.py"), str(listener.fileno())],
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
        ) as server:
            yield programs
            # Its input ends, and so does it.
            assert server.stdin is not None
            server.stdin.close()


def _make(folder: Path) -> Path:
    venv.create(folder, symlinks=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
    here = sysconfig.get_path("purelib")
    Path(packages, "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    programs = folder / "bin"
    client = (HERE / "client.py").read_text(encoding="utf-8")
    # Nothing of the environment: it starts in a hundredth of a second.
    _write(programs / "dbt", f"#!{programs / 'python'} -IS\n{client}")
    _write(
        programs / "music-warehouse",
        f"#!{programs / 'python'}\n"
        "import sys\nfrom music_warehouse.cli import main\nsys.exit(main())\n",
    )
    return programs


def _write(program: Path, text: str) -> None:
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
