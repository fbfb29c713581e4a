/// NVML's answers read back from their lines, live or captured.
///
/// The lines may come from anyone: a line in another form is skipped and counted, lengths and counts are bounded, and
/// of a call that stands twice the first answer holds.
package struct NVMLAnswers: Sendable {
    /// Why a fact is missing, or the fact.
    package enum Reading<Value: Sendable>: Sendable {
        /// What NVML said.
        case value(Value)
        /// NVML refused.
        case refused(NVMLError)
        /// The call is not among the lines.
        case notAsked
        /// What stands there is not what this call gives.
        case malformed(String)

        /// The value, where there is one.
        package var value: Value? {
            if case .value(let value) = self { value } else { nil }
        }

        /// The refusal, where there is one.
        package var error: NVMLError? {
            if case .refused(let error) = self { error } else { nil }
        }

        /// The same with another value; nil is malformed.
        package func map<Other: Sendable>(_ transform: (Value) -> Other?) -> Reading<Other> {
            switch self {
            case .value(let value): transform(value).map(Reading<Other>.value) ?? .malformed("\(value)")
            case .refused(let error): .refused(error)
            case .notAsked: .notAsked
            case .malformed(let text): .malformed(text)
            }
        }
    }

    /// How many lines were in no form of ours.
    package let skipped: Int
    /// How many lines repeated a call with another answer.
    package let contradictions: Int
    let results: [String: NVMLAnswer.Result]

    /// More lines than 256 GPUs give; the rest is counted as skipped.
    static let mostLines = 400_000
    /// More than any line has.
    static let longestLine = 65_536

    /// Reads lines.
    package init(lines: [String]) {
        var results: [String: NVMLAnswer.Result] = [:]
        var skipped = max(0, lines.count - Self.mostLines)
        var contradictions = 0
        for line in lines.prefix(Self.mostLines) {
            guard line.utf8.count <= Self.longestLine, let answer = NVMLAnswer(line: line) else {
                skipped += 1
                continue
            }
            let key = Self.key(answer.call, answer.arguments)
            if let first = results[key] {
                if first != answer.result { contradictions += 1 }
            } else {
                results[key] = answer.result
            }
        }
        self.results = results
        self.skipped = skipped
        self.contradictions = contradictions
    }

    /// The answer as text.
    package func text(_ call: String, _ arguments: String...) -> Reading<String> { text(call, arguments) }

    func text(_ call: String, _ arguments: [String]) -> Reading<String> {
        switch results[Self.key(call, arguments)] {
        case .value(let text): .value(text)
        case .error(let number, let name):
            Int32(exactly: number).map { .refused(NVMLError($0)) } ?? .malformed("error \(number) \(name)")
        case nil: .notAsked
        }
    }

    /// The answer as whole numbers, all of it: at least `count`, whatever follows them ignored.
    package func numbers(_ call: String, _ arguments: [String], atLeast count: Int) -> Reading<[UInt64]> {
        text(call, arguments).map { text in
            var numbers: [UInt64] = []
            for word in text.split(separator: " ") {
                guard let number = Self.number(word) else { break }
                numbers.append(number)
            }
            return numbers.count >= count ? numbers : nil
        }
    }

    /// The answer as one number.
    package func number(_ call: String, _ arguments: String...) -> Reading<UInt64> {
        numbers(call, arguments, atLeast: 1).map(\.first)
    }

    /// Decimal, or hexadecimal after `0x`.
    static func number(_ word: some StringProtocol) -> UInt64? {
        // UInt64's initialisers take a sign.
        guard let first = word.utf8.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else { return nil }
        return word.hasPrefix("0x") ? UInt64(word.dropFirst(2), radix: 16) : UInt64(word)
    }

    private static func key(_ call: String, _ arguments: [String]) -> String {
        "\(call)(\(arguments.joined(separator: ",")))"
    }
}

extension NVMLAnswers.Reading: Equatable where Value: Equatable {}

extension NVMLAnswers {
    /// Whether NVML started: `ok`, the refusal, or not asked.
    package var start: Reading<String> { text("nvmlInit") }
    /// The driver's version.
    package var driverVersion: Reading<String> { text("nvmlSystemGetDriverVersion") }

    /// The GPUs, those that refused to be opened included.
    package var devices: [NVMLDevice] {
        let count = number("nvmlDeviceGetCount").value ?? 0
        return (0..<Int(min(count, UInt64(NVMLSnapshot.mostDevices)))).map { NVMLDevice(answers: self, index: $0) }
    }

    /// The GPU with this UUID.
    package func device(uuid: String) -> NVMLDevice? { devices.first { $0.uuid.value == uuid } }

    /// The GPU at this PCI address, `0000:17:00.0` or NVML's `00000000:17:00.0`.
    package func device(pciAddress: String) -> NVMLDevice? {
        let wanted = NVMLDevice.address(pciAddress)
        return wanted == nil ? nil : devices.first { $0.pciAddress.value == wanted }
    }

    /// Whether two GPUs reach each other's memory: NVML's status, 0 for yes.
    package func peerStatus(_ one: Int, _ other: Int, _ capability: NVMLPeerCapability) -> Reading<UInt64> {
        number("nvmlDeviceGetP2PStatus", "\(min(one, other))", "\(max(one, other))", capability.name)
    }

    /// The nearest common ancestor of two GPUs: 0, 10, 20, 30, 40 or 50.
    package func commonAncestor(_ one: Int, _ other: Int) -> Reading<UInt64> {
        number("nvmlDeviceGetTopologyCommonAncestor", "\(min(one, other))", "\(max(one, other))")
    }
}
