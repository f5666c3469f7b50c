"""SM3, SM4 and SM4-GCM against the vectors of their standards, and keys that say which they are."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SM3, Hash

from services.common import sealing
from services.common.sealing import KeyNotUsable, Sealer, Sm4Gcm

SECRET = bytes(range(32))
NATIONAL = b"\2" + SECRET
KEK = "A" * 43


def sm3(data: bytes) -> bytes:
    hashing = Hash(SM3())
    hashing.update(data)
    return hashing.finalize()


def test_sm3_gives_the_digests_of_gb_t_32905() -> None:
    abc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    abcd_16_times = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    assert sm3(b"abc").hex() == abc
    assert sm3(b"abcd" * 16).hex() == abcd_16_times


def test_sm4_gives_the_block_of_gb_t_32907() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    block = Cipher(SM4(key), ECB()).encryptor()  # noqa: S305 — one block, as the standard gives it
    assert block.update(key).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_gives_ciphertext_and_tag_of_rfc_8998() -> None:
    cipher = Sm4Gcm(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([byte]) * 8 for byte in b"\xaa\xbb\xcc\xdd\xee\xff\xee\xaa")
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert cipher.encrypt(nonce, plain, associated) == sealed
    assert cipher.decrypt(nonce, sealed, associated) == plain
    for broken in (sealed[:-1], sealed[:-17] + b"\0" + sealed[-16:], b"", sealed[-16:]):
        with pytest.raises(InvalidTag):
            cipher.decrypt(nonce, broken, associated)
    with pytest.raises(InvalidTag):
        cipher.decrypt(nonce, sealed, associated[:-1])


def test_a_national_index_is_an_hmac_of_sm3() -> None:
    block = SECRET + bytes(32)
    inner = sm3(bytes(b ^ 0x36 for b in block) + b"phone\x001541234")
    whole = sm3(bytes(b ^ 0x5C for b in block) + inner)
    assert Sealer({1: NATIONAL}, NATIONAL).blind_index("phone", "1541234") == whole[:16]


def test_old_and_new_ciphers_open_side_by_side() -> None:
    before = Sealer({1: SECRET}, SECRET)
    after = Sealer({1: SECRET, 2: NATIONAL}, SECRET)
    assert after.open(before.seal("13800000000", b"phone"), b"phone") == "13800000000"
    sealed = after.seal("13800000000", b"phone")
    assert sealed[:2] == b"\0\2"
    assert Sm4Gcm(SECRET).decrypt(sealed[2:14], sealed[14:], b"phone") == b"13800000000"
    assert after.blind_index("phone", "1") == before.blind_index("phone", "1")
    assert after.blind_index("phone", "1") != Sealer({1: SECRET}, NATIONAL).blind_index(
        "phone", "1"
    )


def test_new_keys_are_of_the_ciphers_that_are_asked_for_and_every_key_unwraps() -> None:
    for asked, length in (("", 32), ("international:", 32), ("national:", 33)):
        wrapping = sealing.cipher_of(asked + KEK)
        key = sealing.unwrap(wrapping, "seal", sealing.wrap(wrapping, "seal"))
        assert len(key) == length
        for other in ("international:", "national:"):
            again = sealing.wrap(sealing.cipher_of(other + KEK), "seal", key)
            assert sealing.unwrap(wrapping, "seal", again) == key


@pytest.mark.parametrize("change", ["mark", "unknown", "purpose", "kek", "short"])
def test_a_wrapped_key_opens_only_as_it_was_wrapped(change: str) -> None:
    wrapping, purpose = sealing.cipher_of("national:" + KEK), "seal"
    wrapped = sealing.wrap(wrapping, purpose)
    changes = {"mark": wrapped[1:], "unknown": b"\7" + wrapped[1:], "short": wrapped[2:]}
    if change == "purpose":
        purpose = "index"
    if change == "kek":
        wrapping = sealing.cipher_of("B" * 43)
    with pytest.raises(KeyNotUsable):
        sealing.unwrap(wrapping, purpose, changes.get(change, wrapped))


@pytest.mark.parametrize("text", ["national:" + "A" * 42, "A" * 44, "other:" + KEK, "national:ü"])
def test_what_is_no_wrapping_key_is_refused(text: str) -> None:
    with pytest.raises(KeyNotUsable):
        sealing.cipher_of(text)
