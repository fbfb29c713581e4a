/// One line of NVML's answers: a call, its arguments, and what came back.
///
/// ``HostView`` documents the form.
package struct NVMLAnswer: Sendable, Hashable {
    /// What a call came back with.
    package enum Result: Sendable, Hashable {
        /// The text after the equals sign.
        case value(String)
        /// An `nvmlReturn_t` other than success, with its name.
        case error(Int, String)
    }

    /// The call without its version suffix: `nvmlDeviceGetMigMode`.
    package var call: String
    /// The arguments as written: `0`, `0/3`, `NVLINK`.
    package var arguments: [String]
    /// What came back.
    package var result: Result

    /// An answer.
    package init(call: String, arguments: [String], result: Result) {
        self.call = call
        self.arguments = arguments
        self.result = result
    }

    /// Reads one line; nil for a line in any other form.
    package init?(line: some StringProtocol) {
        guard let open = line.firstIndex(of: "("), let close = line[open...].firstIndex(of: ")"),
            line[line.index(after: close)...].hasPrefix(" = "), open > line.startIndex
        else { return nil }
        call = Self.unsuffixed(line[..<open])
        arguments = line[line.index(after: open)..<close].split(separator: ",").map { part in
            String(part.drop(while: { $0 == " " }))
        }
        let answer = line[line.index(close, offsetBy: 4)...]
        let words = answer.split(separator: " ", maxSplits: 2)
        if words.first == "error" {
            guard words.count > 1, let number = Int(words[1]) else { return nil }
            result = .error(number, words.count > 2 ? String(words[2]) : "")
        } else {
            result = .value(String(answer))
        }
    }

    /// The line that ``init(line:)`` reads back.
    package var line: String {
        let answer =
            switch result {
            case .value(let text): text
            case .error(let number, let name): "error \(number) \(name)"
            }
        return "\(call)(\(arguments.joined(separator: ", "))) = \(answer)"
    }

    /// `nvmlDeviceGetCount` for `nvmlDeviceGetCount_v2`.
    private static func unsuffixed(_ name: some StringProtocol) -> String {
        guard let mark = name.lastIndex(of: "_") else { return String(name) }
        let suffix = name[name.index(after: mark)...]
        guard suffix.first == "v", suffix.dropFirst().allSatisfy(\.isNumber), suffix.count > 1 else {
            return String(name)
        }
        return String(name[..<mark])
    }
}
