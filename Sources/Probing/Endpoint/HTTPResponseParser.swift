/// What is wrong with a response.
enum HTTPProblem: Error, Sendable, Hashable {
    /// The connection ended before the first byte.
    case closedBeforeResponse
    /// It ended inside the response.
    case closedEarly
    /// The bytes are no HTTP/1 response, or one beyond the bounds.
    case malformed
}

/// Reads HTTP/1 responses piece by piece, in bounded memory: bodies are counted, not kept.
struct HTTPResponseParser: Sendable {
    /// Bytes of a line at most: status, header, size of a chunk.
    static let maximumLine = 32 << 10
    /// Bytes of a head, and of trailers, at most.
    static let maximumHead = 256 << 10

    /// The status, once it is known; that of an interim response until the final one comes.
    private(set) var status = 0
    /// Whether the response is whole.
    private(set) var isDone = false
    /// Whether the connection can carry another request.
    private(set) var keepsAlive = true
    /// Whether any byte has come.
    private(set) var hasBegun = false
    /// Bytes of the body so far.
    private(set) var bodyBytes = 0

    private enum Phase: Sendable {
        case status, header, body(left: Int), chunkSize, chunk(left: Int), chunkEnd, trailer, untilClose
    }

    private let isHead: Bool
    private var phase = Phase.status
    private var line: [UInt8] = []
    private var headBytes = 0
    private var length: Int?
    private var isChunked = false
    private var hasCoding = false

    /// A parser of one response; one to a HEAD request has no body, whatever it says.
    init(isHead: Bool = false) { self.isHead = isHead }

    /// Takes bytes; what follows a whole response belongs to nothing, so the connection is not used again.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws(HTTPProblem) {
        var place = bytes.startIndex
        if place < bytes.endIndex { hasBegun = true }
        while place < bytes.endIndex {
            if isDone {
                keepsAlive = false
                return
            }
            switch phase {
            case .body(let left):
                let count = min(left, bytes.endIndex - place)
                tally(count)
                place += count
                if count == left { isDone = true } else { phase = .body(left: left - count) }
            case .chunk(let left):
                let count = min(left, bytes.endIndex - place)
                tally(count)
                place += count
                phase = count == left ? .chunkEnd : .chunk(left: left - count)
            case .untilClose:
                tally(bytes.endIndex - place)
                return
            case .status, .header, .chunkSize, .chunkEnd, .trailer:
                let end = bytes[place...].firstIndex(of: 0x0A) ?? bytes.endIndex
                guard line.count + (end - place) <= Self.maximumLine else { throw .malformed }
                line.append(contentsOf: bytes[place..<end])
                guard end < bytes.endIndex else { return }
                place = end + 1
                if line.last == 0x0D { line.removeLast() }
                let whole = line
                line.removeAll(keepingCapacity: true)
                try take(line: whole)
            }
        }
    }

    /// The connection has ended.
    mutating func close() throws(HTTPProblem) {
        if isDone { return }
        if case .untilClose = phase {
            isDone = true
            keepsAlive = false
            return
        }
        throw hasBegun ? .closedEarly : .closedBeforeResponse
    }

    private mutating func tally(_ count: Int) {
        let (sum, isOver) = bodyBytes.addingReportingOverflow(count)
        bodyBytes = isOver ? .max : sum
    }

    private mutating func take(line: [UInt8]) throws(HTTPProblem) {
        switch phase {
        case .status: try takeStatus(line)
        case .header:
            headBytes += line.count + 2
            guard headBytes <= Self.maximumHead else { throw .malformed }
            if line.isEmpty { try endHead() } else { try takeHeader(line) }
        case .chunkSize:
            let size = try Self.chunkSize(line)
            headBytes = 0
            phase = size == 0 ? .trailer : .chunk(left: size)
        case .chunkEnd:
            guard line.isEmpty else { throw .malformed }
            phase = .chunkSize
        case .trailer:
            headBytes += line.count + 2
            guard headBytes <= Self.maximumHead else { throw .malformed }
            if line.isEmpty { isDone = true }
        case .body, .chunk, .untilClose: throw .malformed
        }
    }

    /// `HTTP/1.1 200 OK`.
    private mutating func takeStatus(_ line: [UInt8]) throws(HTTPProblem) {
        guard line.count >= 12, line.starts(with: Array("HTTP/1.".utf8)), line[7] == 0x30 || line[7] == 0x31,
            line[8] == 0x20, line.count == 12 || line[12] == 0x20
        else { throw .malformed }
        var code = 0
        for byte in line[9..<12] {
            guard (0x30...0x39).contains(byte) else { throw .malformed }
            code = code * 10 + Int(byte - 0x30)
        }
        // An upgraded connection speaks something else.
        guard code >= 100, code != 101 else { throw .malformed }
        status = code
        keepsAlive = line[7] == 0x31
        headBytes = line.count + 2
        (length, isChunked, hasCoding) = (nil, false, false)
        phase = .header
    }

    private mutating func takeHeader(_ line: [UInt8]) throws(HTTPProblem) {
        // A continued line of old; none of the headers that matter is written so.
        if line[0] == 0x20 || line[0] == 0x09 { return }
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else { throw .malformed }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        switch name {
        case "content-length":
            let digits = line[(colon + 1)...].filter { $0 != 0x20 && $0 != 0x09 }
            guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw .malformed
            }
            let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            guard length == nil || length == value else { throw .malformed }
            length = value
        case "transfer-encoding":
            hasCoding = true
            isChunked = Self.tokens(line[(colon + 1)...]).last == "chunked"
        case "connection":
            let tokens = Self.tokens(line[(colon + 1)...])
            if tokens.contains("close") { keepsAlive = false }
            if tokens.contains("keep-alive") { keepsAlive = true }
        default: break
        }
    }

    private mutating func endHead() throws(HTTPProblem) {
        if status < 200 {
            phase = .status
        } else if isHead || status == 204 || status == 304 {
            isDone = true
        } else if isChunked {
            // Both at once is how requests are smuggled; the connection is not trusted further.
            if length != nil { keepsAlive = false }
            phase = .chunkSize
        } else if let length, !hasCoding {
            if length == 0 { isDone = true } else { phase = .body(left: length) }
        } else {
            keepsAlive = false
            phase = .untilClose
        }
    }

    /// The size of a chunk in hexadecimal digits, before any extension.
    private static func chunkSize(_ line: [UInt8]) throws(HTTPProblem) -> Int {
        let digits = line.prefix { $0 != 0x3B && $0 != 0x20 && $0 != 0x09 }
        guard !digits.isEmpty, digits.count <= 15 else { throw .malformed }
        var size = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw .malformed
            }
            size = size << 4 | Int(digit)
        }
        return size
    }

    private static func tokens(_ bytes: ArraySlice<UInt8>) -> [String] {
        bytes.split(separator: 0x2C).map { part in
            String(decoding: part.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased()
        }
    }
}
