"""Names, parsed once: whoever holds a `BucketName` or an `ObjectKey` holds a valid one.

The names are strings that cannot be built wrong. Bytes from a wire go through `parse`, which refuses what is not strict UTF-8.
"""

import re
from typing import ClassVar, NewType, Self
from uuid import UUID

from buckets.errors import InvalidName, KeyTooLong

BlobId = NewType("BlobId", UUID)
BucketId = NewType("BucketId", UUID)
CredentialId = NewType("CredentialId", UUID)
JobId = NewType("JobId", UUID)
LeaseId = NewType("LeaseId", UUID)
LoginId = NewType("LoginId", UUID)
UploadId = NewType("UploadId", UUID)
UserId = NewType("UserId", UUID)
VersionId = NewType("VersionId", UUID)

# Not XML 1.0 characters: a name that holds one could not be listed. TAB, LF and CR can (escaped), so they may stand.
_UNLISTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


class Name(str):
    """A string that was checked when it was made."""

    __slots__ = ()
    kind: ClassVar[str]

    def __new__(cls, text: str) -> Self:
        cls.check(text)
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        try:
            return cls(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise InvalidName(cls.kind, "it is not UTF-8") from error

    @classmethod
    def check(cls, text: str) -> None:
        """Raise the client fault that says what is wrong with the text."""
        raise NotImplementedError


class BucketName(Name):
    """A bucket's name as S3 allows it: it can stand in a host name as well as in a path."""

    __slots__ = ()
    kind = "The bucket name"
    _shape = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
    _address = re.compile(r"[0-9]+(\.[0-9]+){3}")

    @classmethod
    def check(cls, text: str) -> None:
        if not cls._shape.fullmatch(text):
            raise InvalidName(
                cls.kind, "it takes 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends"
            )
        if ".." in text:
            raise InvalidName(cls.kind, "two dots stand side by side")
        if cls._address.fullmatch(text):
            raise InvalidName(cls.kind, "it looks like an address")
        if text.startswith(_RESERVED_PREFIXES) or text.endswith(_RESERVED_SUFFIXES):
            raise InvalidName(cls.kind, "its beginning or end is reserved")


class ObjectKey(Name):
    """An object's key: up to 1,024 bytes of UTF-8, opaque. `..`, `//` and a slash at the end have no meaning."""

    __slots__ = ()
    kind = "The key"
    limit = 1024

    @classmethod
    def check(cls, text: str) -> None:
        if not text:
            raise InvalidName(cls.kind, "it is empty")
        if _UNLISTABLE.search(text):
            raise InvalidName(cls.kind, "it holds a character that cannot be listed")
        size = len(text.encode("utf-8"))
        if size > cls.limit:
            raise KeyTooLong(size, cls.limit)


class AccountId(Name):
    """Twelve digits, as S3 clients expect of an account."""

    __slots__ = ()
    kind = "The account id"
    _shape = re.compile(r"[0-9]{12}")

    @classmethod
    def check(cls, text: str) -> None:
        if not cls._shape.fullmatch(text):
            raise InvalidName(cls.kind, "it takes 12 digits")


class AccessKey(Name):
    """The public half of a key pair."""

    __slots__ = ()
    kind = "The access key"
    _shape = re.compile(r"[A-Z0-9]{16,32}")

    @classmethod
    def check(cls, text: str) -> None:
        if not cls._shape.fullmatch(text):
            raise InvalidName(cls.kind, "it takes 16 to 32 capital letters and digits")


class EmailAddress(Name):
    """An address that mail goes to. It is ASCII: what looks the same is the same, but for capitals, which do not count."""

    __slots__ = ()
    kind = "The email address"
    limit = 254
    _shape = re.compile(r"[!-?A-~]+@[!-?A-~]+")

    @classmethod
    def check(cls, text: str) -> None:
        if len(text) > cls.limit or not cls._shape.fullmatch(text):
            raise InvalidName(cls.kind, f"it takes up to {cls.limit} visible ASCII characters with one @ between them")
