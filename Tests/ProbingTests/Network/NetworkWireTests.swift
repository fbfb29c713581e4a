import Documents
import Testing

@testable import Probing

@Suite struct NetworkWireTests {
    @Test(
        "addresses are read as they are written",
        arguments: [
            ("10.0.0.2:7770", "10.0.0.2", 7770), ("node-7.cluster:1", "node-7.cluster", 1),
            ("[::1]:65535", "::1", 65_535), ("[fe80::1%eth0]:7770", "fe80::1%eth0", 7770),
        ]
    )
    func addresses(_ text: String, _ host: String, _ port: Int) throws {
        let address = try #require(NetworkAddress(text, needsHost: true))
        #expect(address == NetworkAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", ":", "host", "host:", ":7770", "host:0", "host:65536", "host:-1", "host:7 0", "::1:7770", "[::1]",
            "[::1]7770", "[host]:7770", "a,b:7770", "user@host:7770", "host:99999999999999999999", "host:7770\n",
            "http://host:7770",
        ]
    )
    func noAddresses(_ text: String) {
        #expect(NetworkAddress(text, needsHost: true) == nil)
    }

    @Test("a listener may name a port alone", arguments: [("0", 0), ("7770", 7770)])
    func ports(_ text: String, _ port: Int) {
        #expect(NetworkAddress(text, needsHost: false) == NetworkAddress(host: "", port: port))
        #expect(NetworkAddress(":" + text, needsHost: false) == nil)
    }

    @Test("a message's header survives the way, and no part of it can be left out")
    func headers() throws {
        for kind in NetworkFrame.Kind.allCases {
            let bytes = try #require(NetworkFrame(kind, [1, 2, 3]).bytes)
            #expect(bytes.count == NetworkFrame.headerBytes + 3)
            let header = Array(bytes.prefix(NetworkFrame.headerBytes))
            #expect(try NetworkFrame.header(header) == .init(kind: kind, length: 3))
            for length in 0..<header.count {
                #expect(throws: NetworkFrame.HeaderError.notAssay) {
                    try NetworkFrame.header(Array(header.prefix(length)))
                }
            }
        }
        let longest = [UInt8](repeating: 0, count: NetworkFrame.maximumBytes)
        #expect(NetworkFrame(.hello, longest).bytes != nil)
        #expect(NetworkFrame(.hello, longest + [0]).bytes == nil)
    }

    @Test("headers that are not ours say in what")
    func wrongHeaders() throws {
        let right = try #require(NetworkFrame(.hello).bytes)
        func with(_ place: Int, _ bytes: [UInt8]) -> [UInt8] {
            var header = right
            header.replaceSubrange(place..<place + bytes.count, with: bytes)
            return header
        }
        let cases: [([UInt8], NetworkFrame.HeaderError)] = [
            (Array("HTTP/1.1 400".utf8), .notAssay), (with(0, [0]), .notAssay), (with(4, [0, 3]), .version(3)),
            (with(4, [0xFF, 0xFF]), .version(65_535)), (with(6, [0, 0]), .kind(0)), (with(6, [1, 2]), .kind(258)),
            (with(8, [0xFF, 0xFF, 0xFF, 0xFF]), .length(4_294_967_295)), (with(8, [0, 4, 0, 1]), .length(262_145)),
        ]
        for (bytes, error) in cases {
            #expect(throws: error) { try NetworkFrame.header(bytes) }
        }
    }

    private func read<Content>(_ text: String, _ decode: (Reader) throws -> Content) throws -> Content {
        try decode(Reader(try JSONDocument.parse(text: text, file: "peer"), file: "peer"))
    }

    @Test("what is said is what is understood")
    func messages() throws {
        let name = String(repeating: "0a", count: 16)
        let works = [
            NetworkWork(run: name, kind: .echo, bytes: 8, seconds: 1),
            NetworkWork(run: name, kind: .sink, bytes: 1 << 17, streams: 4, seconds: 0.25),
            NetworkWork(run: name, kind: .ring, bytes: 1 << 24, seconds: 2, rank: 1, ranks: 3, next: "h:1"),
            NetworkWork(run: name, kind: .ring, bytes: 1 << 24, seconds: 2, rank: 2, ranks: 3),
        ]
        let purposes = [.session, .link(run: name, index: 3)] + works.map { NetworkHello.Purpose.run($0) }
        for purpose in purposes {
            let hello = NetworkHello(nonce: name, session: name, purpose: purpose)
            #expect(try read(String(decoding: hello.json.canonical(), as: UTF8.self), NetworkHello.init) == hello)
        }
        let report = NetworkReport(
            processorSeconds: 0.5,
            preemptions: 3,
            messages: 4,
            rates: [1, 0.5],
            disturbances: [Disturbance(.swapped, "300 pages went to or from swap space")]
        )
        #expect(try read(String(decoding: report.json.canonical(), as: UTF8.self), NetworkReport.init) == report)
    }

    @Test(
        "work beyond bounds is refused",
        arguments: [
            #""kind":"echo","bytes":0,"streams":1,"seconds":1,"rank":0,"ranks":1"#,
            #""kind":"echo","bytes":67108865,"streams":1,"seconds":1,"rank":0,"ranks":1"#,
            #""kind":"sink","bytes":8,"streams":65,"seconds":1,"rank":0,"ranks":1"#,
            #""kind":"sink","bytes":8,"streams":1,"seconds":1e9,"rank":0,"ranks":1"#,
            #""kind":"echo","bytes":8,"streams":1,"seconds":1,"rank":1,"ranks":2"#,
            #""kind":"echo","bytes":8,"streams":1,"seconds":1,"rank":0,"ranks":1,"next":"h:1""#,
            #""kind":"ring","bytes":8,"streams":1,"seconds":1,"rank":2,"ranks":2"#,
            #""kind":"ring","bytes":8,"streams":1,"seconds":1,"rank":0,"ranks":2,"next":"h:1""#,
            #""kind":"ring","bytes":8,"streams":1,"seconds":1,"rank":1,"ranks":3"#,
            #""kind":"ring","bytes":8,"streams":1,"seconds":1,"rank":1,"ranks":65,"next":"h:1""#,
            #""kind":"rm","bytes":8,"streams":1,"seconds":1,"rank":0,"ranks":1"#,
            #""kind":"echo","bytes":8,"streams":1,"seconds":1,"rank":0,"ranks":1,"more":1"#,
        ]
    )
    func wrongWork(_ members: String) {
        let name = String(repeating: "0a", count: 16)
        #expect(throws: DocumentError.self) {
            try read(
                #"{"nonce":"\#(name)","session":"\#(name)","run":{"run":"\#(name)",\#(members)}}"#,
                NetworkHello.init
            )
        }
    }

    @Test("somebody else's words reach the terminal short and printable")
    func words() throws {
        let text = #"{"code":"failed","reason":"a\u001b[31mb\nc"# + String(repeating: "x", count: 1_000) + #""}"#
        let refusal = try read(text, NetworkRefusal.init)
        #expect(refusal.reason.hasPrefix("a[31mbcx"))
        #expect(refusal.reason.count == 300)
    }

    @Test("a token proves itself to whoever has it, for what was said alone")
    func tokens() throws {
        let token = try NetworkToken(Array(" 0123456789abcdef\n".utf8))
        let same = try NetworkToken(Array("0123456789abcdef".utf8))
        let other = try NetworkToken(Array("0123456789abcdeg".utf8))
        let proof = token.proof(.caller, nonce: "n", [[1, 2], [3]])
        #expect(proof.count == 32)
        #expect(same.accepts(proof, .caller, nonce: "n", [[1, 2], [3]]))
        #expect(!other.accepts(proof, .caller, nonce: "n", [[1, 2], [3]]))
        #expect(!same.accepts(proof, .listener, nonce: "n", [[1, 2], [3]]))
        #expect(!same.accepts(proof, .caller, nonce: "m", [[1, 2], [3]]))
        #expect(!same.accepts(proof, .caller, nonce: "n", [[1], [2, 3]]))
        for place in proof.indices {
            var wrong = proof
            wrong[place] ^= 1
            #expect(!same.accepts(wrong, .caller, nonce: "n", [[1, 2], [3]]))
            #expect(!same.accepts(Array(proof.prefix(place)), .caller, nonce: "n", [[1, 2], [3]]))
        }
    }

    @Test("HMAC-SHA-256 as the standard's library computes it")
    func knownProof() throws {
        // Python: hmac.new(b'0123456789abcdef', parts, 'sha256'), every part after its length in 8 bytes, big-endian.
        let token = try NetworkToken(Array("0123456789abcdef".utf8))
        let proof = token.proof(.caller, nonce: "n", [[1, 2], [3]]).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        #expect(proof.joined() == "6f511f068f791bf0ec016c5448bb638521b6f75d66534c4e293cb2dfb366043c")
    }

    @Test("short and long tokens are refused", arguments: [0, 1, 15, 4_097])
    func tokenLength(_ length: Int) {
        #expect(throws: NetworkToken.Problem.length(length)) {
            try NetworkToken([UInt8](repeating: 0x41, count: length) + [0x0A])
        }
    }

    @Test("interrupts are no other task's time")
    func interrupts() {
        let text = "cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5 6 7 8 9 1 2 3 4"
        let expected = "cpu 10 20 30 40 50 0 0 80 90 100\ncpu0 1 2 3 4 5 0 0 8 9 10\nintr 5 6 7 8 9 1 2 3 4"
        #expect(DisturbanceCounters.withoutInterrupts(statistics: text) == expected)
        #expect(DisturbanceCounters.withoutInterrupts(statistics: "cpu 1 2") == "cpu 1 2")
    }
}
