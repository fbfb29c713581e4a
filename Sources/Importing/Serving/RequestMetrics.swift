internal import Evidence

/// What is measured of requests to a model: names that `assay measure` and all importers of inference share.
enum RequestMetrics {
    /// From the send, or from the intended start where a condition says so, to the last token.
    static let latency = Metric(name: "request_latency", unit: "s", direction: .lower)
    /// To the first token.
    static let firstToken = Metric(name: "time_to_first_token", unit: "s", direction: .lower)
    /// The mean gap between the tokens of one request after its first.
    static let perToken = Metric(name: "time_per_output_token", unit: "s", direction: .lower, role: .exploratory)
    /// Each gap between chunks of an answer; a chunk can hold several tokens.
    static let chunkGap = Metric(name: "inter_chunk_latency", unit: "s", direction: .lower, role: .exploratory)
    /// How long the client held a request back after it was due.
    static let clientDelay = Metric(name: "client_delay", unit: "s", direction: .lower, role: .exploratory)
    /// Requests answered a second.
    static let requestRate = Metric(
        name: "request_throughput",
        unit: "requests/s",
        direction: .higher,
        role: .exploratory
    )
    /// Tokens written a second.
    static let tokenRate = Metric(
        name: "output_token_throughput",
        unit: "tokens/s",
        direction: .higher,
        role: .exploratory
    )
}
