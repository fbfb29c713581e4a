internal import Documents

/// Cuts a stream of bytes into rows of fields by RFC 4180, whatever the chunks they come in.
///
/// Lines end with LF or CR LF; a field in double quotes may hold separators, line breaks and doubled quotes. A byte
/// order mark is skipped, and so are empty lines.
struct CSVRows: Sendable {
    /// The most bytes a row may have: beyond, a quote was left open or the file is not a CSV.
    static let maximumRow = 1 << 20
    static let maximumFields = 10_000

    /// One row: the text of its fields, quotes removed.
    struct Row: Sendable {
        /// The line on which the row begins, from 1.
        var line = 0
        var bytes: [UInt8] = []
        /// Where each field ends in `bytes`.
        var ends: [Int] = []

        var count: Int { ends.count }

        /// The bytes of a field without spaces and tabs around them.
        subscript(_ index: Int) -> ArraySlice<UInt8> {
            var (low, high) = (index == 0 ? 0 : ends[index - 1], ends[index])
            while low < high, bytes[low] == 0x20 || bytes[low] == 0x09 { low += 1 }
            while low < high, bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09 { high -= 1 }
            return bytes[low..<high]
        }

        mutating func clear() {
            bytes.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
        }
    }

    private enum State { case fieldStart, plain, quoted, quoteSeen, carriageReturn }

    private let file: String
    private var state = State.fieldStart
    private var row = Row()
    private var line = 1
    private var mark: [UInt8]? = []
    /// Settled by the first line: the first of comma, semicolon and tab that is in it.
    private var separator: UInt8?

    init(file: String) {
        self.file = file
        row.line = 1
    }

    /// Feeds bytes; `take` is called for each row that is complete.
    mutating func consume(
        _ bytes: [UInt8],
        _ take: (borrowing Row) throws(DocumentError) -> Void
    ) throws(DocumentError) {
        var index = 0
        while index < bytes.count {
            if mark != nil {
                try begin(bytes[index], take)
                index += 1
                continue
            }
            // Most bytes are text inside a field: they are taken at once.
            let end = textEnd(bytes, from: index)
            if end > index {
                try append(bytes[index..<end])
                if state == .fieldStart { state = .plain }
                index = end
            } else {
                try feed(bytes[index], take)
                index += 1
            }
        }
    }

    /// Where the text that begins here ends, as far as these bytes go; `start` where none begins.
    private func textEnd(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        switch state {
        case .quoted:
            while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != 0x0A { index += 1 }
        case .fieldStart, .plain:
            guard let separator else { return start }
            while index < bytes.count {
                let byte = bytes[index]
                if byte == separator || (byte <= 0x22 && Self.isSpecial(byte)) { break }
                index += 1
            }
        case .quoteSeen, .carriageReturn:
            break
        }
        return index
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "\"") || byte == 0
    }

    /// Ends the stream: the last row need not have a line break.
    mutating func finish(_ take: (borrowing Row) throws(DocumentError) -> Void) throws(DocumentError) {
        if let held = mark {
            mark = nil
            for byte in held { try feed(byte, take) }
        }
        if state == .quoted {
            throw error(at: row.line, "a quoted field of this row is not closed before the file ends; add the '\"'")
        }
        if state == .carriageReturn { state = .plain }
        if !row.bytes.isEmpty || !row.ends.isEmpty || state == .quoteSeen { try endRow(take) }
    }

    /// The first bytes, which may be a byte order mark.
    private mutating func begin(
        _ byte: UInt8,
        _ take: (borrowing Row) throws(DocumentError) -> Void
    ) throws(DocumentError) {
        let held = (mark ?? []) + [byte]
        let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if held == [0xFF, 0xFE] || held == [0xFE, 0xFF] {
            throw error(at: 1, "the file is UTF-16; save it as UTF-8")
        }
        if held == utf8Mark {
            mark = nil
        } else if utf8Mark.starts(with: held) || held == [0xFF] || held == [0xFE] {
            mark = held
        } else {
            mark = nil
            for byte in held { try feed(byte, take) }
        }
    }

    private mutating func feed(
        _ byte: UInt8,
        _ take: (borrowing Row) throws(DocumentError) -> Void
    ) throws(DocumentError) {
        switch state {
        case .quoted:
            if byte == UInt8(ascii: "\"") {
                state = .quoteSeen
            } else {
                if byte == 0x0A { line += 1 }
                try append(byte)
            }
            return
        case .quoteSeen:
            if byte == UInt8(ascii: "\"") {
                state = .quoted
                return try append(byte)
            }
            guard byte == 0x0A || byte == 0x0D || isSeparator(byte) else {
                throw error(at: line, "text follows the closing '\"' of a field; double a quote that is meant as text")
            }
        case .carriageReturn:
            guard byte == 0x0A else {
                throw error(at: line, "a carriage return stands without a line feed; save with LF or CR LF line ends")
            }
        case .fieldStart:
            if byte == UInt8(ascii: "\"") {
                state = .quoted
                return
            }
        case .plain:
            break
        }
        switch byte {
        case 0x0A:
            line += 1
            if row.bytes.isEmpty, row.ends.isEmpty, state != .quoteSeen {
                row.line = line
                state = .fieldStart
            } else {
                try endRow(take)
            }
        case 0x0D:
            state = .carriageReturn
        case UInt8(ascii: "\""):
            throw error(at: line, "a '\"' stands inside a field that has no quotes around it; quote the whole field")
        case 0:
            throw error(at: line, "there is a zero byte; expected text in UTF-8")
        default:
            if isSeparator(byte) {
                try endField()
                state = .fieldStart
            } else {
                state = .plain
                try append(byte)
            }
        }
    }

    private mutating func isSeparator(_ byte: UInt8) -> Bool {
        if let separator { return byte == separator }
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x09 else { return false }
        separator = byte
        return true
    }

    private mutating func append(_ text: ArraySlice<UInt8>) throws(DocumentError) {
        guard row.bytes.count + text.count <= Self.maximumRow else { throw tooLong() }
        row.bytes.append(contentsOf: text)
    }

    private func tooLong() -> DocumentError {
        error(at: row.line, "this row is longer than 1 MiB; is a '\"' left open?")
    }

    private mutating func append(_ byte: UInt8) throws(DocumentError) {
        guard row.bytes.count < Self.maximumRow else { throw tooLong() }
        row.bytes.append(byte)
    }

    private mutating func endField() throws(DocumentError) {
        guard row.ends.count < Self.maximumFields else {
            throw error(at: row.line, "this row has more than \(Self.maximumFields) fields")
        }
        row.ends.append(row.bytes.count)
    }

    private mutating func endRow(_ take: (borrowing Row) throws(DocumentError) -> Void) throws(DocumentError) {
        try endField()
        // A first line without any separator settles on the comma.
        if separator == nil { separator = UInt8(ascii: ",") }
        state = .fieldStart
        try take(row)
        row.clear()
        row.line = line
    }

    private func error(at line: Int, _ problem: String) -> DocumentError {
        DocumentError(file: file, line: line, problem: problem)
    }
}
