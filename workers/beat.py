"""A worker's sign of life, asked for by the clock and read by /readyz."""

from app.core import health
from workers.context import job


@job("core.beat", always=True)
def beat(_row_id: int) -> None:
    """Say that a worker takes messages."""
    health.beat("worker")
