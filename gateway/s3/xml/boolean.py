"""True and false as XML Schema writes them.

https://www.w3.org/TR/xmlschema-2/#boolean
"""

from buckets.errors import MalformedXml
from gateway.s3.xml.element import Element

_VALUES = {"true": True, "1": True, "false": False, "0": False}


def parse_boolean(element: Element) -> bool:
    value = _VALUES.get(element.text())
    if value is None:
        raise MalformedXml(f"{element.name} is neither true nor false")
    return value
