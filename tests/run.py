"""Run what `make test` promises: the checks, and the suite on SQLite and PostgreSQL side by side.

`python -m tests.run [ARGUMENTS FOR PYTEST]`. Arguments choose a part of the suite. With `STRICT=1` anything
left out is a failure. With `COVERAGE=1` the whole suite runs on SQLite alone, and is measured.
"""

# What this prints is its result.
# ruff: noqa: T201

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.services import POSTGRESQL, RABBITMQ, REDIS, Service, chromium, find, own_database

# Two processes for each suite, because tests wait as much as they work. They are given out in pytest's
# order, in which those that commit come last; what shares something slow to make is one group. A part of the
# suite runs in one process.
SIDE_BY_SIDE = ["-n", "2"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the closing table."""

    name: str
    seconds: float
    passed: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Something that did not run, and why."""

    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One run of pytest. Its files stand in `folder` under its `key`."""

    name: str
    key: str
    folder: Path
    environment: dict[str, str]
    # What no database changes need not run on each of them.
    choice: tuple[str, ...]
    # The tracer adds half to the time.
    is_measured: bool

    @property
    def report(self) -> Path:
        """Where pytest writes what became of each test, as JUnit XML."""
        return self.folder / f"{self.key}.xml"

    @property
    def output(self) -> Path:
        """Where the output waits while that of another suite is shown."""
        return self.folder / f"{self.key}.out"


def main(arguments: Sequence[str]) -> int:
    """Run all of it and return the exit code."""
    # Being told to stop ends the same way as Ctrl-C does, so that the servers started here are stopped too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What a shell starts in the background is deaf to Ctrl-C, and so would the programs under test be.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    steps = [_run("make check", [os.environ.get("MAKE", "make"), "--no-print-directory", "check"])]
    with tempfile.TemporaryDirectory(prefix="policysite-") as folder, ExitStack() as stack:
        services = _find_services(stack)
        measures = os.environ.get("COVERAGE") == "1"
        suites = _plan(Path(folder), *services, measures=measures)
        steps += _run_suites(suites, arguments)
        left_out = [*_absent(services), *_skipped(suites)]
        if measures:
            steps.append(_report_coverage(Path(folder)))
    return _conclude(steps, left_out, strict=os.environ.get("STRICT") == "1")


def _find_services(stack: ExitStack) -> tuple[Service, Service, Service, Service]:
    """Return PostgreSQL, Redis, RabbitMQ and Chromium, and say how each was had. The stack keeps them."""
    database = stack.enter_context(find(POSTGRESQL))
    if database.url:
        database = stack.enter_context(own_database(database))
    brokers = stack.enter_context(find(REDIS)), stack.enter_context(find(RABBITMQ))
    services = (database, *brokers, chromium())
    print()
    for service in services:
        print(f"{service.name}: {service.how if service.url else f'absent, because {service.how}'}")
    return services


def _plan(
    folder: Path, database: Service, redis: Service, rabbitmq: Service, browser: Service, *, measures: bool
) -> list[Suite]:
    """Return the suites to run, all at the same time; one that is measured runs everything, and alone.

    They share the brokers: every test that wakes a worker does so in a queue of its own.
    """
    databases = {"SQLite": f"sqlite:///{folder}/policysite.sqlite3"}
    if not measures:
        databases[database.name] = database.url
    brokers = ",".join(filter(None, (redis.url, rabbitmq.url)))
    there = {name: url for name, url in databases.items() if url}
    names = list(there)
    return [
        Suite(
            name=f"pytest on {name}",
            key=name.lower(),
            folder=folder,
            environment=_environment(folder, there[name], brokers, browser),
            choice=_choice(name, names),
            is_measured=measures,
        )
        for name in names
    ]


def _choice(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return how pytest is told what to leave to another suite: what no database changes runs beside one."""
    runs_beside = {"pure": names[0], "once": names[0], "look": names[-1]}
    left = [mark for mark, place in runs_beside.items() if name != place]
    return ("-m", " and ".join(f"not {mark}" for mark in left)) if left else ()


def _environment(folder: Path, url: str, brokers: str, browser: Service) -> dict[str, str]:
    """Return what tells a suite where everything is."""
    return {
        "DATABASE_URL": url,
        # The suite sets brokers itself; one that is meant for the site must not be used by accident.
        "CELERY_BROKER_URL": "",
        # Two suites that make the site's own key at the same time could each read half of it.
        "SECRET_KEY": secrets.token_urlsafe(50),
        # The suites start many programs, and each would compile the site anew where nothing may be kept.
        "PYTHONDONTWRITEBYTECODE": "",
        "TEST_BROKERS": brokers,
        "TEST_CHROMIUM": browser.url,
        "COVERAGE_FILE": str(folder / ".coverage.measured"),
    }


def _run_suites(suites: Sequence[Suite], arguments: Sequence[str]) -> list[Step]:
    """Run all suites at once. The output of the first streams, that of the others follows it."""
    print(f"\nRunning: {' and at the same time '.join(suite.name for suite in suites)}", flush=True)
    with ExitStack() as stack:
        started = [
            stack.enter_context(_started(suite, arguments, streams=suite is suites[0])) for suite in suites
        ]
        codes = [process.wait() for process in started]
    for suite in suites[1:]:
        print(f"\nOutput of {suite.name}:\n{suite.output.read_text(errors='replace')}", end="")
    return [_step(suite, code) for suite, code in zip(suites, codes, strict=True)]


@contextmanager
def _started(suite: Suite, arguments: Sequence[str], *, streams: bool) -> Iterator[subprocess.Popen[bytes]]:
    """Start a suite, its output as it is or into its file, and stop it where it outlasts the block."""
    files = [f"--junitxml={suite.report}", "-o", f"cache_dir=.pytest_cache/{suite.key}"]
    # The limit in pyproject.toml is held against the figures afterwards, in a line of its own.
    measure = ["--cov", "--cov-branch", "--cov-report=", "--cov-fail-under=0"]
    way = measure if suite.is_measured else [] if arguments else SIDE_BY_SIDE
    command = [sys.executable, "-m", "pytest", *files, *suite.choice, *way, *arguments]
    with suite.output.open("wb") as output:
        stdout = None if streams else output
        with subprocess.Popen(
            command, env=os.environ | suite.environment, stdout=stdout, stderr=stdout
        ) as process:
            try:
                yield process
            finally:
                process.terminate()


def _step(suite: Suite, code: int) -> Step:
    """Return how a suite ended. Its counts and its seconds are pytest's own."""
    report = _report(suite)
    failed = int(report.get("failures", 0)) + int(report.get("errors", 0))
    detail = f"{report.get('tests', 0)} tests, {failed} failed, {len(_skips(suite))} skipped"
    return Step(name=suite.name, seconds=float(report.get("time", 0)), passed=code == 0, detail=detail)


def _run(name: str, command: Sequence[str]) -> Step:
    """Run one command, its output as it is."""
    print(f"\nRunning: {name}", flush=True)
    began = time.monotonic()
    # A make that was started with several jobs does not share its job server with the one started from here.
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    done = subprocess.run(command, env=environment, check=False)
    return Step(name=name, seconds=time.monotonic() - began, passed=done.returncode == 0)


def _report(suite: Suite) -> ET.Element:
    """Return what pytest reported of a suite, which is nothing where it ended before it could."""
    if not suite.report.exists():
        return ET.Element("testsuite")
    # The file was written by our own pytest a moment ago, so it holds no traps for its reader.
    return next(ET.parse(suite.report).iter("testsuite"))  # noqa: S314


def _skips(suite: Suite) -> dict[str, str]:
    """Return the reason by skipped test."""
    return {test: reason for test, reason in _reasons(suite).items() if reason}


def _reasons(suite: Suite) -> dict[str, str]:
    """Return why each test was skipped; "" where it ran, as one that is expected to fail does too."""
    reasons = {}
    for case in _report(suite).iter("testcase"):
        skip = case.find("skipped[@type='pytest.skip']")
        reason = "" if skip is None else skip.get("message", "no reason was given")
        reasons[f"{case.get('classname')}::{case.get('name')}"] = reason
    return reasons


def _report_coverage(folder: Path) -> Step:
    """Combine what the suite and its programs covered into .coverage and hold it against pyproject.toml."""
    # Where it did not get as far as writing any, the figures of an earlier run must not pass for these.
    Path(".coverage").unlink(missing_ok=True)
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "combine", "--quiet", "--data-file=.coverage", folder], check=False)
    return _run("coverage on SQLite", [*coverage, "report", "--data-file=.coverage"])


def _absent(services: Iterable[Service]) -> list[LeftOut]:
    return [LeftOut(what=service.name, why=service.how) for service in services if not service.url]


def _skipped(suites: Sequence[Suite]) -> list[LeftOut]:
    """Return the tests that no suite ran, by reason. What one suite skips and another runs did run."""
    found = [_reasons(suite) for suite in suites]
    ran = {test for each in found for test, reason in each.items() if not reason}
    skips = {test: reason for each in found for test, reason in each.items() if test not in ran}
    reasons = Counter(skips.values())
    return [LeftOut(what=f"skipped tests ({n})", why=reason) for reason, n in sorted(reasons.items())]


def _conclude(steps: Sequence[Step], left_out: Sequence[LeftOut], *, strict: bool) -> int:
    """Print what ran and what did not; return the exit code."""
    print(f"\n{'What ran':<24}{'seconds':>8}  result")
    for step in steps:
        detail = f" ({step.detail})" if step.detail else ""
        print(f"{step.name:<24}{step.seconds:>8.1f}  {'passed' if step.passed else 'FAILED'}{detail}")
    for item in left_out:
        print(f"Left out: {item.what}, because {item.why}.")
    if not left_out:
        print("Nothing was left out.")
    if strict and left_out:
        print(f"STRICT=1 fails, because this is missing: {', '.join(item.what for item in left_out)}.")
        return 1
    return 0 if all(step.passed for step in steps) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped before the end.")
