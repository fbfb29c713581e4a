/// What is asked of a service, and how often.
package struct LoadPlan: Sendable, Hashable {
    /// Requests of one run at most, which bounds its memory.
    package static let maximumRequests = 2_000_000
    /// Connections at most.
    package static let maximumConnections = 4_096

    /// Where.
    package var address: EndpointAddress
    /// `GET`, `POST`.
    package var method: String
    /// Headers as they are sent, besides those of the transport.
    package var headers: [Header]
    /// The body, empty for none.
    package var body: [UInt8]
    /// Requests offered a second.
    package var rate: Double
    /// Seconds in which requests are offered.
    package var duration: Double
    /// How they arrive.
    package var arrivals: Arrivals
    /// Connections open at once at most.
    package var connections: Int
    /// Seconds from a request's intended start after which it has failed.
    package var timeout: Double
    /// Seconds at the beginning whose requests are left out.
    package var warmUp: Double

    /// A header of the request.
    package struct Header: Sendable, Hashable {
        /// Its name.
        package var name: String
        /// Its value; never stored.
        package var value: String

        /// `Name: value`; nil where the name is none or the value holds a line break.
        package init?(_ text: String) {
            guard let colon = text.firstIndex(of: ":") else { return nil }
            name = String(text[..<colon])
            value = String(text[text.index(after: colon)...].drop { $0 == " " })
            let isToken =
                !name.isEmpty
                && name.utf8.allSatisfy {
                    (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0)
                        || "!#$%&'*+-.^_`|~".utf8.contains($0)
                }
            guard isToken, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return nil }
        }
    }

    /// A plan with these parts.
    package init(
        address: EndpointAddress,
        method: String = "GET",
        headers: [Header] = [],
        body: [UInt8] = [],
        rate: Double,
        duration: Double,
        arrivals: Arrivals = .poisson,
        connections: Int = 256,
        timeout: Double = 30,
        warmUp: Double = 0
    ) {
        self.address = address
        self.method = method
        self.headers = headers
        self.body = body
        self.rate = rate
        self.duration = duration
        self.arrivals = arrivals
        self.connections = min(max(1, connections), Self.maximumConnections)
        self.timeout = timeout
        self.warmUp = warmUp
    }

    /// The bytes of one request.
    package var request: [UInt8] {
        func isGiven(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }
        var text = "\(method) \(address.target) HTTP/1.1\r\n"
        if !isGiven("host") { text += "Host: \(address.authority)\r\n" }
        if !isGiven("user-agent") { text += "User-Agent: assay\r\n" }
        if !isGiven("accept") { text += "Accept: */*\r\n" }
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
            if !isGiven("content-type") { text += "Content-Type: application/json\r\n" }
            text += "Content-Length: \(body.count)\r\n"
        }
        return Array((text + "\r\n").utf8) + body
    }
}

/// How a request failed.
package enum LoadFailure: UInt8, Sendable, Hashable, CaseIterable {
    case refused = 1
    case unreachable, reset, closed, malformed, timedOut, redirected, clientError, serverError, ownLimit

    /// What happened, for a table.
    package var words: String {
        switch self {
        case .refused: "connection refused"
        case .unreachable: "host unreachable"
        case .reset: "connection reset"
        case .closed: "connection closed inside the exchange"
        case .malformed: "no HTTP response"
        case .timedOut: "timed out"
        case .redirected: "status 3xx"
        case .clientError: "status 4xx"
        case .serverError: "status 5xx"
        case .ownLimit: "no socket left on this machine"
        }
    }
}

/// What became of the requests of one run, in the order in which they were meant to start.
package struct LoadResult: Sendable {
    /// When each was meant to start, in seconds from the beginning.
    package var intended: [Double]
    /// Seconds from the intended start to the last byte; NaN where it failed.
    package var latency: [Double]
    /// Seconds from the intended start to the first byte; NaN where none came.
    package var firstByte: [Double]
    /// Seconds from the intended start to its sending; NaN where it was not sent.
    package var sent: [Double]
    /// How it failed; nil where it did not.
    package var failure: [LoadFailure?]
    /// How late the generator itself was with requests that had a connection waiting, in seconds.
    package var lateness: [Double] = []
    /// Requests that waited for a connection, all being in use.
    package var waited = 0
    /// Connections opened.
    package var opened = 0
    /// Bytes of bodies received.
    package var bodyBytes = 0
    /// Seconds from the beginning to the end of the last exchange.
    package var elapsed = 0.0
}
