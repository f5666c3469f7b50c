"""Argon2id off the event loop."""

from gateway.identity.use_cases.hashing import Hasher


def cheap(**changes: int) -> Hasher:
    return Hasher(**{"memory_kib": 1024, "passes": 1, "lanes": 1, "at_once": 2, **changes})


async def test_a_hash_is_verified_and_nothing_else_is() -> None:
    hasher = cheap()
    encoded = await hasher.hash("right")
    assert encoded.startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    assert await hasher.verify("right", encoded)
    assert not await hasher.verify("wrong", encoded)
    assert not await hasher.verify("right", None)
    assert not await hasher.verify("right", "not a hash")


async def test_only_so_many_right_secrets_are_remembered() -> None:
    hasher = cheap(remembered=2)
    hashes = {secret: await hasher.hash(secret) for secret in ("a", "b", "c")}
    for _ in range(2):
        for secret, encoded in hashes.items():
            assert await hasher.verify_secret(secret, encoded)
            assert not await hasher.verify_secret("wrong", encoded)
    assert await hasher.verify_secret("c", hashes["c"])
