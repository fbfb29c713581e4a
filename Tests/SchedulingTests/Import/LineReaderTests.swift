import Testing

@testable import Scheduling

@Suite struct LineReaderTests {
    /// Lines, or nil for one that is too long.
    private func lines(_ text: String, limit: Int, piece: Int) -> [String?] {
        var reader = LineReader(limit: limit)
        var found: [String?] = []
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            let chunk = Array(bytes[at..<min(at + piece, bytes.count)])
            at += chunk.count
            var position = 0
            while let line = reader.next(in: chunk.span, at: &position) {
                switch line {
                case .inside(let range): found.append(String(decoding: chunk[range], as: UTF8.self))
                case .carried: found.append(String(decoding: reader.carried, as: UTF8.self))
                case .tooLong: found.append(nil)
                }
            }
        }
        switch reader.last() {
        case .carried?: found.append(String(decoding: reader.carried, as: UTF8.self))
        case .tooLong?: found.append(nil)
        default: break
        }
        #expect(reader.number == found.count)
        return found
    }

    @Test(arguments: 1...40)
    func `lines do not depend on how the bytes arrive`(_ piece: Int) {
        let text = "one\r\ntwo\n\nthis line is rather too long\nfour\r\n exactly twenty bytes\nlast"
        #expect(
            lines(text, limit: 21, piece: piece) == ["one", "two", "", nil, "four", " exactly twenty bytes", "last"]
        )
    }

    @Test func `a file without line ends takes no more memory than a line`() {
        var reader = LineReader(limit: 1_000)
        let chunk = [UInt8](repeating: 0x41, count: 1 << 16)
        for _ in 0..<1_600 {
            var position = 0
            #expect(reader.next(in: chunk.span, at: &position) == nil)
            #expect(reader.carried.capacity <= 2 << 16)
        }
        #expect(reader.last() == .tooLong)
    }
}
