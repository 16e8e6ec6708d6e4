"""What `make bench` left behind, read back."""

import json
from pathlib import Path
from typing import Any


def read_if_there(path: Path) -> Any:
    return json.loads(path.read_text()) if path.exists() else None


def criterion(folder: Path, bench: str) -> tuple[float, dict[str, int]] | None:
    """Nanoseconds of one iteration, the median, and the work in it, of a Rust bench; None where it was not run."""
    estimates, described = (
        read_if_there(folder / bench / "new" / f"{part}.json") for part in ("estimates", "benchmark")
    )
    return None if estimates is None else (estimates["median"]["point_estimate"], described["throughput"] or {})
