"""The process behind `servers.Front`: forwards HTTP requests from one port to another, as its rules let it."""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_S = 60
BETWEEN_TWO_ENDS = {"connection", "transfer-encoding", "keep-alive", "date", "server"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/-/"):
            self.control(body)
            return
        asked = f"{self.command} {self.path}"
        self.server.seen.append(asked)
        verdict = next((said for pattern, said in self.server.rules if re.search(pattern, asked)), 0.0)
        if isinstance(verdict, int):
            self.reply(verdict, [], b"<Error><Code>FrontSaysNo</Code></Error>")
            return
        time.sleep(verdict)
        behind = HTTPConnection("127.0.0.1", self.server.behind, timeout=PATIENCE_S)
        behind.request(self.command, self.path, body, dict(self.headers))
        with behind.getresponse() as answer:
            self.reply(answer.status, answer.getheaders(), answer.read())

    def control(self, body: bytes) -> None:
        if self.command == "PUT":
            self.server.rules = json.loads(body)
            self.reply(200, [], b"")
        else:
            seen, self.server.seen = self.server.seen, []
            self.reply(200, [], json.dumps(seen).encode())

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        kept = [pair for pair in headers if pair[0].lower() not in BETWEEN_TWO_ENDS]
        if self.command != "HEAD":
            kept = [pair for pair in kept if pair[0].lower() != "content-length"]
            kept.append(("Content-Length", str(len(body))))
        with suppress(ConnectionError):  # a client that lost patience is gone
            self.send_response(status)
            for name, value in kept:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    port, behind = (int(word) for word in sys.argv[1:])
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.behind, server.rules, server.seen = behind, [], []
    with suppress(KeyboardInterrupt):
        server.serve_forever(0.05)


if __name__ == "__main__":
    main()
