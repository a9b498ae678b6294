"""The sockets: TLS, byte counting, deadlines, cancelling; the IMAP and SMTP sessions on top."""
