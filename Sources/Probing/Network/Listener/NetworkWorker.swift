internal import CProbe

/// What one end of a run does with its connections, once they are there.
enum NetworkWorker {
    /// How a stream of so many seconds is cut: the beginning, in which TCP finds its speed, is left out.
    static func windows(seconds: Double) -> (skipNanoseconds: UInt64, windowNanoseconds: UInt64) {
        let skip = seconds * 0.2
        return (UInt64(skip * 1e9), UInt64(max((seconds - skip) / 64, 0.01) * 1e9))
    }

    /// The listener's part.
    static func serve(_ work: NetworkWork, _ links: [NetworkConnection]) throws(NetworkError) -> NetworkReport {
        guard let first = links.first else { throw .system("a run", "has no connection") }
        let deadline = assay_nanoseconds() + UInt64(work.limitSeconds * 1e9)
        var report = NetworkReport()
        switch work.kind {
        case .echo:
            var buffer = [UInt8](repeating: 0, count: work.bytes)
            let messages = assay_echo(first.descriptor, &buffer, buffer.count, deadline)
            guard messages >= 0 else { throw first.error(messages) }
            report.messages = messages
        case .sink:
            report.rates = try receive(links, seconds: work.seconds, deadline: deadline)
        case .source:
            let status = assay_send_streams(
                links.map(\.descriptor),
                Int32(links.count),
                work.bytes,
                UInt64(work.seconds * 1e9)
            )
            guard status == 0 else { throw first.error(status) }
        case .ring:
            guard let next = links.last, links.count == 2 else { throw .system("a ring", "has not two connections") }
            let ring = NetworkRing(previous: first, next: next, rank: work.rank, ranks: work.ranks, deadline: deadline)
            report.messages = try ring.follow()
        }
        return report
    }

    /// Receives streams until they end; bytes a second, window by window.
    static func receive(_ links: [NetworkConnection], seconds: Double, deadline: UInt64) throws(NetworkError)
        -> [Double]
    {
        let (skip, window) = windows(seconds: seconds)
        var rates = [Double](repeating: 0, count: NetworkReport.mostRates)
        let count = assay_receive_streams(
            links.map(\.descriptor),
            Int32(links.count),
            skip,
            window,
            deadline,
            &rates,
            rates.count
        )
        guard count >= 0 else { throw links[0].error(count) }
        return Array(rates[..<count])
    }
}
