internal import Documents

/// A row of nccl-tests whose time and bandwidths are not of one measurement.
struct NCCLContradiction {
    let bytes: Int
    let microseconds: Double
    /// How many ranks took part; 0 where it is not known.
    let ranks: Int

    /// What a bandwidth is off by at most: a share, and the two digits behind its point.
    private static let tolerance = (share: 0.05, digits: 0.0051)

    /// Refuses a row whose bandwidths do not follow from its size and its time.
    func refuse(
        _ stated: (algorithm: Double?, bus: Double?),
        collective: String?,
        file: String,
        line: Int
    ) throws(DocumentError) {
        guard microseconds > 0, let algorithm = stated.algorithm else { return }
        let expected = Double(bytes) / microseconds / 1000
        if !factors(of: collective).contains(where: { Self.agrees(algorithm, expected * $0, digits: 1) }),
            !factors(of: collective).isEmpty
        {
            throw DocumentError(
                file: file,
                line: line,
                path: "algbw",
                problem:
                    "\(NumberText.plain(algorithm)) GB/s is not \(bytes) bytes in \(NumberText.plain(microseconds)) us, which "
                    + "is \(NumberText.significant(expected, 4)) GB/s; the file is damaged or was edited"
            )
        }
        guard collective == "allreduce", ranks > 1, let bus = stated.bus else { return }
        let factor = 2 * Double(ranks - 1) / Double(ranks)
        guard !Self.agrees(bus, algorithm * factor, digits: 1 + factor) else { return }
        throw DocumentError(
            file: file,
            line: line,
            path: "busbw",
            problem: "\(NumberText.plain(bus)) GB/s is not \(NumberText.plain(algorithm)) GB/s times "
                + "\(NumberText.significant(factor, 3)), as an all-reduce of \(ranks) ranks has it; the file is damaged or was edited"
        )
    }

    private static func agrees(_ stated: Double, _ expected: Double, digits: Double) -> Bool {
        abs(stated - expected) <= tolerance.share * expected + tolerance.digits * digits
    }

    /// What the size of a row may be of what was moved; the others counted it by rank in some versions.
    private func factors(of collective: String?) -> [Double] {
        if let collective, ["allreduce", "reduce", "broadcast", "sendrecv"].contains(collective) { return [1] }
        guard ranks > 1 else { return [] }
        let ranks = Double(ranks)
        return [1, ranks, 1 / ranks, ranks - 1, 1 / (ranks - 1), (ranks - 1) / ranks, ranks / (ranks - 1)]
    }
}
