import Probing

/// The files of `--profile`: read before the first run, so that a wrong one costs nobody hours.
enum JobProfileFiles {
    /// As many as one record can name without growing out of proportion.
    static let most = 256

    /// Where the step time of the job goes; nil without files.
    static func read(_ paths: [String]) throws -> JobAttribution? {
        guard !paths.isEmpty else { return nil }
        var profiles: [TorchProfile] = []
        do {
            for path in paths {
                var reader = TorchTraceReader(file: path)
                try Files.stream(path, expected: "a trace of torch.profiler, as export_chrome_trace writes it") {
                    try reader.read($0)
                }
                profiles.append(try reader.profile())
            }
            return try JobAttribution(profiles)
        } catch let error as TraceError {
            throw Failure.input([error.place.isEmpty ? "--profile: \(error)" : "\(error)"])
        }
    }
}
