/// One GPU among NVML's answers.
package struct NVMLDevice: Sendable {
    let answers: NVMLAnswers
    /// NVML's index, not stable from boot to boot.
    package let index: Int

    private var gpu: String { String(index) }

    /// Why the GPU could not be opened, nil when it could.
    package var obstacle: NVMLError? { answers.text("nvmlDeviceGetHandleByIndex", gpu).error }
    /// The name, such as `NVIDIA H200`.
    package var name: NVMLAnswers.Reading<String> { answers.text("nvmlDeviceGetName", gpu) }
    /// The UUID, `GPU-…`.
    package var uuid: NVMLAnswers.Reading<String> { answers.text("nvmlDeviceGetUUID", gpu) }

    /// The PCI address as sysfs writes it, `0000:17:00.0`.
    package var pciAddress: NVMLAnswers.Reading<String> {
        answers.text("nvmlDeviceGetPciInfo", gpu).map { text in
            text.split(separator: " ").first.flatMap { Self.address($0) }
        }
    }

    /// Any of the calls that give one number.
    package func number(_ what: NVMLNumber) -> NVMLAnswers.Reading<UInt64> { answers.number(what.name, gpu) }

    /// Any of the calls that give two.
    package func pair(_ what: NVMLPair) -> NVMLAnswers.Reading<(UInt64, UInt64)> {
        answers.numbers(what.name, [gpu], atLeast: 2).map { ($0[0], $0[1]) }
    }

    /// A clock, MHz.
    package func clock(_ what: NVMLSelected, _ clock: NVMLClock) -> NVMLAnswers.Reading<UInt64> {
        answers.number(what.name, gpu, clock.name)
    }

    /// Bits of `nvmlClocksEventReasons`.
    package var clocksEventReasons: NVMLAnswers.Reading<UInt64> {
        answers.number("nvmlDeviceGetCurrentClocksEventReasons", gpu)
    }

    /// Whether activity can be read per instance, by GPM.
    package var hasGPM: NVMLAnswers.Reading<Bool> { answers.number("nvmlGpmQueryDeviceSupport", gpu).map { $0 != 0 } }

    /// The processes with a compute context.
    package var processes: NVMLAnswers.Reading<[NVMLProcess]> {
        NVMLProcess.list(answers.text("nvmlDeviceGetComputeRunningProcesses", gpu))
    }

    /// The state of each NVLink that the GPU has: true is up.
    package var nvLinks: [Bool] {
        (0..<NVMLSnapshot.mostLinks).map { answers.number("nvmlDeviceGetNvLinkState", gpu, "\($0)").value }
            .prefix { $0 != nil }.map { $0 != 0 }
    }

    /// Whether the GPU fell off the bus at any time while it was asked.
    package var isLost: Bool { answers.hasLost(index) }

    /// `0000:17:00.0` for `00000000:17:00.0`; nil for anything that is no PCI address.
    static func address(_ text: some StringProtocol) -> String? {
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let domain = UInt32(parts[0], radix: 16), parts[0].count <= 8, parts[1].count == 2,
            parts[2].count == 4, UInt8(parts[1], radix: 16) != nil
        else { return nil }
        let digits = String(domain, radix: 16)
        return "\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits):\(parts[1]):\(parts[2])"
    }
}

extension NVMLAnswers {
    /// Whether any call on a device, its MIG devices or instances was answered by GPU_IS_LOST.
    func hasLost(_ index: Int) -> Bool {
        let lost = Int(NVMLError.gpuIsLost.code)
        return failures.contains { key, code in
            guard code == lost, let open = key.firstIndex(of: "(") else { return false }
            let first = key[key.index(after: open)...].prefix { $0 != "," && $0 != ")" && $0 != "/" }
            return first == String(index)
        }
    }

    private var failures: [(String, Int)] {
        results.compactMap { key, result in
            if case .error(let code, _) = result { (key, code) } else { nil }
        }
    }
}

/// A process on a GPU.
package struct NVMLProcess: Sendable, Hashable {
    /// Its id in NVML's process namespace.
    package let pid: UInt64
    /// The GPU's memory it holds, bytes; nil where the driver does not say.
    package let memory: UInt64?
    /// The GPU instance it runs in, nil on a whole GPU.
    package let gpuInstance: UInt64?
    /// The compute instance it runs in.
    package let computeInstance: UInt64?

    /// Reads `2 41:1000:-:- 42:-:2:0`.
    static func list(_ text: NVMLAnswers.Reading<String>) -> NVMLAnswers.Reading<[NVMLProcess]> {
        text.map { text in
            let words = text.split(separator: " ")
            guard let count = words.first.flatMap({ NVMLAnswers.number($0) }), count == words.count - 1 else {
                return nil
            }
            let list = words.dropFirst().compactMap(NVMLProcess.init(word:))
            return list.count == words.count - 1 ? list : nil
        }
    }

    private init?(word: Substring) {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let pid = NVMLAnswers.number(parts[0]) else { return nil }
        let numbers = parts.dropFirst().map { NVMLAnswers.number($0) }
        guard zip(parts.dropFirst(), numbers).allSatisfy({ $0 == "-" || $1 != nil }) else { return nil }
        self.pid = pid
        memory = numbers[0]
        gpuInstance = numbers[1]
        computeInstance = numbers[2]
    }
}
