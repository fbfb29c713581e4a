package import Documents

/// What one run of a probe shall do: the whole of its input.
package struct ProbeRequest: Sendable, Hashable {
    /// The probe's name.
    package var probe: String
    /// Time for samples, in seconds; setting up comes on top.
    package var seconds: Double
    /// For everything random: 0 to 2^53 - 1.
    package var seed: Int
    /// The processors to stand on, ascending.
    package var processors: [Int]
    /// A folder on the storage to measure.
    package var path: String?
    /// The GPU to measure, by CUDA's number; nil for the first.
    package var gpu: Int?

    /// The longest time for samples, in seconds.
    package static let longest = 3600.0
    /// No GPU has a larger number.
    package static let largestGPU = 1023
    /// The largest seed: what a file's numbers carry exactly.
    package static let largestSeed = (1 << 53) - 1

    /// A request.
    package init(probe: String, seconds: Double, seed: Int, processors: [Int], path: String? = nil, gpu: Int? = nil) {
        self.probe = probe
        self.seconds = seconds
        self.seed = seed
        self.processors = processors
        self.path = path
        self.gpu = gpu
    }

    /// The request as one argument of a command line.
    package func argument() throws(JSONWritingError) -> String {
        let json: JSON = .fields([
            "probe": .string(probe),
            "seconds": .number(seconds),
            "seed": .integer(seed),
            "processors": .string(ProcessorList.text(processors)),
            "path": path.map { .string($0) },
            "gpu": gpu.map { .integer($0) },
        ])
        return String(decoding: try json.canonical(), as: UTF8.self)
    }

    /// The request that the argument of a command line spells.
    package init(argument: String) throws(DocumentError) {
        let value = try JSONDocument.parse(text: argument, file: "probe request")
        let object = try Reader(value, file: "probe request").object(
            ["probe", "seconds", "seed", "processors", "path", "gpu"]
        )
        probe = try object.require("probe").nonEmptyString()
        seconds = try object.require("seconds").double(in: 0.001...Self.longest, unit: "s")
        seed = try object.require("seed").int(in: 0...Self.largestSeed)
        let list = try object.require("processors")
        guard let numbers = ProcessorList.parse(try list.string()), !numbers.isEmpty else {
            throw list.fail("\(list.found) is not a list of processors; expected one like '0-3,8'")
        }
        processors = numbers
        path = try object["path"]?.nonEmptyString()
        gpu = try object["gpu"]?.int(in: 0...Self.largestGPU)
    }
}
