package import Evidence

/// What a latency of another tool is the latency of: three words, each a condition of its run.
package struct LatencySemantics: Sendable, Hashable {
    /// Which way was timed.
    package enum Path: String, Sendable, Hashable {
        /// There, by clocks of both ends or of one that sees both.
        case oneWay = "oneway"
        /// There and back.
        case roundTrip = "rtt"
        /// There and back, divided by two by the tool.
        case halfRoundTrip = "half-rtt"
    }

    /// From when was timed.
    package enum Start: String, Sendable, Hashable {
        /// From when the request was sent: waiting before it is left out.
        case service
        /// From when the request was due: coordinated omission has no place.
        case response
    }

    /// Whether the next request waits for the answer of the one before.
    package enum Loop: String, Sendable, Hashable {
        /// Requests come at their own times.
        case open
        /// Each waits for an answer.
        case closed
    }

    /// Which way was timed, where there is a way.
    package var path: Path?
    /// From when was timed.
    package var start: Start?
    /// Open or closed loop.
    package var loop: Loop?

    /// What is known of a latency.
    package init(path: Path? = nil, start: Start? = nil, loop: Loop? = nil) {
        self.path = path
        self.start = start
        self.loop = loop
    }

    /// The conditions `latency_path`, `latency_start` and `load_loop`.
    package var conditions: [Condition] {
        var conditions: [Condition] = []
        if let path { conditions.append(Condition(name: "latency_path", value: path.rawValue)) }
        if let start { conditions.append(Condition(name: "latency_start", value: start.rawValue)) }
        if let loop { conditions.append(Condition(name: "load_loop", value: loop.rawValue)) }
        return conditions
    }
}
