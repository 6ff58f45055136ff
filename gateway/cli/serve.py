"""`seawall serve`: an installation whose servers somebody else runs, in one process or in several."""

from collections.abc import Mapping
from pathlib import Path

import click

from gateway.cli.options import settings_options
from gateway.config.load import load


@click.command()
@settings_options
@click.option("--workers", type=int, help="Processes that share the ports.  [default: the setting workers]")
@click.option("--without-jobs", is_flag=True, help="Leave the jobs to other processes.")
@click.option("--jobs-only", is_flag=True, help="Do the jobs, and answer on the operations listener only.")
@click.option("--ready-file", type=click.Path(path_type=Path, dir_okay=False), help="Written as JSON once everything is ready.")
@click.option("--place", hidden=True, help="What a parent hands over to its worker.")
def serve(  # noqa: PLR0917  # the command line has no positions
    given: Mapping[str, str],
    config_file: Path | None,
    workers: int | None,
    without_jobs: bool,
    jobs_only: bool,
    ready_file: Path | None,
    place: str | None,
) -> None:
    """Serve with the settings as they stand.

    It starts no servers, and changes neither schema nor accounts: `seawall migrate up` and `seawall init` come first.
    """
    if without_jobs and jobs_only:
        raise click.UsageError("--without-jobs and --jobs-only leave nothing to do")
    flags = {**given, **({} if workers is None else {"workers": str(workers)})}
    config = load(flags=flags, file=config_file).config
    if place is None and config.workers > 1:
        from gateway.cli.workers import passed_on, serve_with_workers

        arguments = passed_on(flags, config_file, without_jobs=without_jobs, jobs_only=jobs_only)
        serve_with_workers(config, arguments, ready_file, requests=not jobs_only)
        return
    from gateway.cli.serving import serve_alone, serve_as_worker

    if place is None:
        serve_alone(config, ready_file, requests=not jobs_only, jobs=not without_jobs)
    else:
        serve_as_worker(config, place, jobs=not without_jobs)
