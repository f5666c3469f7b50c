"""Access records are chained, signed outside the database, and cannot be changed unnoticed."""

import asyncio
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
from pydantic import SecretStr

from gateway import secret_files
from services.common.testing import TokenMint
from services.registry.domain.audit import chains, faults, offline
from services.registry.service import SERVICE
from services.registry.settings import RegistrySettings
from services.registry.store.audit import blocks
from services.registry.store.audit.checkpoint_file import CheckpointFile
from services.registry.use_cases.audit import exporting, sealing
from services.registry.use_cases.audit.verifier import pack
from tests.factories.registry import NUMBER, Registry, running

FIELDS = ["name", "born_on"]


async def read_some(registry: Registry, times: int = 5) -> None:
    await registry.resident()
    for n in range(times):
        headers = (
            registry.headers()
            if n % 2
            else registry.department("public_security", name='民警 "甲" \n\x07\x7f')
        )
        assert (await registry.look_up(NUMBER, FIELDS, headers)).status_code == 200


@pytest.fixture
def settings(registry: Registry, tmp_path: Path) -> RegistrySettings:
    key = secret_files.read_or_make(tmp_path, "key")
    made: RegistrySettings = registry.app.state.settings
    return made.model_copy(update={"data_dir": tmp_path, "checkpoint_key": SecretStr(key)})


async def tamper(registry: Registry, statement: str, *values: Any) -> None:
    """What somebody with the database's own password can do."""
    async with registry.store.transaction() as tx:
        for table in ("accesses", "access_blocks"):
            await tx.connection.execute(f"alter table {table} disable trigger user")
        await tx.connection.execute(statement, *values)
        for table in ("accesses", "access_blocks"):
            await tx.connection.execute(f"alter table {table} enable trigger user")


async def verify(registry: Registry, settings: RegistrySettings, **more: Any) -> Any:
    return await exporting.verify(
        registry.store.database, settings, [], more.get("organisation"), more.get("kept")
    )


async def test_what_was_read_is_sealed_signed_and_verified(
    registry: Registry, settings: RegistrySettings
) -> None:
    await read_some(registry)
    report = await verify(registry, settings)
    assert report.faults == []
    assert (report.records, report.organisations, report.checkpoints) == (5, 2, 1)
    await registry.look_up(NUMBER, FIELDS, registry.headers())
    again = await verify(registry, settings)
    assert (again.faults, again.records, again.checkpoints) == ([], 6, 2)
    mine = await verify(registry, settings, organisation="222406.public_security")
    assert (mine.faults, mine.records, mine.organisations) == ([], 3, 1)


async def test_the_text_that_is_hashed_is_canonical(registry: Registry) -> None:
    await read_some(registry)
    for row in await registry.rows(f"select {blocks.CANONICAL} as record from accesses"):
        text = row["record"].encode()
        assert chains.canonical(orjson.loads(text)) == text


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("update accesses set reader_name = 'nobody' where id = $1", faults.CHANGED),
        ("delete from accesses where id = $1", faults.REMOVED),
    ],
)
async def test_a_record_changed_in_the_database_is_named(
    registry: Registry, settings: RegistrySettings, statement: str, kind: str
) -> None:
    await read_some(registry)
    assert not (await verify(registry, settings)).found
    (row,) = await registry.rows(
        "select id, organisation from accesses order by id offset 2 limit 1"
    )
    await tamper(registry, statement, row["id"])
    (fault,) = (await verify(registry, settings)).faults
    assert (fault.kind, fault.organisation, fault.block) == (kind, row["organisation"], 1)
    assert fault.record == (str(row["id"]) if kind == faults.CHANGED else "#2")


async def test_records_put_in_later_are_found(
    registry: Registry, settings: RegistrySettings
) -> None:
    await read_some(registry)
    await verify(registry, settings)
    copied = (
        "county, resident_id, read_at, reader, reader_name, role, organisation, purpose, "
        "operation, fields"
    )
    for xact in ("xact", "null"):
        await tamper(
            registry,
            f"insert into accesses ({copied}, xact) select {copied}, {xact} from accesses limit 1",
        )
    report = await verify(registry, settings)
    assert [fault.kind for fault in report.faults] == [faults.INSERTED] * report.found
    assert report.found >= 2


async def test_a_chain_cut_off_in_the_database_is_found_by_the_checkpoint(
    registry: Registry, settings: RegistrySettings
) -> None:
    await read_some(registry)
    await verify(registry, settings)
    await registry.look_up(NUMBER, FIELDS, registry.headers())
    await verify(registry, settings)
    await tamper(
        registry, "delete from accesses where id = (select max(id::text)::uuid from accesses)"
    )
    await tamper(registry, "delete from access_blocks where round = 2")
    await tamper(registry, "update access_sealing set round = 1")
    report = await verify(registry, settings)
    assert {fault.kind for fault in report.faults} == {faults.CUT}


async def test_records_and_blocks_are_refused_to_be_changed(registry: Registry) -> None:
    await read_some(registry)
    await sealing.seal_all(registry.store.database)
    for statement in (
        "update accesses set purpose = 'audit'",
        "update accesses set county = '222401'",
        "delete from accesses",
        "truncate accesses",
        "update access_blocks set rows = 0",
        "delete from access_blocks",
        "truncate access_blocks",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with registry.store.transaction() as tx:
                await tx.connection.execute(statement)
    async with registry.store.transaction() as tx:
        await tx.connection.execute("set local registry.rewriting = 'county_move'")
        await tx.connection.execute("update accesses set county = '222401'")
    with pytest.raises(asyncpg.RestrictViolationError):
        async with registry.store.transaction() as tx:
            await tx.connection.execute("set local registry.rewriting = 'county_move'")
            await tx.connection.execute("update accesses set county = '222406', reader = 'x'")


async def test_a_move_to_another_county_breaks_no_chain(
    registry: Registry, settings: RegistrySettings
) -> None:
    await read_some(registry)
    await verify(registry, settings)
    async with registry.store.transaction() as tx:
        await tx.connection.execute("set local registry.rewriting = 'county_move'")
        await tx.connection.execute("update accesses set county = '222401'")
    assert not (await verify(registry, settings)).found


async def test_a_transaction_that_is_open_delays_and_loses_nothing(
    registry: Registry, settings: RegistrySettings
) -> None:
    await read_some(registry, times=1)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with registry.store.transaction() as tx:
            await tx.connection.execute(
                "insert into accesses (county, resident_id, reader, reader_name, role, "
                "organisation, purpose, operation, fields) "
                "select county, id, 'r', 'r', 'r', 'slow', 'audit', 'o', '{name}' from residents"
            )
            begun.set()
            await go_on.wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    await registry.look_up(NUMBER, FIELDS, registry.headers())
    early = await verify(registry, settings)
    assert (early.found, early.records, early.waiting) == (0, 1, 1)
    go_on.set()
    await task
    late = await verify(registry, settings)
    assert (late.found, late.records, late.waiting) == (0, 3, 0)


async def test_rounds_are_cut_within_a_transaction(
    registry: Registry, settings: RegistrySettings
) -> None:
    await registry.resident()
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "insert into accesses (county, resident_id, reader, reader_name, role, organisation,"
            " purpose, operation, fields) select county, id, 'r', 'r', 'r', 'o' || n % 3, 'audit',"
            " 'o', '{name}' from residents, generate_series(1, 100) n"
        )
    both = await asyncio.gather(
        *(sealing.seal_all(registry.store.database, rows=7) for _ in range(2))
    )
    assert sum(both) == 100
    report = await verify(registry, settings)
    assert (report.faults, report.records, report.organisations) == ([], 100, 3)
    (state,) = await registry.rows("select round from access_sealing")
    assert state["round"] == 15


async def test_the_cipher_may_change_in_the_middle_of_a_chain(
    registry: Registry, settings: RegistrySettings
) -> None:
    await read_some(registry)
    (before,) = {chains.SHA256, chains.SM3} - {settings.chain_hash}
    await sealing.seal_all(registry.store.database, algorithm=before)
    await registry.look_up(NUMBER, FIELDS, registry.headers())
    assert not (await verify(registry, settings)).found
    used = await registry.rows("select distinct algorithm from access_blocks order by 1")
    assert [row["algorithm"] for row in used] == ["sha256", "sm3"]


async def test_an_export_is_verified_where_nothing_else_is(
    registry: Registry, settings: RegistrySettings, tmp_path: Path
) -> None:
    await read_some(registry)
    file = tmp_path / "export.ndjson"
    lines = await exporting.export(registry.store.database, settings, file, None)
    assert (lines, file.stat().st_mode & 0o777) == (1 + 1 + 2 + 5 + 1, 0o600)
    key = exporting.public_key(settings)
    assert key is not None
    report = offline.verify_file(file, None, [key])
    assert (report.faults, report.records, offline.code_of(report)) == ([], 5, offline.ALL_AGREES)
    kept = CheckpointFile.of(tmp_path).path
    program = tmp_path / "onegrid-audit.pyz"
    pack(program)
    with zipfile.ZipFile(program) as archive:
        assert "services/registry/domain/audit/verifying.py" in archive.namelist()
    words = ["--file", str(file), "--checkpoints", str(kept), "--public-key", key]
    code, said = await _run(program, *words, folder=tmp_path)
    assert (code, said.splitlines()[-1]) == (0, "全部一致 all agree")
    file.write_bytes(file.read_bytes().replace(b'"born_on"', b'"name_ko"', 1))
    code, said = await _run(program, *words, folder=tmp_path)
    assert (code, "a record was changed" in said) == (1, True)
    code, _ = await _run(program, "--file", "nowhere", "--public-key", key, folder=tmp_path)
    assert code == 2


async def test_auditors_see_where_the_chains_stand(
    registry: Registry, settings: RegistrySettings
) -> None:
    registry.app.state.settings = settings
    auditor = registry.headers("auditor")
    await read_some(registry)
    for _ in range(3):
        await registry.look_up(NUMBER, FIELDS, registry.headers())
        await verify(registry, settings)
    answer = await registry.client.get("/v1/audit/chains?limit=1", headers=auditor)
    (chain,) = answer.json()["items"]
    (row,) = await registry.rows(
        "select * from access_blocks where organisation = $1 order by number desc limit 1",
        chain["organisation"],
    )
    assert (chain["number"], chain["rows"], chain["hash"]) == (
        row["number"],
        row["total"],
        row["hash"].hex(),
    )
    link = f"/v1/audit/chains?after={answer.json()['next']}"
    rest = (await registry.client.get(link, headers=auditor)).json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    numbers: list[int] = []
    after: str | None = ""
    while after is not None:
        query = f"?limit=2&after={after}" if after else "?limit=2"
        page = (await registry.client.get(f"/v1/audit/checkpoints{query}", headers=auditor)).json()
        numbers += [line["number"] for line in page["items"]]
        after = page["next"]
    assert numbers == [1, 2, 3]


async def test_only_auditors_see_the_chains(registry: Registry) -> None:
    for path in ("chains", "checkpoints"):
        for role in ("grid_worker", "system_admin", "security_admin", "county_officer"):
            answer = await registry.client.get(f"/v1/audit/{path}", headers=registry.headers(role))
            assert answer.status_code == 403
    elsewhere = registry.headers("auditor", areas=["222401"])
    await read_some(registry)
    await sealing.seal_all(registry.store.database)
    answer = await registry.client.get("/v1/audit/chains", headers=elsewhere)
    assert answer.json() == {"items": [], "next": None}


async def _run(program: Path, *words: str, folder: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        *words,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_the_loops_seal_and_sign_and_once_more_when_they_stop(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    key = secret_files.read_or_make(tmp_path, "key")
    told = {"checkpoint_key": key, "data_dir": tmp_path, "seal_every_s": 0.1}
    dsn = service_database("registry", SERVICE.migrations)
    file = CheckpointFile.of(tmp_path)
    async with running(dsn, mint, run_loops=True, checkpoint_every_s=0.2, **told) as made:
        await read_some(made)
        for _ in range(200):
            if file.last() is None:
                await asyncio.sleep(0.1)
        assert (await made.client.get("/v1/audit/chains", headers=made.headers("auditor"))).json()[
            "items"
        ]
    async with running(dsn, mint, run_loops=True, checkpoint_every_s=3600, **told) as made:
        await made.look_up(NUMBER, FIELDS, made.headers())
    last = file.last()
    assert last is not None
    async with running(dsn, mint, **told) as made:
        report = await exporting.verify(
            made.store.database, made.app.state.settings, [], None, file.path
        )
        assert (report.faults, report.records, report.waiting) == ([], 6, 0)
        assert report.checkpoints >= 2
