"""One file per command that a client may have executed: `NAME` and `handle(server, *arguments)`."""
