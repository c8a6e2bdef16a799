"""`dbt`: hands its call to the server beside, and ends as that has ended."""

import json
import os
import socket
import sys

ADDRESS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "socket")


def main() -> int:
    """The exit status of dbt; 70 where it has died without one."""
    call = {
        "words": sys.argv[1:],
        "folder": os.getcwd(),
        "variables": dict(os.environ),
    }
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(ADDRESS)
        message = json.dumps(call).encode()
        socket.send_fds(server, [len(message).to_bytes(4, "big")], [0, 1, 2])
        server.sendall(message)
        status = server.recv(1)
    return status[0] if status else 70


if __name__ == "__main__":
    sys.exit(main())
