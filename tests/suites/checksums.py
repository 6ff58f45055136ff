"""What every implementation of `Checksums` promises."""

import asyncio
import hashlib
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buckets.errors import ClientGone, DigestMismatch, IncompleteBody, StorageError, TooLarge
from buckets.memory.checksums import MemoryChecksums
from buckets.model.checksum import Algorithm, Claim
from buckets.ports import Checksums, Claims, Findings
from tests.factories.bodies import KIB, MIB, body, broken, endless, noise

NOTHING_CLAIMED = Claims()


def claim(algorithm: Algorithm, value: bytes) -> Claim:
    return Claim(algorithm, value, "a-header")


async def seen(checksums: Checksums, *chunks: bytes, claims: Claims = NOTHING_CLAIMED, limit: int = 100 * MIB) -> Findings:
    async with checksums.inspect(claims, limit=limit) as inspection:
        async for _ in inspection.watch(body(*chunks)):
            pass
        return await inspection.findings()


def cut(content: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The content in chunks of these sizes, over and over."""
    chunks, start, turn = [], 0, 0
    while start < len(content):
        size = sizes[turn % len(sizes)]
        chunks.append(content[start : start + size])
        start, turn = start + size, turn + 1
    return chunks


def sums(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in values)


class ChecksumsSuite:
    """A subclass supplies the fixture `checksums`, and nothing else."""

    async def test_known_digests_come_out(self, checksums: Checksums) -> None:
        findings = await seen(checksums, b"1234", b"56789")
        assert findings.size == 9
        assert findings.digests.crc32c == 0xE3069283  # the check value of the polynomial
        assert findings.digests.etag == "25f9e794323b453885f5181f1b624d0b"
        assert findings.digests.md5 == bytes.fromhex("25f9e794323b453885f5181f1b624d0b")
        assert findings.digests.sha256 == bytes.fromhex("15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")
        assert findings.sums == sums(0xE3069283)

    @pytest.mark.parametrize(
        ("content", "crc32c"),
        [
            (bytes(32), 0x8A9136AA),
            (b"\xff" * 32, 0x62A8AB43),
            (bytes(range(32)), 0x46DD794E),
            (bytes(range(31, -1, -1)), 0x113FDB5C),
        ],
    )
    async def test_the_examples_of_rfc_3720_come_out(self, checksums: Checksums, content: bytes, crc32c: int) -> None:
        assert (await seen(checksums, content)).digests.crc32c == crc32c

    @pytest.mark.parametrize("chunks", [(), (b"",), (b"", b"")])
    async def test_an_empty_body_has_digests_too(self, checksums: Checksums, chunks: tuple[bytes, ...]) -> None:
        findings = await seen(checksums, *chunks, claims=Claims(size=0))
        assert (findings.size, findings.digests.crc32c, findings.sums) == (0, 0, b"")
        assert findings.digests.etag == "d41d8cd98f00b204e9800998ecf8427e"

    async def test_the_body_passes_unchanged(self, checksums: Checksums) -> None:
        chunks = [b"a", b"", noise(300 * KIB), b"bc", noise(70 * KIB)]
        async with checksums.inspect(NOTHING_CLAIMED, limit=MIB) as inspection:
            assert [chunk async for chunk in inspection.watch(body(*chunks))] == chunks

    @pytest.mark.parametrize("size", [64 * KIB, 64 * KIB + 1, 256 * KIB, 600 * KIB])
    @pytest.mark.parametrize("chunk", [10 * KIB + 1, 64 * KIB, 10 * MIB])
    async def test_size_and_digests_are_those_of_the_whole_body(self, checksums: Checksums, size: int, chunk: int) -> None:
        content = noise(size)
        findings = await seen(checksums, *cut(content, [chunk]))
        assert findings.size == size
        assert findings.digests.md5 == hashlib.md5(content).digest()
        assert findings.digests.sha256 == hashlib.sha256(content).digest()

    @pytest.mark.parametrize(("blocks", "rest"), [(0, 1), (1, 0), (1, 1), (16, 0), (16, 1), (17, 0)])
    @pytest.mark.parametrize("chunk", [512 * KIB - 1, 512 * KIB, 512 * KIB + 1, 2 * MIB])
    async def test_every_body_has_a_sum_for_each_block_wherever_its_chunks_end(
        self, checksums: Checksums, chunk: int, blocks: int, rest: int
    ) -> None:
        zeros, last = 0x72C0C4A4, 0x527D5351  # of 64 KiB of zeros, and of one zero
        body = bytes(blocks * 64 * KIB + rest)
        assert (await seen(checksums, *cut(body, [chunk]))).sums == sums(*[zeros] * blocks, *[last] * rest)

    @pytest.mark.parametrize("cut", range(10))
    async def test_a_sum_can_be_taken_in_steps(self, checksums: Checksums, cut: int) -> None:
        before, after = b"123456789"[:cut], memoryview(b"123456789")[cut:]
        assert checksums.crc32c(after, checksums.crc32c(before)) == checksums.crc32c(b"123456789") == 0xE3069283

    @settings(
        max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors], deadline=None
    )
    @given(
        size=st.integers(0, 70 * KIB) | st.integers(255 * KIB, 330 * KIB) | st.integers(MIB - 2, MIB + 2),
        cuts=st.lists(
            st.sampled_from([1, 63, 4 * KIB, 64 * KIB - 1, 64 * KIB, 100_000, 256 * KIB, 2 * MIB]), min_size=1, max_size=5
        ),
    )
    async def test_any_chunking_gives_what_the_reference_finds(self, checksums: Checksums, size: int, cuts: list[int]) -> None:
        content, cuts = noise(size), [*cuts, 4 * KIB]
        assert await seen(checksums, *cut(content, cuts)) == await seen(MemoryChecksums(), content)

    async def test_a_size_beyond_the_limit_is_refused_before_the_body(self, checksums: Checksums) -> None:
        with pytest.raises(TooLarge) as fault:
            async with checksums.inspect(Claims(size=11), limit=10):
                pytest.fail("the inspection began")
        assert fault.value.limit == 10

    async def test_a_body_as_large_as_the_limit_is_taken(self, checksums: Checksums) -> None:
        assert (await seen(checksums, b"12345", b"67890", claims=Claims(size=10), limit=10)).size == 10

    async def test_a_body_is_refused_as_soon_as_it_is_beyond_the_limit(self, checksums: Checksums) -> None:
        async with checksums.inspect(NOTHING_CLAIMED, limit=10) as inspection:
            watched = inspection.watch(endless(b"1234"))
            assert [await anext(watched), await anext(watched)] == [b"1234", b"1234"]
            with pytest.raises(TooLarge):
                await anext(watched)

    async def test_a_body_is_refused_as_soon_as_it_is_longer_than_declared(self, checksums: Checksums) -> None:
        async with checksums.inspect(Claims(size=5), limit=100) as inspection:
            watched = inspection.watch(endless(b"1234"))
            assert await anext(watched) == b"1234"
            with pytest.raises(IncompleteBody) as fault:
                await anext(watched)
        assert (fault.value.declared, fault.value.received) == (5, 8)

    @pytest.mark.parametrize("size", [3, 700 * KIB])
    async def test_a_body_shorter_than_declared_is_refused_at_its_end(self, checksums: Checksums, size: int) -> None:
        with pytest.raises(IncompleteBody) as fault:
            await seen(checksums, *cut(bytes(size), [64 * KIB]), claims=Claims(size=size + 1))
        assert (fault.value.declared, fault.value.received) == (size + 1, size)

    async def test_findings_of_half_a_body_are_refused(self, checksums: Checksums) -> None:
        async with checksums.inspect(Claims(size=10), limit=100) as inspection:
            await anext(inspection.watch(body(b"12345", b"67890")))
            with pytest.raises(IncompleteBody):
                await inspection.findings()

    async def test_findings_of_a_body_without_end_are_refused(self, checksums: Checksums) -> None:
        async with checksums.inspect(NOTHING_CLAIMED, limit=100) as inspection:
            await anext(inspection.watch(body(b"12345", b"67890")))
            with pytest.raises(ClientGone):
                await inspection.findings()

    async def test_whoever_takes_all_that_was_declared_need_not_wait_for_the_end(self, checksums: Checksums) -> None:
        async with checksums.inspect(Claims(size=5), limit=100) as inspection:
            await anext(inspection.watch(body(b"12345")))
            assert (await inspection.findings()).size == 5

    @pytest.mark.parametrize("size", [10, 300 * KIB])
    async def test_true_claims_hold(self, checksums: Checksums, size: int) -> None:
        content = noise(size)
        claims = Claims(
            size=size,
            digests=(
                claim(Algorithm.MD5, hashlib.md5(content).digest()),
                claim(Algorithm.SHA1, hashlib.sha1(content).digest()),
                claim(Algorithm.SHA256, hashlib.sha256(content).digest()),
                claim(Algorithm.CRC32, zlib.crc32(content).to_bytes(4, "big")),
            ),
        )
        assert (await seen(checksums, content, claims=claims)).size == size

    @pytest.mark.parametrize("size", [10, 300 * KIB])
    @pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
    async def test_a_false_claim_is_refused_with_both_digests(self, checksums: Checksums, algorithm: str, size: int) -> None:
        content, other = noise(size), b"x" + noise(size)[1:]
        claimed = hashlib.new(algorithm, other).digest()
        with pytest.raises(DigestMismatch) as fault:
            await seen(checksums, content, claims=Claims(digests=[claim(Algorithm(algorithm.upper()), claimed)]))
        assert (fault.value.algorithm, fault.value.header) == (algorithm.upper(), "a-header")
        assert (fault.value.claimed, fault.value.computed) == (claimed.hex(), hashlib.new(algorithm, content).hexdigest())

    @pytest.mark.parametrize(
        ("algorithm", "value"),
        [(Algorithm.CRC32, "cbf43926"), (Algorithm.CRC32C, "e3069283"), (Algorithm.CRC64NVME, "ae8b14860a799888")],
    )
    async def test_the_published_check_values_are_met(self, checksums: Checksums, algorithm: Algorithm, value: str) -> None:
        true = claim(algorithm, bytes.fromhex(value))
        await seen(checksums, b"1234", b"56789", claims=Claims(digests=[true]))
        with pytest.raises(DigestMismatch):
            await seen(checksums, b"1234", b"56788", claims=Claims(digests=[true]))

    async def test_a_claim_of_another_length_is_refused(self, checksums: Checksums) -> None:
        with pytest.raises(DigestMismatch):
            await seen(checksums, b"x", claims=Claims(digests=[claim(Algorithm.MD5, hashlib.md5(b"x").digest()[:8])]))

    async def test_findings_can_be_asked_for_twice(self, checksums: Checksums) -> None:
        async with checksums.inspect(NOTHING_CLAIMED, limit=MIB) as inspection:
            async for _ in inspection.watch(body(bytes(100 * KIB))):
                pass
            assert await inspection.findings() == await inspection.findings()

    @pytest.mark.parametrize("fault", [ClientGone(), ValueError("of the body")])
    async def test_a_fault_of_the_body_passes_unchanged(self, checksums: Checksums, fault: Exception) -> None:
        async with checksums.inspect(NOTHING_CLAIMED, limit=MIB) as inspection:
            with pytest.raises(type(fault)) as raised:
                [chunk async for chunk in inspection.watch(broken(bytes(300 * KIB), fault=fault))]
            assert raised.value is fault
            with pytest.raises(StorageError):
                await inspection.findings()

    async def test_a_body_can_be_left_halfway(self, checksums: Checksums) -> None:
        async with checksums.inspect(NOTHING_CLAIMED, limit=100 * MIB) as inspection:
            watched = inspection.watch(endless(bytes(300 * KIB)))
            assert len(await anext(watched)) == 300 * KIB
        assert (await seen(checksums, b"x")).size == 1

    async def test_a_cancelled_inspection_ends(self, checksums: Checksums) -> None:
        begun = asyncio.Event()

        async def look_on() -> None:
            async with checksums.inspect(NOTHING_CLAIMED, limit=100 * MIB) as inspection:
                async for _ in inspection.watch(body(*[bytes(300 * KIB)] * 3)):
                    begun.set()
                    await asyncio.Event().wait()

        looking = asyncio.create_task(look_on())
        await begun.wait()
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking

    async def test_bodies_side_by_side_do_not_mix(self, checksums: Checksums) -> None:
        bodies = [noise(size) for size in (1, 100 * KIB, 300 * KIB, 513 * KIB) for _ in range(3)]
        found = await asyncio.gather(*(seen(checksums, *cut(content, [50_000])) for content in bodies))
        assert [findings.digests.md5 for findings in found] == [hashlib.md5(content).digest() for content in bodies]
