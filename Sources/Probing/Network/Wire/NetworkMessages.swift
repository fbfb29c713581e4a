package import Documents

/// The listener's first word.
package struct NetworkGreeting: Sendable, Hashable {
    /// 32 hexadecimal digits, fresh for each connection.
    package var nonce: String
    /// Whether the listener wants a token proved.
    package var wantsToken: Bool

    /// A greeting.
    package init(nonce: String, wantsToken: Bool) {
        self.nonce = nonce
        self.wantsToken = wantsToken
    }

    var json: JSON { .fields(["nonce": .string(nonce), "token": .bool(wantsToken)]) }

    /// Reads one that came from the other end.
    package init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["nonce", "token"])
        nonce = try object.require("nonce").identifier()
        wantsToken = try object.require("token").bool()
    }
}

/// What a connection is for.
package struct NetworkHello: Sendable, Hashable {
    /// What a caller wants.
    package enum Purpose: Sendable, Hashable {
        /// To have the listener for itself as long as this connection stands.
        case session
        /// One run: what the listener shall do in it.
        case run(NetworkWork)
        /// A connection for a run's data.
        case link(run: String, index: Int)
    }

    /// 32 hexadecimal digits, fresh for each connection.
    package var nonce: String
    /// The session that it belongs to, chosen by the one who measures.
    package var session: String
    /// What it is for.
    package var purpose: Purpose

    /// A hello.
    package init(nonce: String, session: String, purpose: Purpose) {
        self.nonce = nonce
        self.session = session
        self.purpose = purpose
    }

    /// As it travels.
    package var json: JSON {
        var run: JSON?
        var link: JSON?
        switch purpose {
        case .session: break
        case .run(let work): run = work.json
        case .link(let name, let index): link = .fields(["run": .string(name), "index": .integer(index)])
        }
        return .fields(["nonce": .string(nonce), "session": .string(session), "run": run, "link": link])
    }

    /// Reads one that came from the other end.
    package init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["nonce", "session", "run", "link"])
        nonce = try object.require("nonce").identifier()
        session = try object.require("session").identifier()
        switch (object["run"], object["link"]) {
        case (nil, nil): purpose = .session
        case (let run?, nil): purpose = .run(try NetworkWork(run))
        case (nil, let link?):
            let members = try link.object(["run", "index"])
            purpose = .link(
                run: try members.require("run").identifier(),
                index: try members.require("index").int(in: 0...NetworkWork.mostStreams)
            )
        case (_?, _?): throw object.fail("has both 'run' and 'link'")
        }
    }
}

/// What a listener does in a run.
package struct NetworkWork: Sendable, Hashable {
    /// The kinds of work.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Sends every message back.
        case echo
        /// Receives streams.
        case sink
        /// Sends streams.
        case source
        /// Takes part in sums round a ring.
        case ring
    }

    /// Streams that a run has at most.
    package static let mostStreams = 64
    /// Ranks that a ring has at most.
    package static let mostRanks = 64
    /// The longest message, and the longest array that is summed, in bytes.
    package static let mostBytes = 64 << 20

    /// The run's name, chosen by the one who measures.
    package var run: String
    /// What to do.
    package var kind: Kind
    /// A message's size in bytes: what is echoed, or one block of a stream.
    package var bytes: Int
    /// Streams; 1 for an echo.
    package var streams: Int
    /// How long it takes, in seconds.
    package var seconds: Double
    /// This listener's place in the ring; 0 is the one who measures.
    package var rank: Int
    /// Places in the ring.
    package var ranks: Int
    /// The next listener in the ring; nil where the next is the one who measures.
    package var next: String?

    /// Work; by default not in a ring.
    package init(
        run: String,
        kind: Kind,
        bytes: Int,
        streams: Int = 1,
        seconds: Double,
        rank: Int = 0,
        ranks: Int = 1,
        next: String? = nil
    ) {
        self.run = run
        self.kind = kind
        self.bytes = bytes
        self.streams = streams
        self.seconds = seconds
        self.rank = rank
        self.ranks = ranks
        self.next = next
    }

    var json: JSON {
        .fields([
            "run": .string(run), "kind": .string(kind.rawValue), "bytes": .integer(bytes),
            "streams": .integer(streams), "seconds": .number(seconds), "rank": .integer(rank),
            "ranks": .integer(ranks), "next": next.map { .string($0) },
        ])
    }

    init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["run", "kind", "bytes", "streams", "seconds", "rank", "ranks", "next"])
        run = try object.require("run").identifier()
        kind = try object.require("kind").choice("kind of work")
        bytes = try object.require("bytes").int(in: 1...Self.mostBytes)
        streams = try object.require("streams").int(in: 1...Self.mostStreams)
        seconds = try object.require("seconds").double(in: 0.001...ProbeRequest.longest)
        rank = try object.require("rank").int(in: 0...Self.mostRanks - 1)
        ranks = try object.require("ranks").int(in: 1...Self.mostRanks)
        next = try object["next"]?.nonEmptyString()
        guard kind == .ring ? (1..<ranks).contains(rank) : (rank, ranks) == (0, 1) else {
            throw object.fail("names rank \(rank) of \(ranks), which this kind of work does not have")
        }
        guard (next != nil) == (kind == .ring && rank + 1 < ranks) else {
            throw object.fail("names a next listener where there is none, or none where there is one")
        }
    }

    /// When the work has failed, in seconds after it began: what is slow takes its time, what hangs ends.
    var limitSeconds: Double { 30 + 5 * seconds }
}

/// What the listener tells of itself.
package struct NetworkWelcome: Sendable, Hashable {
    /// The listener's host.
    package var host: String
    /// Its kernel's boot, which tells whether both ends share one.
    package var boot: String
    /// How an emulated processor shows, where it does.
    package var emulation: String?
    /// Why its processor may be emulated though it does not say so, where something raises the question.
    package var emulationDoubt: String?

    /// A welcome.
    package init(host: String, boot: String, emulation: String? = nil, emulationDoubt: String? = nil) {
        self.host = host
        self.boot = boot
        self.emulation = emulation
        self.emulationDoubt = emulationDoubt
    }

    var json: JSON {
        .fields([
            "host": .string(host), "boot": .string(boot), "emulation": emulation.map { .string($0) },
            "emulation_doubt": emulationDoubt.map { .string($0) },
        ])
    }

    /// Reads one that came from the other end.
    package init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["host", "boot", "emulation", "emulation_doubt"])
        host = String(try object.require("host").nonEmptyString().prefix(256))
        boot = String(try object.require("boot").nonEmptyString().prefix(64))
        emulation = (try object["emulation"]?.nonEmptyString()).map { String($0.prefix(300)) }
        emulationDoubt = (try object["emulation_doubt"]?.nonEmptyString()).map { String($0.prefix(300)) }
    }
}

/// Why the listener does not agree.
package struct NetworkRefusal: Sendable, Hashable {
    /// The reasons that callers tell apart.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case busy, unauthorised, version, malformed, session, limit, failed
    }

    /// The reason.
    package var code: Code
    /// In words.
    package var reason: String

    /// A refusal.
    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    var json: JSON { .fields(["code": .string(code.rawValue), "reason": .string(reason)]) }

    /// Reads one that came from the other end.
    package init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["code", "reason"])
        code = try object.require("code").choice("reason to refuse")
        // Somebody else's words: printable and short.
        reason = String(try object.require("reason").string().filter { !$0.isNewline && $0 >= " " }.prefix(300))
    }
}

/// What one end of a run saw.
package struct NetworkReport: Sendable, Hashable {
    /// Processor time that it used, in seconds.
    package var processorSeconds: Double
    /// Times that another task took the processor from it.
    package var preemptions: Int
    /// Messages echoed, or sums done.
    package var messages: Int
    /// Bytes a second that arrived, window by window; only where streams were received.
    package var rates: [Double]
    /// What disturbed that machine meanwhile.
    package var disturbances: [Disturbance]

    /// A report.
    package init(
        processorSeconds: Double = 0,
        preemptions: Int = 0,
        messages: Int = 0,
        rates: [Double] = [],
        disturbances: [Disturbance] = []
    ) {
        self.processorSeconds = processorSeconds
        self.preemptions = preemptions
        self.messages = messages
        self.rates = rates
        self.disturbances = disturbances
    }

    /// Windows that a report has at most.
    static let mostRates = 4_096

    /// As it travels.
    package var json: JSON {
        .fields([
            "processor_s": .number(processorSeconds), "preemptions": .integer(preemptions),
            "messages": .integer(messages), "rates": .array(rates.map { .number($0) }),
            "disturbances": .array(
                disturbances.map { .fields(["kind": .string($0.kind.rawValue), "seen": .string($0.sentence)]) }
            ),
        ])
    }

    /// Reads one that came from the other end.
    package init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["processor_s", "preemptions", "messages", "rates", "disturbances"])
        processorSeconds = try object.require("processor_s").double(in: 0...1e9)
        preemptions = try object.require("preemptions").int(in: 0...(1 << 50))
        messages = try object.require("messages").int(in: 0...(1 << 50))
        rates = try object.require("rates").doubles(in: 0...1e15, maximum: Self.mostRates)
        disturbances = []
        for element in try object.require("disturbances").array(maximum: Disturbance.Kind.allCases.count) {
            let members = try element.object(["kind", "seen"])
            let seen = try members.require("seen").string().filter { !$0.isNewline && $0 >= " " }
            disturbances.append(
                Disturbance(try members.require("kind").choice("disturbance"), String(seen.prefix(300)))
            )
        }
    }
}

extension Reader {
    /// 32 lower-case hexadecimal digits.
    fileprivate func identifier() throws(DocumentError) -> String {
        let text = try string()
        guard text.utf8.count == 32, text.utf8.allSatisfy({ Array("0123456789abcdef".utf8).contains($0) }) else {
            throw fail("\(found) is not 32 hexadecimal digits")
        }
        return text
    }
}

/// Names that nobody can guess.
package enum NetworkIdentifier {
    /// 32 hexadecimal digits from the system's generator.
    package static func fresh() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in String(Int.random(in: 0..<16, using: &generator), radix: 16) }.joined()
    }
}
