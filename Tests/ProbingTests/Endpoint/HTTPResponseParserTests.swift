import Probability
import Testing

@testable import Probing

/// Responses good and bad, in pieces of every size.
@Suite struct HTTPResponseParserTests {
    struct Response: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var status: Int
        var body: Int
        var keepsAlive: Bool
        var endsWithClose = false
        var isHead = false
        var testDescription: String { name }
    }

    static let good: [Response] = [
        .init(
            name: "length",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            status: 200,
            body: 5,
            keepsAlive: true
        ),
        .init(
            name: "no reason",
            text: "HTTP/1.1 200\r\ncontent-length:0\r\n\r\n",
            status: 200,
            body: 0,
            keepsAlive: true
        ),
        .init(
            name: "bare line feeds",
            text: "HTTP/1.1 404 No\nContent-Length: 1\n\nx",
            status: 404,
            body: 1,
            keepsAlive: true
        ),
        .init(
            name: "close",
            text: "HTTP/1.1 500 E\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n",
            status: 500,
            body: 0,
            keepsAlive: false
        ),
        .init(
            name: "old",
            text: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
            status: 200,
            body: 2,
            keepsAlive: false
        ),
        .init(
            name: "old that stays",
            text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
            status: 200,
            body: 2,
            keepsAlive: true
        ),
        .init(
            name: "until the end",
            text: "HTTP/1.1 200 OK\r\n\r\nwhatever\r\n\r\n",
            status: 200,
            body: 12,
            keepsAlive: false,
            endsWithClose: true
        ),
        .init(
            name: "chunked",
            text:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
            status: 200,
            body: 15,
            keepsAlive: true
        ),
        .init(
            name: "trailers",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n",
            status: 200,
            body: 1,
            keepsAlive: true
        ),
        .init(
            name: "both lengths",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            status: 200,
            body: 0,
            keepsAlive: false
        ),
        .init(
            name: "another coding",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: gzip\r\n\r\nabc",
            status: 200,
            body: 3,
            keepsAlive: false,
            endsWithClose: true
        ),
        .init(
            name: "interim first",
            text:
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
            status: 200,
            body: 1,
            keepsAlive: true
        ),
        .init(
            name: "none by status",
            text: "HTTP/1.1 204 No\r\nContent-Length: 7\r\n\r\n",
            status: 204,
            body: 0,
            keepsAlive: true
        ),
        .init(
            name: "none by method",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
            status: 200,
            body: 0,
            keepsAlive: true,
            isHead: true
        ),
        .init(
            name: "continued header",
            text: "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 1\r\n\r\nx",
            status: 200,
            body: 1,
            keepsAlive: true
        ),
        .init(
            name: "same length twice",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            status: 200,
            body: 1,
            keepsAlive: true
        ),
    ]

    @Test("read the same in pieces of any size", arguments: good)
    func pieces(_ response: Response) throws {
        let bytes = Array(response.text.utf8)
        for size in [1, 2, 3, 7, 64, bytes.count] {
            var parser = HTTPResponseParser(isHead: response.isHead)
            for start in stride(from: 0, to: bytes.count, by: size) {
                #expect(!parser.isDone, "\(size)")
                try parser.take(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(parser.isDone != response.endsWithClose)
            try parser.close()
            #expect(parser.isDone && parser.status == response.status && parser.bodyBytes == response.body)
            #expect(parser.keepsAlive == response.keepsAlive)
        }
    }

    @Test("cut short anywhere they are not whole", arguments: good)
    func cut(_ response: Response) throws {
        let bytes = Array(response.text.utf8)
        let head = try #require(
            response.text.utf8.firstRange(of: Array("\n\r\n".utf8))
                ?? response.text.utf8.firstRange(of: Array("\n\n".utf8))
        )
        for length in 0..<bytes.count {
            var parser = HTTPResponseParser(isHead: response.isHead)
            try parser.take(bytes[..<length])
            #expect(!parser.isDone)
            // A body that ends with the connection cannot be told from one cut short.
            if response.endsWithClose,
                length >= response.text.utf8.distance(from: response.text.utf8.startIndex, to: head.upperBound)
            {
                continue
            }
            #expect(Self.problem { try parser.close() } == (length == 0 ? .closedBeforeResponse : .closedEarly))
        }
    }

    /// What was thrown, if anything.
    static func problem(_ body: () throws -> Void) -> HTTPProblem? {
        do { try body() } catch { return error as? HTTPProblem }
        return nil
    }

    @Test("what follows a response ends the use of its connection")
    func surplus() throws {
        var parser = HTTPResponseParser()
        try parser.take(Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1".utf8)[...])
        #expect(parser.isDone && !parser.keepsAlive && parser.bodyBytes == 1)
    }

    static let head = "HTTP/1.1 200 OK\r\n"

    @Test(
        "what is no response is refused",
        arguments: [
            "GET / HTTP/1.1\r\n", "\r\n", "HTTP/2 200 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n",
            "HTTP/1.1 0a0 OK\r\n",
            "HTTP/1.1 099 OK\r\n", "HTTP/1.1 101 Switching\r\n", head + "novalue\r\n", head + ": x\r\n",
            head + "Content-Length: -1\r\n", head + "Content-Length: 1e3\r\n", head + "Content-Length:\r\n",
            head + "Content-Length: 99999999999999999999\r\n", head + "Content-Length: 1\r\nContent-Length: 2\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", head + "Transfer-Encoding: chunked\r\n\r\n\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\n-5\r\n", head + "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
            String(repeating: "x", count: HTTPResponseParser.maximumLine + 1),
            head + String(repeating: "a: b\r\n", count: HTTPResponseParser.maximumHead / 6 + 1),
            head + "Transfer-Encoding: chunked\r\n\r\n0\r\n"
                + String(repeating: "a: b\r\n", count: HTTPResponseParser.maximumHead / 6 + 1),
        ]
    )
    func malformed(_ text: String) {
        var parser = HTTPResponseParser()
        #expect(Self.problem { try parser.take(Array(text.utf8)[...]) } == .malformed)
    }

    @Test("no bytes are a trap", arguments: 0..<200)
    func noise(_ seed: Int) {
        var generator = RandomGenerator(seed: UInt64(seed), stream: 7)
        var bytes = Array(Self.good[seed % Self.good.count].text.utf8)
        for _ in 0..<(1 + seed % 5) {
            bytes[generator.index(below: bytes.count)] = UInt8(truncatingIfNeeded: generator.next())
        }
        var parser = HTTPResponseParser()
        var place = 0
        do {
            while place < bytes.count {
                let end = min(bytes.count, place + 1 + generator.index(below: 9))
                try parser.take(bytes[place..<end])
                place = end
            }
            try parser.close()
            #expect(parser.isDone)
        } catch {
            #expect(!parser.isDone)
        }
    }
}
