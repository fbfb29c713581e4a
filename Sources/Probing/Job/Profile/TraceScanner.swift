/// Reads a Chrome trace as its bytes come and hands over one event at a time.
///
/// A state machine over the grammar of RFC 8259, so memory does not grow with the file: what is kept is the beginning of
/// the string or number under way, one event, and a bit for each level. Beyond the grammar it takes `NaN` and `Infinity`,
/// which PyTorch writes into `args`; strings are not checked to be UTF-8, for none is shown.
struct TraceScanner {
    private enum State {
        case value
        case valueOrEnd
        case key
        case keyOrEnd
        case colon
        case after
        case string
        case escape
        case unicode
        case number
        case word
        case end
    }

    /// Members that are looked at.
    private enum Field {
        case none
        case events
        case distributed
        case rank
        case worldSize
        case arguments
        case device
        case phase
        case category
        case name
        case start
        case duration
        case process
        case thread
    }

    /// The levels of lists and objects that a file may have.
    static let mostLevels = 512
    /// How much of a string is kept.
    private static let kept = 192

    private let file: String
    private var state = State.value
    private var field = Field.none
    private var isKey = false
    /// True for objects; the innermost last.
    private var levels: [Bool] = []
    private var token: [UInt8] = []
    private var line = 1
    private var hexadecimals = 0
    /// The level inside the list of events; nil before it and, as `seenEvents` says, after it.
    private var eventsLevel: Int?
    private var seenEvents = false
    private var isInArguments = false
    private var isInDistributed = false
    private var event = TraceEvent()
    /// Of `distributedInfo`.
    private(set) var rank: Int?
    private(set) var worldSize: Int?

    /// Reads what is named so in errors.
    init(file: String) { self.file = file }

    /// The next bytes of the file.
    mutating func read(_ bytes: [UInt8], into collector: inout TraceCollector) throws(TraceError) {
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            switch state {
            case .string:
                let start = at
                while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"),
                    bytes[at] >= 0x20
                { at += 1 }
                if isKey || field != .none { keep(bytes[start..<at]) }
                guard at < bytes.count else { return }
                switch bytes[at] {
                case UInt8(ascii: "\""): stringEnds()
                case UInt8(ascii: "\\"):
                    keep(bytes[at...at])
                    state = .escape
                default: throw fail("a string holds a line break or a control character")
                }
                at += 1
            case .escape:
                switch byte {
                case UInt8(ascii: "u"): (state, hexadecimals) = (.unicode, 0)
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    state = .string
                default: throw fail("a string has an unknown escape")
                }
                keep(bytes[at...at])
                at += 1
            case .unicode:
                guard Self.isHexadecimal(byte) else { throw fail("a '\\u' is not followed by four hexadecimal digits") }
                keep(bytes[at...at])
                hexadecimals += 1
                if hexadecimals == 4 { state = .string }
                at += 1
            case .number:
                let start = at
                while at < bytes.count, Self.isOfNumber(bytes[at]) { at += 1 }
                guard token.count + at - start <= 64 else { throw fail("a number has more than 64 characters") }
                token.append(contentsOf: bytes[start..<at])
                guard at < bytes.count else { return }
                if token.count == 1, token[0] == UInt8(ascii: "-"), Self.isLetter(bytes[at]) {
                    state = .word
                } else {
                    try numberEnds()
                }
            case .word:
                let start = at
                while at < bytes.count, Self.isLetter(bytes[at]) { at += 1 }
                keep(bytes[start..<at])
                guard at < bytes.count else { return }
                try wordEnds()
            default:
                if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                    if byte == 0x0A { line += 1 }
                    at += 1
                } else {
                    // A number or a word begins with its own first byte.
                    if try structure(byte, &collector) { at += 1 }
                }
            }
        }
    }

    /// The file has ended.
    func finish() throws(TraceError) {
        guard state != .value || !levels.isEmpty else { throw whole("is empty; expected a profile") }
        guard state == .end else { throw fail("the file ends here; it looks cut short, so write or copy it again") }
        guard seenEvents else {
            throw whole("has no traceEvents; expected what torch.profiler's export_chrome_trace writes")
        }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        token.append(contentsOf: bytes.prefix(max(0, Self.kept - token.count)))
    }

    // MARK: Structure

    /// Takes a byte between values; false where a value begins with it that is still to be read.
    private mutating func structure(_ byte: UInt8, _ collector: inout TraceCollector) throws(TraceError) -> Bool {
        switch state {
        case .value, .valueOrEnd:
            if state == .valueOrEnd, byte == UInt8(ascii: "]") {
                try close(byte, &collector)
                return true
            }
            return try begin(byte)
        case .key, .keyOrEnd:
            if byte == UInt8(ascii: "\"") {
                (state, isKey) = (.string, true)
                token.removeAll(keepingCapacity: true)
                return true
            }
            guard state == .keyOrEnd, byte == UInt8(ascii: "}") else {
                throw unexpected(byte, "a key in double quotes")
            }
            try close(byte, &collector)
        case .colon:
            guard byte == UInt8(ascii: ":") else { throw unexpected(byte, "':' after a key") }
            state = .value
        case .after:
            guard byte == UInt8(ascii: ",") else {
                try close(byte, &collector)
                return true
            }
            state = levels.last == true ? .key : .value
        default: throw unexpected(byte, "the end of the file")
        }
        return true
    }

    private mutating func begin(_ byte: UInt8) throws(TraceError) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard levels.count < Self.mostLevels else {
                throw fail("lists and objects are nested deeper than \(Self.mostLevels) levels; no profile is")
            }
            let isObject = byte == UInt8(ascii: "{")
            if !isObject, levels.isEmpty || (levels.count == 1 && field == .events) {
                guard !seenEvents else { throw fail("traceEvents stands twice; expected one list of events") }
                eventsLevel = levels.count + 1
                seenEvents = true
            }
            if isObject, levels.count == eventsLevel { event = TraceEvent() }
            if isObject, field == .arguments { isInArguments = true }
            if isObject, field == .distributed { isInDistributed = true }
            levels.append(isObject)
            field = .none
            state = isObject ? .keyOrEnd : .valueOrEnd
        case UInt8(ascii: "\""):
            (state, isKey) = (.string, false)
            token.removeAll(keepingCapacity: true)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            state = .number
            token.removeAll(keepingCapacity: true)
            return false
        default:
            guard Self.isLetter(byte) else { throw unexpected(byte, "a value") }
            state = .word
            token.removeAll(keepingCapacity: true)
            return false
        }
        return true
    }

    private mutating func close(_ byte: UInt8, _ collector: inout TraceCollector) throws(TraceError) {
        guard let isObject = levels.last, byte == UInt8(ascii: isObject ? "}" : "]") else {
            throw unexpected(byte, levels.last == true ? "',' or '}'" : "',' or ']'")
        }
        levels.removeLast()
        if let eventsLevel {
            if isObject, levels.count == eventsLevel {
                try collector.add(event, place: "\(file):\(line): ")
            } else if levels.count == eventsLevel + 1 {
                isInArguments = false
            } else if levels.count < eventsLevel {
                self.eventsLevel = nil
            }
        } else if levels.count == 1 {
            isInDistributed = false
        }
        state = levels.isEmpty ? .end : .after
    }

    // MARK: Scalars

    private mutating func stringEnds() {
        if isKey {
            field = meaning()
            state = .colon
            return
        }
        switch field {
        case .phase: event.isComplete = token == [UInt8(ascii: "X")]
        case .category: event.category = TraceEvent.category(token)
        case .name: event.name = token
        case .process: event.process = Self.hash(token)
        case .thread: event.thread = Self.hash(token)
        default: break
        }
        valueEnds()
    }

    private mutating func numberEnds() throws(TraceError) {
        guard Self.isNumber(token) else {
            throw fail("'\(String(decoding: token, as: UTF8.self))' is not a number as JSON writes them")
        }
        switch field {
        case .start: event.start = TraceEvent.nanoseconds(token)
        case .duration: event.duration = TraceEvent.nanoseconds(token)
        case .process:
            event.process = Self.hash(token)
            event.processNumber = integer
        case .thread: event.thread = Self.hash(token)
        case .device: event.device = integer
        case .rank: rank = integer
        case .worldSize: worldSize = integer
        default: break
        }
        valueEnds()
    }

    private mutating func wordEnds() throws(TraceError) {
        switch String(decoding: token, as: UTF8.self) {
        case "true", "false", "null", "NaN", "nan", "-nan", "-NaN", "Infinity", "-Infinity", "inf", "-inf": valueEnds()
        default: throw fail("expected a value, found a word that JSON does not have")
        }
    }

    private mutating func valueEnds() {
        field = .none
        state = levels.isEmpty ? .end : .after
    }

    /// The number under way where it is a whole one.
    private var integer: Int? { Int(String(decoding: token, as: UTF8.self)) }

    /// What the key means where it stands.
    private func meaning() -> Field {
        // Most keys of a file stand in `args`: they are passed over without a look.
        if let eventsLevel, levels.count > eventsLevel + 1 {
            return isInArguments && levels.count == eventsLevel + 2 && token.elementsEqual("device".utf8)
                ? .device : .none
        }
        let key = String(decoding: token, as: UTF8.self)
        if let eventsLevel, levels.count == eventsLevel + 1 {
            switch key {
            case "ph": return .phase
            case "cat": return .category
            case "name": return .name
            case "ts": return .start
            case "dur": return .duration
            case "pid": return .process
            case "tid": return .thread
            case "args": return .arguments
            default: return .none
            }
        }
        switch (levels.count, key) {
        case (1, "traceEvents"): return .events
        case (1, "distributedInfo"): return .distributed
        case (2, "rank"): return isInDistributed ? .rank : .none
        case (2, "world_size"): return isInDistributed ? .worldSize : .none
        default: return .none
        }
    }

    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            || byte | 0x20 == UInt8(ascii: "e")
    }

    /// Whether the bytes are a number by the grammar of JSON.
    static func isNumber(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let leadsZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole == 1 || (whole > 1 && !leadsZero) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard digits() > 0 else { return false }
        }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    // MARK: Errors

    private func unexpected(_ byte: UInt8, _ expected: String) -> TraceError {
        let found =
            (0x21..<0x7F).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
        return fail("expected \(expected), found \(found)")
    }

    private func fail(_ problem: String) -> TraceError { TraceError(place: "\(file):\(line): ", problem: problem) }

    private func whole(_ problem: String) -> TraceError { TraceError(place: "\(file): ", problem: problem) }
}
