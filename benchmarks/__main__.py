"""`python -m benchmarks NAME --json [--scale small|full]`: one JSON object a line.

Each line holds benchmark, case, value, unit, reference, reference_value, ratio (above 1: ours is
better than the reference) and runs, the number of runs of which value and reference are the median.
The lines of faults hold people, kills, copies, lost, unknown, states and holds instead.
"""

import argparse
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

NAMES = (
    "acts",
    "faults",
    "gate",
    "ledger",
    "page",
    "plan",
    "races",
    "redline",
    "report",
    "send",
    "tampering",
)


def main() -> None:
    """Run the benchmark that the arguments name, on a database of its own that is thrown away."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--scale", choices=("small", "full"), default="full")
    parser.add_argument("--json", action="store_true", help="one JSON object a line (the only form there is)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "policysite.settings"
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'benchmark.sqlite3'}"
        # Settings are read at import, so the module that needs them is imported after they are set.
        for line in import_module(f"benchmarks.{options.name}").run(options.scale):
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
