"""Answers as servers do that are no Prometheus, or one in trouble: the first part of the path says how.

Usage: oddities.py; prints its port.
"""

import gzip
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

OK = {"status": "success", "data": {"resultType": "vector", "result": []}}
# Of one GPU, from 2023-11-14T22:13:20Z on.
LABELS = {"__name__": "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "gpu": "0", "UUID": "GPU-a", "Hostname": "node1"}
BEGIN = 1_700_000_000


def matrix(values, **more):
    """An answer of samples every 15 s."""
    pairs = [[BEGIN + 15 * place, value] for place, value in enumerate(values)]
    series = {"metric": LABELS, "values": pairs}
    return {"status": "success", "data": {"resultType": "matrix", "result": [series]}, **more}


def typed(kind, result):
    return {"status": "success", "data": {"resultType": kind, "result": result}}


STEADY = ["0.5", "0.25"] * 10
# What is sent as it is, with status 200.
TEXTS = {
    "steady": json.dumps(matrix(STEADY)),
    "warnings": json.dumps(matrix(STEADY, warnings=["partial: a store did not answer"], infos=["a\u001b[31m hint"])),
    "odd-values": json.dumps(matrix(STEADY + ["NaN", "+Inf", "-Inf", "1e-1", "-3", "9223372036854775794"])),
    "scalar": json.dumps(typed("scalar", [BEGIN, "1"])),
    "string": json.dumps(typed("string", [BEGIN, "up"])),
    "streams": json.dumps(typed("streams", [])),
    "empty": json.dumps(typed("matrix", [])),
    "no-values": json.dumps(matrix([])),
    "no-number": json.dumps(matrix(["0.5", "0,5"])),
    "bare-number": json.dumps(matrix(["0.5", 0.5])),
    "hexadecimal": json.dumps(matrix(["0x1p3"])),
    "triple": json.dumps(typed("matrix", [{"metric": LABELS, "values": [[BEGIN, "0.5", "0.6"]]}])),
    "histograms": json.dumps(typed("matrix", [{"metric": LABELS, "histograms": []}])),
    "huge-time": json.dumps(typed("matrix", [{"metric": LABELS, "values": [[1e300, "0.5"]]}])),
    "no-status": "{}",
    "other-status": json.dumps({"status": "partial", "data": {}}),
    "no-data": json.dumps({"status": "success"}),
    "error-200": json.dumps({"status": "error", "errorType": "bad_data", "error": "parse error: \u001b[31mat char 3"}),
    "odd-error": json.dumps({"status": "error", "errorType": 7, "error": ["a"]}),
    "list": "[]",
    "twice": '{"status":"success","status":"success","data":{"resultType":"matrix","result":[]}}',
    "cut-json": json.dumps(matrix(STEADY))[:300],
    "deep": '{"status":"success","data":' + "[" * 10_000,
    "no-utf8": '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"\udcff"},"values":[]}]}}',
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.answer(parse_qs(self.rfile.read(length).decode()))

    def do_GET(self):
        self.answer(parse_qs(urlparse(self.path).query))

    def answer(self, form):
        case = self.path.split("/")[1]
        if case in TEXTS and "/status/buildinfo" in self.path:
            self.reply(200, json.dumps({"status": "success", "data": {"version": "9.9.9"}}).encode())
        elif case in TEXTS:
            self.reply(200, TEXTS[case].encode("utf-8", "surrogateescape"), {"Content-Type": "application/json"})
        elif case in ["500", "429", "502", "503"]:
            self.reply(int(case), b"<html>upstream \x1b[31mtimed out</html>", {"Content-Type": "text/html"})
        elif case == "unavailable":
            words = {"status": "error", "errorType": "timeout", "error": "query timed out in expression evaluation"}
            self.reply(503, json.dumps(words).encode())
        elif case == "nowhere":
            self.reply(307, b"")
        elif case == "no-content":
            self.reply(204, b"")
        elif case == "huge":
            self.promise({"Content-Length": str(300 << 20)}, b"{")
        elif case == "cut-length":
            self.promise({"Content-Length": "1000"}, TEXTS["steady"][:100].encode())
        elif case == "cut-chunk":
            self.promise({"Transfer-Encoding": "chunked"}, b"400\r\n{\"status\":")
        elif case == "cut-gzip":
            body = gzip.compress(TEXTS["steady"].encode())[:-20]
            self.reply(200, body, {"Content-Encoding": "gzip"})
        elif case == "no-gzip":
            self.reply(200, TEXTS["steady"].encode(), {"Content-Encoding": "gzip"})
        elif case == "drip":
            self.promise({"Content-Length": "100000"}, b"{")
            for _ in range(100):
                time.sleep(0.2)
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
        elif case == "no-http":
            self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            self.close_connection = True
        elif case == "echo":
            seen = {name: self.headers.get(name) for name in ["Authorization", "Accept-Encoding"]}
            self.reply(200, json.dumps({"form": form, "seen": seen, "path": self.path, "verb": self.command}).encode())
        elif case == "gzip":
            self.reply(200, gzip.compress(json.dumps(OK).encode()), {"Content-Encoding": "gzip"})
        elif case == "bomb":
            self.reply(200, gzip.compress(b"{" + b" " * (8 << 20)), {"Content-Encoding": "gzip"})
        elif case == "large":
            self.reply(200, b"{" + b" " * (8 << 20))
        elif case == "redirect":
            self.reply(302, b"", {"Location": "http://elsewhere.example/login"})
        elif case == "html":
            self.reply(200, b"<html>sign in</html>", {"Content-Type": "text/html"})
        elif case == "unprocessable":
            words = {"status": "error", "errorType": "execution", "error": "query processing would load too many samples"}
            self.reply(422, json.dumps(words).encode())
        elif case == "unauthorised":
            self.reply(401, b"no")
        elif case == "slow":
            time.sleep(20)
        elif case == "closes":
            self.close_connection = True
        else:
            self.reply(404, b"404 page not found")

    def reply(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def promise(self, headers, beginning):
        """More than is sent: the connection ends too soon."""
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(beginning)
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
