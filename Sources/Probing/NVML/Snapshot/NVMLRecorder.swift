/// Writes down calls and their answers as lines, and stops asking what it would be wrong or useless to ask.
struct NVMLRecorder {
    /// The lines so far; ``HostView`` has their form.
    private(set) var lines: [String] = []
    /// Whether the device in hand fell off the bus: it is asked nothing more.
    private(set) var isLost = false
    /// Whether the time is up: nothing more is asked of any device.
    private(set) var isOver = false
    /// How much to ask.
    let scope: NVMLSnapshot.Scope
    private let limit: Duration
    private let elapsed: () -> Duration

    init(scope: NVMLSnapshot.Scope, limit: Duration, elapsed: @escaping () -> Duration) {
        self.scope = scope
        self.limit = limit
        self.elapsed = elapsed
    }

    /// Begins with another device.
    mutating func begin() { isLost = false }

    /// Asks, and writes the answer down as `words` of the value.
    ///
    /// - Returns: the value or the refusal, nil when it was not asked.
    @discardableResult
    mutating func ask<Value>(
        _ call: String,
        _ arguments: [String],
        _ question: () throws(NVMLError) -> Value,
        words: (Value) -> String
    ) -> Result<Value, NVMLError>? {
        guard !isLost, !isOver else { return nil }
        guard elapsed() <= limit else {
            isOver = true
            note(call, arguments, .timeout)
            return nil
        }
        do {
            let value = try question()
            lines.append(NVMLAnswer(call: call, arguments: arguments, result: .value(words(value))).line)
            return .success(value)
        } catch {
            note(call, arguments, error)
            isLost = error == .gpuIsLost
            return .failure(error)
        }
    }

    /// Whether to ask for the next profile after this answer: it was there, or it is a gap.
    ///
    /// Every other refusal would be repeated to no use.
    static func goesOn<Value>(after answer: Result<Value, NVMLError>?) -> Bool {
        switch answer {
        case .success: true
        case .failure(let error): error == .notSupported
        case nil: false
        }
    }

    /// Writes a refusal down.
    mutating func note(_ call: String, _ arguments: [String], _ error: NVMLError) {
        lines.append(
            NVMLAnswer(call: call, arguments: arguments, result: .error(Int(error.code), error.name)).line
        )
    }
}

extension Result {
    /// The value, where there is one.
    var value: Success? { try? get() }

    /// The refusal, where there is one.
    var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

/// How values stand in a line.
enum NVMLWords {
    /// Numbers, one space between.
    static func numbers(_ values: some Sequence<some BinaryInteger>) -> String {
        values.map { String($0) }.joined(separator: " ")
    }

    /// Bits.
    static func bits(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

    /// A device's ids, with eight digits as NVML and `lspci -nn` order them.
    static func eightDigits(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// A list, `none` when it is empty.
    static func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: " ") }

    /// A name, which is the rest of its line: control characters are spelled out, and it cannot pass for an error.
    static func text(_ text: String) -> String {
        var safe = ""
        for scalar in text.unicodeScalars.prefix(256) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: safe += "?"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe.hasPrefix("error ") ? "?" + safe : safe
    }

    /// An instance that may be absent.
    static func instance(_ id: UInt32) -> String { id == .max ? "-" : String(id) }
}
