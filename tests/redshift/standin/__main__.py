"""`python -m tests.redshift.standin`: run until a signal comes.

Prints one line of JSON when it is ready: the environment in which `dbt --target prod`,
boto3 and the rest find it. `--shell` prints it as `export` lines instead.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import shlex
import signal
import socket
import sys
import tempfile
from pathlib import Path

from moto.server import ThreadedMotoServer

from music_warehouse.errors import UserError

from . import certificate
from .postgres import Postgres
from .proxy import Proxy, recording
from .s3 import Storage

DATABASE, USER, PASSWORD = "music", "dbt", "Warehouse-1"
BUCKET = "warehouse"


def main() -> int:
    """0 when it was told to end, 1 when it could not begin."""
    parser = argparse.ArgumentParser(prog="python -m tests.redshift.standin")
    parser.add_argument("--port", type=int, default=5439, help="0: any that is free")
    parser.add_argument("--s3-port", type=int, default=0)
    parser.add_argument("--record", type=Path, help="a JSON line for every statement")
    parser.add_argument("--shell", action="store_true")
    parser.add_argument(
        "--until-input-ends", action="store_true", help="end with whoever started it"
    )
    options = parser.parse_args()
    try:
        asyncio.run(_run(options))
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace) -> None:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(Postgres(_free_port()))
        postgres.create_database(DATABASE, USER, PASSWORD)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        objects = ThreadedMotoServer("127.0.0.1", options.s3_port, verbose=False)
        objects.start()
        stack.callback(objects.stop)
        storage = Storage("http://{}:{}".format(*objects.get_host_and_port()))
        storage.client().create_bucket(Bucket=BUCKET)
        tls, authority = certificate.make(folder)
        proxy = Proxy(postgres.port, storage, tls)
        if options.record:
            recording(proxy, options.record)
        server = await proxy.serve(options.port)
        port = server.sockets[0].getsockname()[1]
        environment = _environment(port, storage, authority)
        if options.record:
            environment["STAND_IN_RECORD"] = str(options.record.resolve())
        _tell(environment, options.shell)
        await _until_told_to_end(options.until_input_ends)
        server.close()


def _environment(port: int, storage: Storage, authority: Path) -> dict[str, str]:
    return {
        "REDSHIFT_HOST": "localhost",
        "REDSHIFT_PORT": str(port),
        "REDSHIFT_DATABASE": DATABASE,
        "REDSHIFT_USER": USER,
        "REDSHIFT_PASSWORD": PASSWORD,
        "SSL_CERT_FILE": str(authority),
        "REDSHIFT_STAGING": f"s3://{BUCKET}/staging",
        "AWS_ENDPOINT_URL_S3": storage.endpoint,
        "AWS_DEFAULT_REGION": storage.region,
        "AWS_ACCESS_KEY_ID": "stand-in",
        "AWS_SECRET_ACCESS_KEY": "stand-in",
    }


def _tell(environment: dict[str, str], as_shell: bool) -> None:
    if as_shell:
        for name, value in environment.items():
            print(f"export {name}={shlex.quote(value)}")
    else:
        print(json.dumps(environment))
    sys.stdout.flush()


async def _until_told_to_end(input_too: bool) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, ended.set)
    if input_too:
        loop.add_reader(sys.stdin.fileno(), _at_end_of_input, ended)
    await ended.wait()


def _at_end_of_input(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        ended.set()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
