"""PostgreSQL databases of a benchmark's own, on the server of `BENCH_POSTGRES_URL`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

POSTGRES_URL = os.environ.get("BENCH_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
# Two runs at once must not drop each other's databases. The processes of one run inherit its number.
RUN = os.environ.setdefault("BENCH_RUN", str(os.getpid()))


def postgres_url(name: str) -> str:
    """Give the address of a database of this run on the server of `BENCH_POSTGRES_URL`."""
    return urlsplit(POSTGRES_URL)._replace(path=f"/{name}_{RUN}").geturl()


@contextmanager
def postgres(name: str) -> Iterator[str]:
    """Give the address of a new PostgreSQL database, which is dropped afterwards."""
    own = Identifier(f"{name}_{RUN}")
    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own)
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(drop)
        server.execute(SQL("CREATE DATABASE {}").format(own))
        try:
            yield postgres_url(name)
        finally:
            server.execute(drop)
