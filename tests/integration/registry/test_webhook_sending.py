"""One message to one address: what the sender refuses, and what it makes of what goes wrong."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.registry.clients.webhooks import sending
from services.registry.clients.webhooks.sending import LookUp, Sender, look_up
from services.registry.domain.webhooks.addresses import Allowance
from tests.factories.webhooks import LOOPBACK, Receiver, receiving


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.split(":")[2].split("/")[0])


async def sent(
    url: str, *, look_up: LookUp = look_up, ca_file: Path | None = None, **allowance: Any
) -> str:
    sender = Sender(Allowance(**allowance), look_up=look_up, ca_file=ca_file)
    await sender.open()
    try:
        return (await sender.send(url, {"webhook-id": "1"}, b"{}")).outcome
    finally:
        await sender.close()


def names(*addresses: list[str]) -> LookUp:
    """A name server that answers each question with the next of these."""
    answers = list(addresses)

    async def answer(_: str, __: int) -> list[str]:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    return answer


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def test_a_name_that_leads_inside_is_refused_however_it_is_written(
    receiver: Receiver,
) -> None:
    ports = frozenset({port_of(receiver)})
    at = port_of(receiver)
    for url in (f"http://inside.example:{at}/", f"http://127.0.0.1:{at}/", f"http://127.1:{at}/",
                f"http://2130706433:{at}/", f"http://localhost:{at}/"):  # fmt: skip
        outcome = await sent(url, look_up=names(["127.0.0.1"]), plain_http=True, ports=ports)
        assert outcome.startswith("address refused"), url
    for addresses in (["8.8.8.8", "127.0.0.1"], ["::1"], ["169.254.169.254"], ["::ffff:10.0.0.1"]):
        outcome = await sent(
            f"http://two.example:{at}/", look_up=names(addresses), plain_http=True, ports=ports
        )
        assert outcome == "address refused: network"
    assert receiver.got == []


async def test_a_name_that_changes_its_address_is_judged_by_the_one_that_is_called(
    receiver: Receiver,
) -> None:
    """Rebinding: what the second answer says is never connected to unjudged."""
    asked: list[str] = []
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return next(answers)

    sender = Sender(
        Allowance(LOOPBACK, plain_http=True, ports=frozenset({port_of(receiver)})),
        look_up=rebinding,
    )
    await sender.open()
    url = f"http://turn.example:{port_of(receiver)}/"
    receiver.reply = lambda _: web.Response(status=200, headers={"Connection": "close"})
    first = await sender.send(url, {}, b"{}")
    assert (first.outcome, asked) == ("HTTP 200", ["turn.example"]), "looked up once"
    assert receiver.got[0].headers["host"] == f"turn.example:{port_of(receiver)}"
    assert (await sender.send(url, {}, b"{}")).outcome == "address refused: network"
    await sender.close()


async def test_a_name_that_does_not_exist_and_a_port_nobody_listens_on() -> None:
    async def unknown(_: str, __: int) -> list[str]:
        raise OSError("no such host")

    assert await sent("https://nowhere.example/", look_up=unknown) == "name not found"
    free = 1
    outcome = await sent(
        f"http://127.0.0.1:{free}/", plain_http=True, networks=LOOPBACK, ports=frozenset({free})
    )
    assert outcome == "no connection"


async def test_the_system_resolver_is_asked_once_for_all_addresses() -> None:
    assert "127.0.0.1" in await sending.look_up("localhost", 443)


async def test_a_receiver_that_says_nothing_is_left_after_its_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TOTAL_S", 0.5)
    receiver.reply = lambda _: 5.0
    started = time.monotonic()
    outcome = await sent(
        receiver.url, plain_http=True, networks=LOOPBACK, ports=frozenset({port_of(receiver)})
    )
    assert outcome == "timeout"
    assert time.monotonic() - started < 3


async def test_a_long_answer_is_not_read(receiver: Receiver) -> None:
    receiver.reply = lambda _: web.Response(body=b"x" * (8 << 20))
    outcome = await sent(
        receiver.url, plain_http=True, networks=LOOPBACK, ports=frozenset({port_of(receiver)})
    )
    assert outcome == "HTTP 200"


async def test_an_answer_that_is_no_http_is_a_broken_connection() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        outcome = await sent(
            f"http://127.0.0.1:{port}/",
            plain_http=True,
            networks=LOOPBACK,
            ports=frozenset({port}),
        )
    assert outcome == "connection broken"


def certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate that signs itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.2"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, private = folder / "cert.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path, private)
    return path, context


async def test_certificates_are_verified_with_the_name_that_was_given(tmp_path: Path) -> None:
    ca_file, context = certificate(tmp_path, "in.example")
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    allowed: dict[str, Any] = {
        "networks": LOOPBACK, "ports": frozenset({port}), "look_up": names(["127.0.0.1"]),
    }  # fmt: skip
    assert await sent(f"https://in.example:{port}/", **allowed) == "TLS failed"
    assert await sent(f"https://in.example:{port}/", ca_file=ca_file, **allowed) == "HTTP 204"
    assert await sent(f"https://other.example:{port}/", ca_file=ca_file, **allowed) == "TLS failed"
    assert len(receiver.got) == 1
    await runner.cleanup()
