"""A terminal forum over the mailing lists you already get by e-mail."""

__version__ = "0.1.0"
