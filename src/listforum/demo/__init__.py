"""A made-up community list on servers of its own, to try listforum with: no network, no config, nothing left."""
