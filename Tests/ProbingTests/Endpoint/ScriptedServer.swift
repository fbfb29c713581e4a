import Foundation
import Testing

@testable import Probing

/// A server in a process of its own, whose misbehaviour is chosen by the path.
final class ScriptedServer {
    let port: Int
    private let process = Process()
    private let folder: String

    init(_ arguments: [String] = []) throws {
        folder = NSTemporaryDirectory() + "/assay-server-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.script.write(toFile: folder + "/server.py", atomically: true, encoding: .utf8)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-u", folder + "/server.py", folder + "/held"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while !line.contains(0x0A) {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            line.append(more)
        }
        port = try #require(Int(String(decoding: line, as: UTF8.self).prefix { $0.isNumber }), "python3 did not start")
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var processIdentifier: pid_t { process.processIdentifier }

    func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// How long the server held its answers, in seconds, by its own clock.
    func held() throws -> Double {
        try #require(Double(try String(contentsOfFile: folder + "/held", encoding: .utf8)))
    }

    func address(_ path: String) throws -> EndpointAddress { try EndpointAddress("http://127.0.0.1:\(port)\(path)") }

    /// Answers at once, except that from the request number HOLD_AT on everything waits for HOLD_S seconds.
    private static let script = """
        import socket, struct, sys, time, selectors
        log, hold_at, hold_s = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0, float(sys.argv[3]) if len(sys.argv) > 3 else 0
        listener = socket.socket(); listener.bind(('127.0.0.1', 0)); listener.listen(1024); listener.setblocking(False)
        print(listener.getsockname()[1], flush=True)
        ready = selectors.DefaultSelector(); ready.register(listener, selectors.EVENT_READ, None)
        seen, later = 0, []
        def head(n, more=''): return ('HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n%s\\r\\n' % (n, more)).encode()
        def drop(c):
            ready.unregister(c); c.close()
        while True:
            wait = max(0, later[0][0] - time.monotonic()) if later else None
            for key, _ in ready.select(wait):
                if key.data is None:
                    c, _ = listener.accept(); c.setblocking(False); c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    ready.register(c, selectors.EVENT_READ, bytearray()); continue
                c, data = key.fileobj, key.data
                try: got = c.recv(65536)
                except OSError: got = b''
                if not got: drop(c); continue
                data += got
                if b'\\r\\n\\r\\n' not in data: continue
                path = data.split(b' ')[1].decode().split('?')[0]; data.clear()
                seen += 1
                if hold_at and seen == hold_at:
                    began = time.monotonic(); time.sleep(hold_s)
                    open(log, 'w').write(repr(time.monotonic() - began))
                try:
                    if path == '/ok' or path.startswith('/ok/'): c.send(head(2) + b'ok')
                    elif path == '/chunked': c.send(b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n')
                    elif path == '/old': c.send(b'HTTP/1.0 200 OK\\r\\n\\r\\nuntil the end'); drop(c)
                    elif path == '/close': c.send(head(2, 'Connection: close\\r\\n') + b'ok'); drop(c)
                    elif path == '/rude':
                        # The end goes with the answer, in one segment: whoever has read the one can see the other.
                        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1); c.send(head(2) + b'ok'); drop(c)
                    elif path == '/500': c.send(b'HTTP/1.1 500 E\\r\\nContent-Length: 0\\r\\n\\r\\n')
                    elif path == '/404': c.send(b'HTTP/1.1 404 E\\r\\nContent-Length: 0\\r\\n\\r\\n')
                    elif path == '/302': c.send(b'HTTP/1.1 302 E\\r\\nContent-Length: 0\\r\\n\\r\\n')
                    elif path == '/garbage': c.send(b'\\x00\\xff' * 40000)
                    elif path == '/short': c.send(head(100) + b'ok'); drop(c)
                    elif path == '/silent': drop(c)
                    elif path == '/fifth' and seen % 5: c.send(head(2) + b'ok')
                    elif path == '/reset' or path == '/fifth':
                        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); drop(c)
                    elif path == '/trickle': later.append((time.monotonic() + 0.05, c, head(3)[:])); later.append((time.monotonic() + 0.1, c, b'a')); later.append((time.monotonic() + 0.15, c, b'bc'))
                    elif path == '/never': pass
                except OSError: pass
            later.sort(key=lambda e: e[0])
            while later and later[0][0] <= time.monotonic():
                _, c, text = later.pop(0)
                try: c.send(text)
                except OSError: pass
        """
}
