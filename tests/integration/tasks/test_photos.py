"""Photos: only pixels get in, and only those concerned get them out."""

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.factories.tasks import COUNTY, World, photo


def with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (42.0, 30.0, 0.0)
    return photo(exif=exif.tobytes())


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def fetched(world: World, who: str, photo_id: object) -> Image.Image:
    response = await world.get(who, f"/v1/attachments/{photo_id}")
    assert response.status_code == 200
    return Image.open(BytesIO(response.content))


async def test_position_and_camera_are_dropped_and_the_photo_is_upright(world: World) -> None:
    photo_id = await world.uploaded(content=with_gps())
    response = await world.get("worker", f"/v1/attachments/{photo_id}")
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert b"SecretCamera" not in response.content
    picture = Image.open(BytesIO(response.content))
    assert dict(picture.getexif()) == {}
    assert picture.size == (48, 64), "turned as its orientation said"
    again = await world.client.get(
        f"/v1/attachments/{photo_id}",
        headers={**world.headers("worker"), "If-None-Match": response.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_three_formats_by_content_whatever_they_are_called(world: World, form: str) -> None:
    photo_id = await world.uploaded(content=photo(form))
    assert (await fetched(world, "worker", photo_id)).format == "JPEG"


async def test_large_photos_are_made_small(world: World) -> None:
    response = await world.upload("worker", photo(size=(4000, 1000)))
    assert (response.json()["width_px"], response.json()["height_px"]) == (2048, 512)


def bomb() -> bytes:
    """A PNG of a hundred bytes that says, with a right checksum, it is 30,000 × 30,000."""
    file = bytearray(photo("PNG", (1, 1)))
    file[16:24] = struct.pack(">II", 30_000, 30_000)
    file[29:33] = struct.pack(">I", zlib.crc32(file[12:29]))
    return bytes(file)


def wide() -> bytes:
    """Just over 40 megapixels, in one colour."""
    target = BytesIO()
    Image.new("1", (8001, 5000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (bomb(), 413, "photo-too-large"),
        (wide(), 413, "photo-too-large"),
        (photo()[:-200], 415, "photo-not-readable"),
        (photo()[:40], 415, "photo-not-readable"),
        (b"", 415, "photo-not-readable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "photo-not-readable"),
        (b"\xff\xd8\xff\xe0" + b"A" * 5000, 415, "photo-not-readable"),
        (photo("GIF"), 415, "photo-not-readable"),
        (photo("TIFF"), 415, "photo-not-readable"),
        (b"%PDF-1.7\n" + photo(), 415, "photo-not-readable"),
    ],
    ids=[
        "bomb", "wide", "truncated", "header", "empty", "svg", "fake", "gif", "tiff", "pdf-first",
    ],
)  # fmt: skip
async def test_bad_photos_are_refused(
    world: World, tmp_path: Path, content: bytes, status: int, code: str
) -> None:
    response = await world.upload("worker", content)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert kept(tmp_path) == []


async def test_too_many_bytes_are_refused(world: World) -> None:
    just_over = photo() + b"\x00" * (8 << 20)
    response = await world.upload("worker", just_over)
    assert (response.status_code, response.json()["code"]) == (413, "photo-too-large")
    far_over = photo() + b"\x00" * (9 << 20)
    response = await world.upload("worker", far_over)
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


async def test_polyglot_leaves_its_other_half_behind(world: World) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("run.sh", "rm -rf /")
    photo_id = await world.uploaded(
        content=photo() + b"<script>alert(1)</script>" + archive.getvalue()
    )
    response = await world.get("worker", f"/v1/attachments/{photo_id}")
    assert b"script" not in response.content
    assert not zipfile.is_zipfile(BytesIO(response.content))


async def test_same_picture_is_one_file(world: World, tmp_path: Path) -> None:
    first, second = await world.uploaded(), await world.uploaded("housing")
    assert first != second
    assert len(kept(tmp_path)) == 1


async def test_retried_upload_is_one_photo(world: World) -> None:
    headers = world.headers("worker")
    first = await world.upload("worker", photo(), headers)
    second = await world.upload("worker", photo(), headers)
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    other = await world.upload("worker", photo(size=(9, 9)), headers)
    assert other.status_code == 422


async def test_only_those_concerned_see_a_photo(world: World) -> None:
    photo_id = await world.uploaded()
    path = f"/v1/attachments/{photo_id}"
    assert (await world.get("worker", path)).status_code == 200
    for who in ("street", "county", "housing", "other_worker"):
        assert (await world.get(who, path)).status_code == 404, "no whistle uses it yet"
    w = await world.reported(photo_ids=[str(photo_id)])
    assert (await world.get("street", path)).status_code == 200
    assert (await world.get("housing", path)).status_code == 404, "not dispatched to it"
    w = await world.step("street", w, "blow")
    await world.step("street", w, "dispatch", lead=f"{COUNTY}.housing")
    assert (await world.get("housing", path)).status_code == 200
    for who in ("health", "other_worker", "other_street", "other_county"):
        assert (await world.get(who, path)).status_code == 404


async def test_nobody_uses_anothers_photo(world: World) -> None:
    photo_id = await world.uploaded("community")
    body = {
        "kind": "peace",
        "title": "争吵",
        "description": "邻里争吵",
        "area": "222406001001001",
        "photo_ids": [str(photo_id)],
    }
    response = await world.post("worker", "/v1/whistles", body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "photo-not-found"


async def test_prefecture_departments_photo_goes_to_the_whistles_county(world: World) -> None:
    w = await world.reported()
    w = await world.step("street", w, "blow")
    w = await world.step("street", w, "dispatch", lead="2224.health")
    for action in ("sign", "arrive"):
        w = await world.step("prefecture_health", w, action)
    photo_id = await world.uploaded("prefecture_health")
    w = await world.step("prefecture_health", w, "result", text="已消杀", photo_ids=[str(photo_id)])
    assert w["result_photo_ids"] == [str(photo_id)]
    assert (await fetched(world, "street", photo_id)).size == (64, 48)
