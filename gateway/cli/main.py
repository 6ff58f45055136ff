"""The command line: its commands, and how a problem ends it."""

import importlib
import sys
from typing import Any

import click

_COMMANDS = {
    "up": "Start the whole stack: PostgreSQL, Valkey, a store and both listeners.",
    "serve": "Serve, or do the jobs, over servers that are there already.",
    "init": "Make the first account with its key, and the shipped buckets.",
    "users": "Add people who sign in, and give them passwords.",
    "seed": "Make sample data: users, buckets and objects with real bytes.",
    "put": "Send files; they become objects.",
    "get": "Fetch objects; they become files.",
    "ls": "List buckets, or the objects in one.",
    "cp": "Copy an object within the service.",
    "mv": "Give an object another name.",
    "rm": "Delete objects.",
    "buckets": "List, make, show and delete buckets.",
    "doctor": "Examine what the service stands on, and say what mends it.",
    "backup": "Run a command while no bytes are swept away.",
    "audit": "Verify that the record of what happened is as it was written.",
    "migrate": "Bring the schema of the database up, or say where it stands.",
    "config": "Show the settings in force, and where each came from.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: Any = getattr(importlib.import_module(f"gateway.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="seawall")
def seawall() -> None:
    """Seawall: a storage gateway that speaks S3 and JSON."""


def main() -> None:
    """Run a command; what an operator can mend is said in a line each, never as a traceback."""
    try:
        seawall(prog_name="seawall")
    except ImportError as problem:
        _end(f"The library {problem.name} is missing: run make setup, or pip install --upgrade seawall.")
    except Exception as problem:
        if not _is_ours(problem):
            raise
        _end(str(problem), getattr(problem, "exit_code", 1))


def _is_ours(problem: Exception) -> bool:
    from buckets.errors import StorageError
    from gateway.cli.client.errors import Failure
    from gateway.config.problems import BrokenSettings
    from gateway.embedded.problems import StartupProblem

    return isinstance(problem, StorageError | BrokenSettings | Failure | StartupProblem)


def _end(message: str, code: int = 1) -> None:
    for line in message.splitlines():
        print(f"seawall: {line}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
