"""The examples of docs/api.md, run as they stand by a shell."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.stack import up

PAGE = Path(__file__).parents[2] / "docs/api.md"
EXAMPLES = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "jq"))), reason="the examples take bash, curl and jq")
def test_the_examples_run_as_they_stand(tmp_path: Path) -> None:
    assert len(EXAMPLES) > 5
    with up(tmp_path / "data", "--memory") as stack:
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(EXAMPLES)],
            env={"PATH": os.environ["PATH"], "SEAWALL_ENDPOINT": stack.endpoint, "SEAWALL_API_KEY": stack.api_key},
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-1] == "refused, as it should be", ended.stdout
