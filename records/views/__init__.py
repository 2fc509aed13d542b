"""What is given out: to the person, to the desk, and to everybody who watches the ledger."""
