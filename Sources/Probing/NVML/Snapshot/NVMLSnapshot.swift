import CNVML

/// Everything that NVML answers on this machine, as lines of text that Inspect judges and a capture holds.
///
/// Only reading calls are made. No refusal ends the walk: each stands in its place, and a GPU that falls off the bus
/// costs only its own remaining answers. ``HostView`` gives the form of the lines and docs/nvml.md lists them.
package struct NVMLSnapshot: Sendable {
    /// The lines, in the order of the calls.
    package let lines: [String]

    /// How much to ask.
    package enum Scope: Sendable {
        /// What Inspect judges: every call that costs a check something, and no more.
        case inspection
        /// Also the MIG geometry (profiles, placements, instances) and both ends of every NVLink.
        case everything
    }

    /// More GPUs than any machine has; a library that claims more is asked for these only.
    static let mostDevices = 256
    /// More MIG devices than any GPU can have.
    static let mostMIGDevices = 64
    /// More profiles than any release has; they end where NVML says so.
    static let mostProfiles: UInt32 = 128
    /// `NVML_NVLINK_MAX_LINKS`.
    static let mostLinks: UInt32 = 36

    /// Opens NVML (the file at `path`, else `ASSAY_NVML`, else the usual places) and asks it everything.
    ///
    /// - Parameters:
    ///   - path: the library's file; nil looks for it.
    ///   - scope: how much to ask.
    ///   - limit: after this long no further question is asked, and the line that would have come next says TIMEOUT.
    /// - Returns: what was answered; one line where NVML did not start.
    package static func take(
        path: String? = nil,
        scope: Scope = .inspection,
        limit: Duration = .seconds(30)
    ) -> NVMLSnapshot {
        let start = ContinuousClock.now
        return take(path: path, scope: scope, limit: limit) { ContinuousClock.now - start }
    }

    /// As ``take(path:scope:limit:)``, with the time that has passed told from outside.
    package static func take(
        path: String?,
        scope: Scope,
        limit: Duration,
        elapsed: @escaping () -> Duration
    ) -> NVMLSnapshot {
        var recorder = NVMLRecorder(scope: scope, limit: limit, elapsed: elapsed)
        let open = { () throws(NVMLError) in try NVMLLibrary(path: path) }
        guard let library = recorder.ask("nvmlInit", [], open, words: { _ in "ok" })?.value else {
            return NVMLSnapshot(lines: recorder.lines)
        }
        return NVMLSnapshot(library: library, recorder: recorder)
    }

    /// Asks an open library everything.
    package init(library: NVMLLibrary, scope: Scope = .inspection, limit: Duration = .seconds(30)) {
        let start = ContinuousClock.now
        var recorder = NVMLRecorder(scope: scope, limit: limit) { ContinuousClock.now - start }
        recorder.ask("nvmlInit", [], { () throws(NVMLError) in library }, words: { _ in "ok" })
        self.init(library: library, recorder: recorder)
    }

    private init(library: NVMLLibrary, recorder: NVMLRecorder) {
        var recorder = recorder
        recorder.system(library)
        let count = recorder.ask("nvmlDeviceGetCount", [], library.deviceCount) { String($0) }?.value ?? 0
        var devices: [(index: Int, handle: NVMLDeviceHandle)] = []
        for index in 0..<min(count, Self.mostDevices) {
            recorder.begin()
            let open = { () throws(NVMLError) in try library.device(at: index) }
            let handle = recorder.ask("nvmlDeviceGetHandleByIndex", [String(index)], open, words: { _ in "ok" })
            guard let handle = handle?.value else { continue }
            recorder.device(index, handle)
            recorder.nvLinks(index, handle)
            recorder.mig(index, handle)
            if !recorder.isLost { devices.append((index, handle)) }
        }
        for (place, one) in devices.enumerated() {
            for other in devices[(place + 1)...] {
                recorder.begin()
                recorder.peers(one, other)
            }
        }
        lines = recorder.lines
    }

    private init(lines: [String]) { self.lines = lines }
}

extension NVMLRecorder {
    fileprivate mutating func system(_ library: NVMLLibrary) {
        ask("nvmlSystemGetDriverVersion", [], library.driverVersion, words: NVMLWords.text)
        ask("nvmlSystemGetNVMLVersion", [], library.nvmlVersion, words: NVMLWords.text)
        ask("nvmlSystemGetCudaDriverVersion", [], library.cudaDriverVersion) { String($0) }
        ask("nvmlSystemGetConfComputeState", [], library.confComputeState) {
            NVMLWords.numbers([$0.environment, $0.feature, $0.dev_tools])
        }
        ask("nvmlSystemGetConfComputeSettings", [], library.confComputeSettings) {
            NVMLWords.numbers([$0.environment, $0.feature, $0.dev_tools, $0.multi_gpu])
        }
    }
}
