from gateway import proxy
from gateway.cli import up


def test_the_asking_side_closes_idle_connections_first() -> None:
    """Otherwise a request meets a closing connection, and a POST among them is a 502."""
    assert proxy.IDLE_S < up.KEEP_ALIVE_S
