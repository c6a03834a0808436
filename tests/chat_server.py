"""A chat-completions server on this machine that says what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["ChatServer", "answer", "by_word", "mention", "numbered"]


def answer(*rows: dict[str, Any]) -> str:
    """An answer of a model."""
    return json.dumps({"sentences": list(rows)})


def mention(element: str, quote: str, status: str = "affirmed") -> dict[str, str]:
    """A mention in an answer."""
    return {"element": element, "status": status, "quote": quote}


class ChatServer:
    """A chat-completions server.

    Attributes:
        reply: gives the status and the text for each request.
        headers: of each reply, besides.
        raw: said in place of a reply, where it is not empty.
        behave: does all that is done in place of a reply, where it is given.
        bodies, keys: of the requests that came.
    """

    def __init__(self) -> None:
        self.reply: Callable[[dict[str, Any]], tuple[int, str]] = lambda _: (200, answer())
        self.raw = ""
        self.headers: dict[str, str] = {}
        self.behave: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.bodies.append(body)
                outer.keys.append(self.headers.get("Authorization", ""))
                if outer.behave is not None:
                    outer.behave(self)
                    return
                status, text = outer.reply(body)
                told: dict[str, Any] = {"error": {"message": text}}
                if status == 200:
                    message = {"role": "assistant", "content": text}
                    choice = {"index": 0, "message": message, "finish_reason": "stop"}
                    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
                    told = {
                        "id": "1", "object": "chat.completion", "created": 0, "model": "tiny-1",
                        "choices": [choice], "usage": usage,
                    }  # fmt: skip
                data = outer.raw.encode() or json.dumps(told).encode()
                self.send_response(status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Ends it."""
        self._http.shutdown()
        self._http.server_close()


def numbered(body: dict[str, Any]) -> list[str]:
    """The sentences of a request, without their numbers."""
    lines = body["messages"][1]["content"].split("\n")
    return [line.split("] ", 1)[1] for line in lines if line.startswith("[")]


def by_word(body: dict[str, Any]) -> tuple[int, str]:
    """A model that names M1 wherever it reads "grants"."""
    rows = [
        {"n": n, "mentions": [mention("M1", "grants")], "links": []}
        for n, text in enumerate(numbered(body), 1)
        if "rants" in text
    ]
    return 200, answer(*rows)
