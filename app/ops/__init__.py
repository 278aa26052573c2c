"""Running the product: our own small supervisor over PostgreSQL, Valkey, web, worker and scheduler.

It holds no pages; `run.py` starts it as `python -m app.ops`.
"""
