internal import Crypto

/// Reads one file of PyTorch's profiler as its bytes come, in memory that does not grow with the file.
package struct TorchTraceReader: ~Copyable {
    private let file: String
    private var scanner: TraceScanner
    private var collector = TraceCollector()
    private var hash = SHA256()
    private var isAtStart = true

    /// Reads what errors name so.
    package init(file: String) {
        self.file = file
        scanner = TraceScanner(file: file)
    }

    /// The next bytes.
    ///
    /// - Throws: where they are no JSON of a trace, with the line.
    package mutating func read(_ bytes: [UInt8]) throws(TraceError) {
        guard !bytes.isEmpty else { return }
        if isAtStart, bytes[0] == 0x1F {
            throw TraceError(place: "\(file): ", problem: "is compressed; gunzip it first")
        }
        isAtStart = false
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        try scanner.read(bytes, into: &collector)
    }

    /// The profile, once every byte was read.
    ///
    /// - Throws: where the file is cut short, or says nothing of a GPU.
    package consuming func profile() throws(TraceError) -> TorchProfile {
        try scanner.finish()
        let digits = hash.finalize().map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return try TorchProfile(
            collector,
            file: file,
            identifier: "sha256:" + digits.joined(),
            scanner: scanner
        )
    }
}
