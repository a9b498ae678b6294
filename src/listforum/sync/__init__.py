"""From the server to the archive, and from the outbox to the server."""
