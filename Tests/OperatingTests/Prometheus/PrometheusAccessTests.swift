import Testing

@testable import Operating

@Suite struct PrometheusAccessTests {
    @Test(
        "The address is that before /api/v1, without a slash",
        arguments: [
            ("http://127.0.0.1:9090", "http://127.0.0.1:9090"), ("http://a:9090/", "http://a:9090"),
            ("https://a/prometheus/api/v1/", "https://a/prometheus"), ("HTTP://a", "HTTP://a"),
        ]
    )
    func bases(_ url: String, _ base: String) throws {
        #expect(try PrometheusAccess(url: url).base == base)
    }

    @Test(
        "What is no address is refused, a password never repeated",
        arguments: [
            ("localhost:9090", "write it as http://"), ("ftp://a", "write it as http://"), ("http://", "names no host"),
            ("http://me:secret@a:9090", "--basic-auth-file"), ("http://a/?x=1", "before /api/v1"),
            ("http://a b", "holds spaces"), ("http://a\r\nX: y", "holds spaces"),
        ]
    )
    func refuses(_ url: String, _ words: String) throws {
        let error = try #require(throws: PrometheusError.self) { try PrometheusAccess(url: url) }
        #expect(error.description.contains(words), "\(error)")
        #expect(!error.description.contains("secret"))
    }

    @Test("Secrets go in the clear only to this machine, or where that is said")
    func plainSecrets() throws {
        #expect(throws: PrometheusError.self) { try PrometheusAccess(url: "http://far:9090", credential: .bearer("t")) }
        for url in ["http://127.0.0.1:9090", "http://localhost", "http://[::1]:9090", "https://far"] {
            _ = try PrometheusAccess(url: url, credential: .bearer("t"))
        }
        #expect(throws: PrometheusError.self) {
            try PrometheusAccess(url: "http://127.0.0.1.evil", credential: .bearer("t"))
        }
        _ = try PrometheusAccess(url: "http://far:9090", credential: .bearer("t"), allowsPlainSecrets: true)
    }

    @Test(
        "A secret is the first line, and nothing that a header cannot carry",
        arguments: [
            ("token\n", "token"), ("  token \r\nother", "token"), ("", nil), ("\n", nil), ("a\u{7}b", nil),
        ] as [(String, String?)]
    )
    func secrets(_ text: String, _ secret: String?) {
        #expect(PrometheusAccess.secret(text) == secret)
    }

    @Test("Stretches cover the range once, each within Prometheus' limit")
    func stretches() {
        let step: Int64 = 15_000
        let end: Int64 = 86_400_000 * 7
        let parts = PrometheusClient.stretches(from: 0, to: end, step: step)
        #expect(parts.count == 4)
        #expect(parts.first?.lowerBound == 0 && (parts.last?.upperBound ?? 0) == end)
        var points: Int64 = 0
        for (index, part) in parts.enumerated() {
            let count = (part.upperBound - part.lowerBound) / step + 1
            #expect(count <= PrometheusClient.pointLimit)
            points += count
            if index > 0 { #expect(part.lowerBound == parts[index - 1].upperBound + step) }
        }
        #expect(points == end / step + 1)
        #expect(PrometheusClient.stretches(from: 5, to: 5, step: 1) == [5...5])
        #expect(PrometheusClient.stretches(from: 5, to: 4, step: 1).isEmpty)
        #expect(PrometheusClient.stretches(from: 0, to: 10, step: .max) == [0...10])
    }

    @Test("Arguments of curl hold no secret, and a value of its configuration stays one value")
    func asksCurl() throws {
        let secret = "a\"\\b\nurl = \"http://evil\""
        let access = try PrometheusAccess(url: "http://127.0.0.1:9090", credential: .basic(user: "u", password: secret))
        let request = CurlRequest(access: access, url: access.base + "/api/v1/query", form: "query=up")
        #expect(request.arguments == ["--disable", "--config", "-"])
        let lines = request.configuration.split(separator: "\n")
        #expect(lines.contains(#"user = "u:a\"\\b\nurl = \"http://evil\"""#))
        #expect(lines.filter { $0.hasPrefix("url") } == [#"url = "http://127.0.0.1:9090/api/v1/query?query=up""#])
        let long = CurlRequest(access: access, url: "http://a", form: "query=" + String(repeating: "x", count: 2_000))
        #expect(long.configuration.contains("url = \"http://a\"\ndata = \"query=x"))
    }

    @Test(
        "An answer is told from what curl says of it",
        arguments: [
            ("{}\n200\t\tapplication/json", "{}", 200), ("a\nb\n404\t\t", "a\nb", 404),
            ("\n302\thttp://x/\ttext/html", "", 302),
        ]
    )
    func readsReplies(_ output: String, _ body: String, _ status: Int) throws {
        let reply = try #require(CurlReply(Array(output.utf8)))
        #expect(String(decoding: reply.body, as: UTF8.self) == body && reply.status == status)
        #expect(CurlReply(Array(body.utf8)) == nil || body.isEmpty)
    }

    @Test("Queries are escaped whatever they hold")
    func escapes() {
        #expect(PrometheusClient.escaped("up{a=\"b&c\"}[5m] + é") == "up%7Ba%3D%22b%26c%22%7D%5B5m%5D%20%2B%20%C3%A9")
    }
}
