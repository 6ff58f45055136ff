"""The files of `deploy/` against the code that they are about. What their programs would read is read here by `deployment.py`."""

import re
from typing import Any

import pytest

from gateway.config.config import OPTIONS, variable
from gateway.edge.settings import EdgeSettings
from gateway.observe.catalogue import CATALOGUE, Kind
from tests.architecture.compose_rules import mounts
from tests.architecture.deployment import DEPLOY, OURS, ROOT, Directive, compose, dockerfile, nginx, read_yaml, stages

SERVICES = compose()["services"]
BUILD, FINAL = stages(dockerfile())
EDGE = EdgeSettings()
DIRECTIVES = [each for directive in nginx() for each in directive.walk()]
PROMETHEUS = read_yaml(DEPLOY / "prometheus/prometheus.yml")
RULES = [rule for group in read_yaml(DEPLOY / "prometheus/alerts.yml")["groups"] for rule in group["rules"]]
CLAMD = dict(
    line.split(maxsplit=1)
    for line in (DEPLOY / "clamav/clamd.conf").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


def final(word: str) -> str:
    """The last instruction of its kind in the image that runs."""
    return [each.arguments for each in FINAL if each.word == word][-1]


def directive(name: str) -> Directive:
    found = [each for each in DIRECTIVES if each.words[0] == name]
    assert len(found) == 1, name
    return found[0]


class TestDockerfile:
    def test_both_stages_stand_on_one_image_known_by_its_digest(self) -> None:
        bases = {stage[0].words[0] for stage in (BUILD, FINAL)}
        assert len(bases) == 1
        assert re.fullmatch(r"python:3\.1[12]\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases.pop())

    def test_what_runs_is_not_root_and_is_who_compose_says(self) -> None:
        assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", final("USER"))
        assert {SERVICES[name]["user"] for name in OURS} == {final("USER")}
        after = [each.word for each in FINAL[[each.word for each in FINAL].index("USER") :]]
        assert not {"RUN", "COPY"} & set(after)

    def test_nothing_comes_from_the_net_but_wheels(self) -> None:
        commands = " ".join(each.arguments for each in (*BUILD, *FINAL) if each.word == "RUN")
        assert not {"ADD", "ONBUILD"} & {each.word for each in (*BUILD, *FINAL)}
        assert not re.search(r"\b(apt|apt-get|apk|curl|wget|git|gcc)\b|https?://", commands)
        assert "--only-binary=:all:" in commands
        assert "--constraint constraints.txt" in commands

    def test_no_secret_is_in_the_image(self) -> None:
        assert "ARG" not in {each.word for each in (*BUILD, *FINAL)}
        assert not re.search(r"SEAWALL__|PASSWORD|TOKEN|SECRET", " ".join(each.arguments for each in FINAL if each.word == "ENV"))

    def test_what_is_copied_is_there_and_reaches_the_builder(self) -> None:
        lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        sources = {
            path for each in (*BUILD, *FINAL) if each.word == "COPY" and "--from" not in each.arguments for path in each.words[:-1]
        }
        assert sources == {line[1:] for line in lines if line.startswith("!")}
        assert next(line for line in lines if not line.startswith(("#", "!"))) == "*"
        assert all((ROOT / source).exists() for source in sources)

    def test_ports_and_directories_are_those_of_the_settings_and_of_compose(self) -> None:
        assert final("EXPOSE").split() == [str(EDGE.port), str(EDGE.ops_port)]
        made = [each.arguments for each in FINAL if "install --directory" in each.arguments]
        for name in OURS:
            assert all(f" {target}" in made[0] for _, target, _ in mounts(SERVICES[name]))

    def test_the_health_check_is_the_file_that_was_copied(self) -> None:
        _, target = next(each.words for each in FINAL if each.words[0] == "deploy/healthcheck.py")
        assert final("HEALTHCHECK").endswith(f'CMD ["python", "{target}"]')
        for name in ("gateway", "worker"):
            assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "python", target]

    def test_it_starts_as_the_command_line_does(self) -> None:
        assert (final("ENTRYPOINT"), final("CMD"), final("STOPSIGNAL")) == ('["seawall"]', '["serve"]', "SIGTERM")


class TestPrometheus:
    def test_what_it_reads_is_mounted_and_its_token_is_written_before_it_starts(self) -> None:
        mounted = {str(target) for _, target, _ in mounts(SERVICES["prometheus"])}
        script = SERVICES["prometheus"]["command"][0]
        assert set(PROMETHEUS["rule_files"]) <= mounted
        assert re.search(r"--config\.file=(\S+)", script)[1] in mounted  # type: ignore[index]
        assert f"> {self.job('seawall')['authorization']['credentials_file']}\n" in script

    def test_it_asks_who_answers(self) -> None:
        [found] = self.job("seawall")["dns_sd_configs"]
        assert (found["names"], found["port"]) == (["gateway", "worker"], EDGE.ops_port)
        for target in self.job("seaweedfs")["static_configs"][0]["targets"]:
            name, _, port = target.partition(":")
            assert f"-metricsPort={port}" in SERVICES[name]["command"]

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
    def test_alerts_ask_for_metrics_and_labels_that_exist(self, rule: dict[str, Any]) -> None:
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("critical", "warning")
        named = set(re.findall(r"\bseawall_\w+", rule["expr"]))
        assert named or re.search(r'\bup\{job="\w+"\}', rule["expr"])
        labels = {label for name in named for label in self.metric(name)}
        asked = re.findall(r"(\w+)=~?\"", rule["expr"]) + re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", rule["expr"])))
        assert set(asked) <= labels | ({"job"} if "up{" in rule["expr"] else set())

    @staticmethod
    def job(name: str) -> dict[str, Any]:
        return next(dict(job) for job in PROMETHEUS["scrape_configs"] if job["job_name"] == name)

    @staticmethod
    def metric(series: str) -> set[str]:
        name = series.removesuffix("_bucket")
        metric = CATALOGUE[name]
        assert (metric.kind is Kind.HISTOGRAM) is (name != series)
        return {*metric.labels, *(["le"] if name != series else [])}


class TestNginx:
    def test_it_hands_on_what_was_signed_and_holds_nothing_back(self) -> None:
        assert directive("proxy_pass").words[1] == "http://seawall"
        assert directive("client_max_body_size").words[1] == f"{EDGE.max_body_bytes >> 30}g"
        said = {tuple(each.words) for each in DIRECTIVES}
        assert {("proxy_set_header", "Host", "$http_host"), ("proxy_http_version", "1.1"), ("merge_slashes", "off")} <= said
        assert {("proxy_request_buffering", "off"), ("proxy_buffering", "off"), ("underscores_in_headers", "on")} <= said

    def test_it_lets_go_of_idle_connections_before_seawall_does(self) -> None:
        assert 0 < int(directive("keepalive_timeout").words[1].removesuffix("s")) < EDGE.keepalive

    def test_it_asks_where_compose_publishes(self) -> None:
        assert (
            next(each.words[1] for each in DIRECTIVES if each.words[0] == "server" and each.block is None)
            == f"127.0.0.1:{EDGE.port}"
        )


class TestClamd:
    def test_what_is_being_scanned_has_room(self) -> None:
        temporary = next(int(re.findall(r"\d+", each)[0]) for each in SERVICES["clamd"]["tmpfs"] if each.startswith("/tmp:"))
        assert int(CLAMD["MaxThreads"]) * int(CLAMD["StreamMaxLength"].removesuffix("M")) < temporary
        assert CLAMD["MaxFileSize"] == CLAMD["MaxScanSize"] == CLAMD["StreamMaxLength"]
        assert CLAMD["AlertExceedsMax"] == "yes"

    def test_it_answers_where_the_health_check_of_its_image_asks(self) -> None:
        assert (CLAMD["TCPSocket"], CLAMD["LocalSocket"]) == ("3310", "/tmp/clamd.sock")
        assert "User" not in CLAMD  # it is nobody else's from the start


def test_no_file_names_a_setting_that_is_not_there() -> None:
    known = {variable(dotted) for dotted in OPTIONS}
    for path in (*DEPLOY.rglob("*"), ROOT / "docker-compose.yml", ROOT / "docs/deployment.md"):
        if path.is_file():
            assert {name.removesuffix("_FILE") for name in re.findall(r"SEAWALL__\w+", path.read_text("utf-8"))} <= known, path
