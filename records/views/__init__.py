"""A person's pages about their own data, the desk, and what anybody who watches the ledger may fetch."""
