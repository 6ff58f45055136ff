"""When a request was signed.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from buckets.errors import InvalidScalar, NotAuthenticated, RequestTimeSkewed
from buckets.scalars import amz_date

AMZ_DATE = "x-amz-date"
MOST_SKEW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AmzDate:
    """A moment, and the text it was signed as."""

    text: str
    moment: datetime

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Of the header."""
        if text is None:
            raise NotAuthenticated(f"there is no {AMZ_DATE} header")
        try:
            return cls(text, amz_date(text, name=AMZ_DATE))
        except InvalidScalar as error:
            raise NotAuthenticated(f"the {AMZ_DATE} header must be a time like 20261121T120300Z") from error

    @property
    def day(self) -> str:
        return self.text[:8]

    def must_be_near(self, now: datetime) -> None:
        if abs(now - self.moment) > MOST_SKEW:
            raise RequestTimeSkewed(self.moment, now)

    def must_have_come(self, now: datetime) -> None:
        """The clock of who signs may be ahead of ours, within limits."""
        if self.moment - now > MOST_SKEW:
            raise RequestTimeSkewed(self.moment, now)
