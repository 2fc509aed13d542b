"""The lines that benchmarks print, and what their figures are made of."""


def line_of(  # noqa: PLR0917 - as they stand in the line
    benchmark: str,
    case: str,
    value: float,
    unit: str,
    reference: str,
    reference_value: float,
    ratio: float,
    runs: int,
) -> dict[str, object]:
    """Give one line."""
    return {
        "benchmark": benchmark,
        "case": case,
        "value": round(value, 3),
        "unit": unit,
        "reference": reference,
        "reference_value": round(reference_value, 3),
        "ratio": round(ratio, 2),
        "runs": runs,
    }


def percentile(values: list[float], share: int) -> float:
    """Give the value that `share` in a hundred do not exceed."""
    return sorted(values)[len(values) * share // 100]
