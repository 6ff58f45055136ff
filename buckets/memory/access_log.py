"""The record of reads in a list."""

from dataclasses import dataclass

from buckets.memory.catalog import MemoryCatalog
from buckets.model.read import Read


@dataclass(slots=True)
class MemoryAccessLog:
    """The `AccessLog` port."""

    catalog: MemoryCatalog

    def note(self, read: Read) -> None:
        self.catalog.reads.append(read.entry(self.catalog.ids.uuid7()))

    async def write(self) -> None:
        """Nothing waits."""
