"""What both versions of ListObjects ask for, and the page that they show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from buckets.errors import InvalidScalar
from buckets.names import BucketName
from buckets.scalars import whole_number
from gateway.auth.objects import Listed, Listing
from gateway.s3.xml.listing import Shown

_MOST = 1000
_LARGEST = (1 << 31) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which names, how many of them, and how they are to be written."""

    prefix: str
    delimiter: str
    max_keys: int
    encoding_type: Literal["url"] | None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """More keys than a page can hold may be asked for."""
        most = whole_number(parameters.get("max-keys", str(_MOST)), name="The parameter max-keys", most=_LARGEST)
        return cls(
            prefix=parameters.get("prefix", ""),
            delimiter=parameters.get("delimiter", ""),
            max_keys=min(most, _MOST),
            encoding_type=_encoding_type(parameters),
        )

    def listing(self, behind: str) -> Listing:
        return Listing(prefix=self.prefix, delimiter=self.delimiter, behind=behind, limit=self.max_keys)

    def shown(self, bucket: BucketName, listed: Listed) -> Shown:
        return Shown(
            bucket=bucket,
            prefix=self.prefix,
            delimiter=self.delimiter,
            max_keys=self.max_keys,
            encoding_type=self.encoding_type,
            truncated=listed.more,
            entries=listed.entries,
        )


def _encoding_type(parameters: Mapping[str, str]) -> Literal["url"] | None:
    match parameters.get("encoding-type"):
        case None:
            return None
        case "url":
            return "url"
        case _:
            raise InvalidScalar("The parameter encoding-type", "url was expected")
