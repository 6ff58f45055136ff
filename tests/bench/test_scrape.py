"""What is read out of the gateway's own metrics."""

from gateway.observe.metrics import PrometheusMeter
from gateway.observe.page import OwnPage
from tests.bench.scrape import Scrape, Step


def test_steps_are_told_for_one_request_since_the_look_before() -> None:
    meter = PrometheusMeter(OwnPage(), version="0")
    meter.observe("seawall_request_seconds", 9.0, surface="s3", operation="GetObject")
    meter.observe("seawall_store_seconds", 9.0, operation="put")
    before = Scrape.of(meter.render()[0].decode())
    for _ in range(4):
        meter.observe("seawall_request_seconds", 0.5, surface="s3", operation="GetObject")
        meter.observe("seawall_catalog_query_seconds", 0.125, query="find_heads")
    meter.observe("seawall_phase_seconds", 1.0, phase="put.commit")
    assert Scrape.of(meter.render()[0].decode()).since(before) == [
        Step(name="request GetObject s3", calls=1, seconds=0.5),
        Step(name="phase put.commit", calls=0.25, seconds=0.25),
        Step(name="query find_heads", calls=1, seconds=0.125),
    ]
