"""How PostgreSQL means to carry a statement out."""

import json
from typing import Any


def plan_of(cursor: Any, sql: str, values: Any) -> Any:
    """Give the plan of a statement, which is not carried out."""
    cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
    (found,) = cursor.fetchone()
    return json.loads(found) if isinstance(found, str) else found


def scans(plan: Any) -> int:
    """Count the sequential scans of notices in a plan."""
    if isinstance(plan, list):
        return sum(map(scans, plan))
    if not isinstance(plan, dict):
        return 0
    own = plan.get("Node Type") == "Seq Scan" and plan.get("Relation Name") == "notifications_notice"
    return own + sum(map(scans, plan.values()))
