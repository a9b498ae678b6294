"""Search in the archive: a Whoosh index, which is a cache and can be thrown away at any moment."""
