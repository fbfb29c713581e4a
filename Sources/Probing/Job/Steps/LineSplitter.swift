/// Cuts output into lines as it comes, in bounded memory.
///
/// A carriage return ends a line too, for progress bars write over themselves.
struct LineSplitter {
    private var pending: [UInt8] = []

    /// Takes the next bytes and gives each line that they end.
    mutating func add(_ bytes: some Sequence<UInt8>, _ line: (String) -> Void) {
        for byte in bytes {
            if byte == 0x0A || byte == 0x0D {
                flush(line)
            } else if pending.count < StepLimits.longestLine {
                pending.append(byte)
            }
        }
    }

    /// Gives the last line where nothing ended it.
    mutating func flush(_ line: (String) -> Void) {
        guard !pending.isEmpty else { return }
        line(String(decoding: pending, as: UTF8.self))
        pending.removeAll(keepingCapacity: true)
    }
}
