"""Exit 0 when the address answers 200, 1 otherwise: a health check without curl in the image."""

# ruff: noqa: INP001 — a script of the image, run by path and never imported

import http.client
import sys
from urllib.parse import urlsplit


def main() -> int:
    """Ask once, with a short timeout."""
    url = urlsplit(sys.argv[1])
    connection = http.client.HTTPConnection(url.hostname or "127.0.0.1", url.port, timeout=4)
    try:
        connection.request("GET", url.path or "/")
        return 0 if connection.getresponse().status == http.client.OK else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
