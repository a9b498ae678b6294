"""SQLite, the only truth: posts, places, edges, marks, outbox, ledger; import and export of mail files."""
