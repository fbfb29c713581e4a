/// Cuts a stream of bytes into lines without holding more than one of them.
///
/// A line ends with a line feed; a carriage return before it is no part of the line. Lines longer than the limit are
/// passed over and counted by whoever asks, so that a file without line ends needs no more memory than any other.
struct LineReader: Sendable {
    /// What ``next(in:at:)`` found.
    enum Found: Sendable, Hashable {
        /// A line that lies in the bytes.
        case inside(Range<Int>)
        /// A line that began in earlier bytes; it is in ``carried``.
        case carried
        /// A line beyond the limit, whose bytes are gone.
        case tooLong
    }

    /// The longest line that is handed over, in bytes.
    let limit: Int
    /// The line that began in earlier bytes.
    private(set) var carried: ContiguousArray<UInt8> = []
    /// The number of the line last found, from 1.
    private(set) var number = 0
    /// Whether the line that is being read is already beyond the limit.
    private(set) var overlong = false
    private var handedOver = false

    init(limit: Int) {
        // Places in a line are 32-bit.
        self.limit = min(max(limit, 1), 1 << 30)
    }

    /// The next line that ends in the bytes, from a position that is moved behind it; nil when none does, and then the
    /// rest is kept for the next bytes.
    mutating func next(in bytes: Span<UInt8>, at position: inout Int) -> Found? {
        if handedOver {
            carried.removeAll(keepingCapacity: true)
            handedOver = false
        }
        guard position < bytes.count else { return nil }
        let start = position
        var end = Self.lineFeed(in: bytes, from: start)
        guard end < bytes.count else {
            keep(bytes, start..<end)
            position = end
            return nil
        }
        position = end + 1
        number += 1
        if overlong {
            overlong = false
            return .tooLong
        }
        guard carried.isEmpty else {
            keep(bytes, start..<end)
            if overlong {
                overlong = false
                return .tooLong
            }
            return handOver()
        }
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return end - start > limit ? .tooLong : .inside(start..<end)
    }

    /// The last line, when the stream ended without a line end; nil when it did not.
    mutating func last() -> Found? {
        if handedOver {
            carried.removeAll(keepingCapacity: true)
            handedOver = false
        }
        if overlong {
            overlong = false
            number += 1
            return .tooLong
        }
        guard !carried.isEmpty else { return nil }
        number += 1
        return handOver()
    }

    /// The line that is kept; with its carriage return it may be one byte longer than a line can be.
    private mutating func handOver() -> Found {
        if carried.last == 0x0D { carried.removeLast() }
        handedOver = true
        return carried.count > limit ? .tooLong : .carried
    }

    /// Where the next line feed is, or the end.
    private static func lineFeed(in bytes: Span<UInt8>, from start: Int) -> Int {
        var at = start
        let feeds = ByteWords.filled(0x0A)
        // Sixteen bytes at a time until one of them is a line feed.
        while at + 16 <= bytes.count {
            let (first, second) = (ByteWords.load(bytes, at) ^ feeds, ByteWords.load(bytes, at + 8) ^ feeds)
            if ByteWords.hasZero(first) { return at + ByteWords.zeros(first).trailingZeroBitCount / 8 }
            if ByteWords.hasZero(second) { return at + 8 + ByteWords.zeros(second).trailingZeroBitCount / 8 }
            at += 16
        }
        while at < bytes.count, bytes[at] != 0x0A { at += 1 }
        return at
    }

    private mutating func keep(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard !overlong else { return }
        guard carried.count + range.count <= limit + 1 else {
            overlong = true
            carried.removeAll(keepingCapacity: true)
            return
        }
        bytes.extracting(range).withUnsafeBufferPointer { carried.append(contentsOf: $0) }
    }
}
