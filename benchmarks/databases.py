"""PostgreSQL databases of a benchmark's own, on the server of `BENCH_POSTGRES_URL`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

POSTGRES_URL = os.environ.get("BENCH_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


def postgres_url(name: str) -> str:
    """Give the address of a database on the server of `BENCH_POSTGRES_URL`."""
    return urlsplit(POSTGRES_URL)._replace(path=f"/{name}").geturl()


@contextmanager
def postgres(name: str) -> Iterator[str]:
    """Give the address of a new PostgreSQL database, which is dropped afterwards."""
    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(drop)
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield postgres_url(name)
        finally:
            server.execute(drop)
