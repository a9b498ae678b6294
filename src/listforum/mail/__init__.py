"""Bytes and their meaning: mails parsed, read, quoted, composed. No I/O, no clock, no randomness."""
