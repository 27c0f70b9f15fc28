"""One file per message of the client: `METHOD`, `handle(server, params)`, and `OPTIONS` where it has some."""
