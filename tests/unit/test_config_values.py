"""How the text of a setting is read."""

import pytest
from hypothesis import given
from hypothesis.strategies import sampled_from, text

from buckets.errors import InvalidScalar
from buckets.settings import Secret, Setting, Unit
from gateway.config.config import OPTIONS, Option
from gateway.config.parse import parse
from tests.factories.settings import problems


class TestParsing:
    def option(self, kind: type, *, unit: Unit = Unit.NONE, least: float = 0, most: float = 1 << 53) -> Option:
        about = Setting(sentence="It is made up.", unit=unit, least=least, most=most)
        return Option(section="made", name="up", kind=kind, default=None, setting=about)

    @pytest.mark.parametrize(
        ("text", "size"), [("0", 0), ("65536", 65536), ("1KiB", 1024), ("5 GiB", 5 << 30), ("2MiB", 2 << 20), ("1 TiB", 1 << 40)]
    )
    def test_sizes_are_bytes_or_binary_multiples(self, text: str, size: int) -> None:
        assert parse(self.option(int, unit=Unit.BYTES), text) == size

    @pytest.mark.parametrize("text", ["", "1 GB", "1k", "-1", "1.5GiB", "1  KiB", "1_0", "٣", "99999 TiB", "9" * 5000])
    def test_other_sizes_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidScalar):
            parse(self.option(int, unit=Unit.BYTES), text)

    @pytest.mark.parametrize("text", ["", "-1", "+1", "1e3", "nan", "inf", "1.", ".5", " 1", "1s", "٣", "1_0", "9" * 400, "61"])
    def test_durations_are_plain_decimals_within_their_bounds(self, text: str) -> None:
        assert parse(self.option(float, unit=Unit.SECONDS, most=60), "0.25") == 0.25
        with pytest.raises(InvalidScalar):
            parse(self.option(float, unit=Unit.SECONDS, most=60), text)

    @pytest.mark.parametrize("text", ["True", "1", "yes", ""])
    def test_booleans_are_true_or_false(self, text: str) -> None:
        assert [parse(self.option(bool), each) for each in ("true", "false")] == [True, False]
        with pytest.raises(InvalidScalar):
            parse(self.option(bool), text)

    def test_a_choice_is_refused_with_what_there_is(self) -> None:
        assert problems(flags={"store.kind": "Disk"}) == [
            "store.kind is not valid: it is one of disk, memory, seaweedfs. (command line)"
        ]

    @pytest.mark.parametrize("text", ["a\nb", "a\x00", "a\x1b[2J", "a\u202eb"])
    def test_texts_hold_only_what_prints(self, text: str) -> None:
        for name in ("edge.host", "catalog.dsn", "store.directory"):
            assert len(problems(flags={name: text})) == 1

    @pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.dotted)
    def test_every_default_is_within_its_own_bounds(self, option: Option) -> None:
        text = option.default.reveal() if option.secret else str(option.default)
        assert parse(option, text) == option.default


@given(option=sampled_from(list(OPTIONS.values())), given_text=text(max_size=20))
def test_any_text_becomes_a_value_that_reads_back_or_a_refusal_that_does_not_quote_it(option: Option, given_text: str) -> None:
    try:
        value = parse(option, given_text)
    except InvalidScalar:
        with pytest.raises(InvalidScalar) as caught:
            parse(option, f"{given_text}canary\n")
        assert "canary" not in str(caught.value)
    else:
        assert isinstance(value, option.kind)
        assert parse(option, value.reveal() if isinstance(value, Secret) else str(value)) == value
