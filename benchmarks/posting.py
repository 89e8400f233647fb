"""Posting a plan's load from a process of its own, and reading what came of it."""

import json
import subprocess
import sys
from dataclasses import asdict

from backend.platform.settings import PROJECT_ROOT
from benchmarks.pump import Plan, Result

OK = 200


def post(plan: Plan) -> Result:
    """Make the load ready, post it, and return the result; raises when an answer was not 200."""
    command = [sys.executable, "-m", "benchmarks.pump", json.dumps(asdict(plan))]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
    ) as pump:
        if pump.stdout is None or pump.stdin is None:
            raise RuntimeError
        pump.stdout.readline()
        pump.stdin.write("go\n")
        pump.stdin.flush()
        said = json.loads(pump.stdout.readline())
    result = Result(**said | {"statuses": {int(key): n for key, n in said["statuses"].items()}})
    if result.statuses != {OK: plan.count}:
        message = f"{plan.count} posted, answered {result.statuses}"
        raise RuntimeError(message)
    return result
