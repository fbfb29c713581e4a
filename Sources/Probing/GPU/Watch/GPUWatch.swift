internal import CNVML
internal import Documents
internal import Evidence

/// NVML's eyes on a GPU while a probe runs: who else is on it, its clocks, its heat, its memory's errors.
///
/// Made before the probe's own context, so that every process seen then is another's. Where NVML does not answer, the
/// samples say so instead.
final class GPUWatch {
    /// What was seen of the GPU at one time.
    private struct Look {
        var clockMHz: Double?
        var memoryClockMHz: Double?
        var watts: Double?
        var celsius: Double?
        var reasons: UInt64?
        var pcieGeneration: Int?
    }

    /// Reasons of lower clocks that make numbers wrong, by NVML's bits: what cools or feeds the GPU failed it.
    private static let disturbing: [(bit: UInt64, words: String)] = [
        (0x08, "the hardware slowed its clocks down"), (0x20, "software slowed its clocks down because of heat"),
        (0x40, "the hardware slowed its clocks down because of heat"),
        (0x80, "the power supply slowed its clocks down (power brake)"),
    ]
    /// The power limit: what the GPU always does under full load, and no disturbance.
    private static let powerCap: UInt64 = 0x04
    /// Time between looks: asking costs the driver's time, which the probe would pay for.
    private static let interval: UInt64 = 100_000_000

    let device: NVMLDeviceHandle?
    /// Whether CUDA runs in an instance of a GPU that is cut up.
    let isInstance: Bool
    /// The link's limits, where NVML knows them.
    let link: (generation: Int, lanes: Int)?
    /// The highest clock of the multiprocessors by NVML, MHz.
    let maximumClockMHz: Double?

    private let libraries: GPULibraries
    private let uncorrectedBefore: UInt64?
    private let correctedBefore: UInt64?
    private var looks: [Look] = []
    private var lastLook: UInt64 = 0
    private var notes: [String] = []
    /// A device whose clocks and errors can be read: of an instance, the whole GPU.
    private let whole: NVMLDeviceHandle?

    /// Refuses where another process is on the GPU, or where the instance that CUDA runs in cannot be told.
    init(_ cuda: CUDADevice, _ libraries: GPULibraries) throws(ProbeRefusal) {
        self.libraries = libraries
        guard let library = try? NVMLLibrary(path: libraries.nvml) else {
            (device, whole, isInstance, link, maximumClockMHz) = (nil, nil, false, nil, nil)
            (uncorrectedBefore, correctedBefore) = (nil, nil)
            notes = ["NVML did not answer: other processes on the GPU, its clocks and its heat were not watched."]
            return
        }
        let instance = cuda.uuid.flatMap { try? library.device(uuid: "MIG-\($0)") }
        let byUUID = cuda.uuid.flatMap { try? library.device(uuid: "GPU-\($0)") }
        let plain = byUUID ?? cuda.busID.flatMap { try? library.device(pciBusID: $0) }
        let found = instance ?? plain
        let whole = instance.flatMap { try? $0.parent() } ?? plain
        let isCut = (try? whole?.pair(.migMode).0) == 1
        if isCut, instance == nil {
            throw ProbeRefusal(
                "the GPU is cut up (MIG) and NVML does not know the instance that CUDA runs in, so what it shares with "
                    + "others cannot be told"
            )
        }
        device = found
        self.whole = whole
        isInstance = instance != nil
        let generation = (try? whole?.number(.maximumPCIeGeneration)).map(Int.init)
        let lanes = (try? whole?.number(.maximumPCIeWidth)).map(Int.init)
        link = generation.flatMap { generation in lanes.map { (generation, $0) } }
        maximumClockMHz = (try? whole?.number(.maximumClock, .processors)).map(Double.init)
        uncorrectedBefore = try? whole?.eccErrors(uncorrected: true, lifetime: false)
        correctedBefore = try? whole?.eccErrors(uncorrected: false, lifetime: false)
        if found == nil { notes = ["NVML does not know this GPU: nothing on it was watched."] }
        if isInstance {
            notes.append(
                "CUDA runs in a MIG instance: clocks, heat and power are of the whole GPU, with its other instances."
            )
        }
        guard let found else { return }
        switch Self.processes(found) {
        case nil: notes.append("NVML does not list this GPU's processes, so that no other was on it is not known.")
        case .some(let others) where !others.isEmpty:
            let listed = others.prefix(4).map { "\($0)" }.joined(separator: ", ")
            throw ProbeRefusal(
                "another process is on the GPU (process \(listed)\(others.count > 4 ? " and others" : "")); end it, or "
                    + "choose another GPU with --gpu-index"
            )
        default: break
        }
    }

    /// The processes that compute on the GPU, nil where NVML does not tell.
    private static func processes(_ device: NVMLDeviceHandle) -> [UInt32]? {
        guard let computing = try? device.processes(.compute) else { return nil }
        let served = (try? device.processes(.mps)) ?? []
        return Array(Set((computing + served).map(\.pid))).sorted()
    }

    /// Looks at the GPU, unless it did so a moment ago; called while the GPU works.
    func look() {
        let now = libraries.nanoseconds()
        guard let whole, looks.isEmpty || now &- lastLook >= Self.interval else { return }
        lastLook = now
        looks.append(
            Look(
                clockMHz: (try? whole.number(.clock, .processors)).map(Double.init),
                memoryClockMHz: (try? whole.number(.clock, .memory)).map(Double.init),
                watts: (try? whole.number(.powerUsage)).map { Double($0) / 1000 },
                celsius: (try? whole.number(.temperature, 0)).map(Double.init),
                reasons: try? whole.clocksEventReasons(),
                pcieGeneration: (try? whole.number(.pcieGeneration)).map(Int.init)
            )
        )
    }

    /// Adds what was seen to a probe's samples, or refuses them where it made them wrong.
    func finish(_ samples: inout ProbeSamples, probe: String) throws(ProbeRefusal) {
        let reasons = looks.compactMap(\.reasons).reduce(0, |)
        let slowed = Self.disturbing.filter { reasons & $0.bit != 0 }.map(\.words)
        if !slowed.isEmpty { throw ProbeRefusal("during the run " + slowed.joined(separator: ", and ")) }
        if let before = uncorrectedBefore, let after = try? whole?.eccErrors(uncorrected: true, lifetime: false),
            after > before
        {
            throw ProbeRefusal(
                "the GPU's memory had \(after - before) errors during the run that ECC could not correct"
            )
        }
        if let before = correctedBefore, let after = try? whole?.eccErrors(uncorrected: false, lifetime: false),
            after > before
        {
            notes.append("ECC corrected errors of the GPU's memory during a run of \(probe).")
        }
        // By number and not by name: in a container NVML gives processes the host's numbers.
        if let device, let processes = Self.processes(device), processes.count > 1 {
            throw ProbeRefusal("another process came onto the GPU during the run")
        }
        if reasons & Self.powerCap != 0 {
            notes.append("The power limit held the GPU's clocks down during \(probe), as it does under full load.")
        }
        let name = probe.replacing("-", with: "_")
        func add(_ suffix: String, _ values: [Double], decimals: Int = 0) {
            guard let median = Self.median(values) else { return }
            let value = NumberText.fixed(median, decimals)
            samples.conditions.append(Condition(name: "\(name)_\(suffix)", value: value))
        }
        add("sm_clock_mhz", looks.compactMap(\.clockMHz))
        add("memory_clock_mhz", looks.compactMap(\.memoryClockMHz))
        add("power_w", looks.compactMap(\.watts), decimals: 1)
        add("temperature_c", looks.compactMap(\.celsius))
        if let most = looks.compactMap(\.pcieGeneration).max() {
            samples.conditions.append(Condition(name: "\(name)_pcie_generation", value: "\(most)"))
        }
        samples.notes.append(contentsOf: notes)
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
