/// What a list of trackable resources says: `cpu=8,mem=64G,node=1,gres/gpu=2,gres/gpu:1g.10gb=2`.
///
/// Slurm User Commands, sacct, AllocTRES and ReqTRES; older versions' AllocGRES and ReqGRES (`gpu:a100:4`).
struct TRESText: Sendable {
    /// GPUs by the untyped count.
    var gpus: Int64 = 0
    /// GPUs or instances by the counts with a type.
    var typedGPUs: Int64 = 0
    var gpuTypes: UInt64 = 0
    var profile = TraceJob.none
    var instances: Int64 = 0
    var shards: Int64 = 0
    /// CUDA MPS per cents of a GPU.
    var mpsPercent: Int64 = 0
    var cpuMilli: Int64 = 0
    var memoryMiB: Int64 = 0
    var nodes: Int64 = 0

    /// Adds what a list says; the finding that leaves the job out, if there is one.
    mutating func read(_ bytes: Span<UInt8>, _ list: FieldRange, _ builder: inout TraceBuilder) -> ImportAudit.Finding?
    {
        var at = Int(list.lower)
        let end = Int(list.upper)
        while at < end {
            let start = at
            var equals = -1
            while at < end, bytes[at] != UInt8(ascii: ",") {
                if bytes[at] == UInt8(ascii: "="), equals < 0 { equals = at }
                at += 1
            }
            defer { at += 1 }
            guard equals > start else { continue }
            let key = FieldRange(lower: Int32(clamping: start), upper: Int32(clamping: equals))
            let value = FieldRange(lower: Int32(clamping: equals + 1), upper: Int32(clamping: at))
            if let finding = read(bytes, key, value, &builder) { return finding }
        }
        return nil
    }

    private mutating func read(
        _ bytes: Span<UInt8>,
        _ key: FieldRange,
        _ value: FieldRange,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        if Scan.starts(bytes, key, "gres/") {
            var name = key
            name.lower += 5
            guard let kind = Kind(bytes, &name) else { return nil }
            guard let count = Scan.integer(bytes, value) else { return .malformedNumber }
            return add(kind, count, type: name, bytes, &builder)
        }
        if Scan.equals(bytes, key, "cpu") {
            guard let milli = Scan.scaled(bytes, value, by: 1_000) else { return .malformedNumber }
            cpuMilli = milli
        } else if Scan.equals(bytes, key, "mem") {
            guard let memory = SlurmText.memoryMiB(bytes, value) else { return .malformedNumber }
            memoryMiB = memory.mib
        } else if Scan.equals(bytes, key, "node") {
            guard let count = Scan.integer(bytes, value) else { return .malformedNumber }
            nodes = count
        }
        return nil
    }

    /// Adds an older list: `gpu:4`, `gpu:a100:4`, `gpu:1g.10gb:2(S:0)`.
    mutating func readGRES(
        _ bytes: Span<UInt8>,
        _ list: FieldRange,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        var at = Int(list.lower)
        let end = Int(list.upper)
        while at < end {
            let start = at
            var stop = -1
            while at < end, bytes[at] != UInt8(ascii: ",") {
                if bytes[at] == UInt8(ascii: "("), stop < 0 { stop = at }
                at += 1
            }
            defer { at += 1 }
            var entry = FieldRange(lower: Int32(clamping: start), upper: Int32(clamping: stop < 0 ? at : stop))
            if Scan.starts(bytes, entry, "gres:") || Scan.starts(bytes, entry, "gres/") { entry.lower += 5 }
            guard let kind = Kind(bytes, &entry) else { continue }
            // The count stands behind the last colon; without one it is 1.
            var colon = Int(entry.upper) - 1
            while colon >= Int(entry.lower), bytes[colon] != UInt8(ascii: ":") { colon -= 1 }
            let last = FieldRange(lower: Int32(clamping: max(colon + 1, Int(entry.lower))), upper: entry.upper)
            var count: Int64 = 1
            if let written = Scan.integer(bytes, last) {
                count = written
                entry.upper = Int32(clamping: max(colon, Int(entry.lower)))
            }
            if let finding = add(kind, count, type: entry, bytes, &builder) { return finding }
        }
        return nil
    }

    /// The kinds of generic resource that are parts of GPUs.
    private enum Kind {
        case gpu, shard, mps

        /// Reads the kind off the front of a name and leaves the type behind it; nil for anything else.
        init?(_ bytes: Span<UInt8>, _ name: inout FieldRange) {
            for (word, length, kind) in [
                ("gpu", 3, Kind.gpu), ("mig", 3, .gpu), ("shard", 5, .shard), ("mps", 3, .mps),
                // What sacct prints for "gpu" where it does not know its name: the letters as a number.
                ("7696487", 7, .gpu),
            ]
                as [(StaticString, Int32, Kind)]
            where Scan.starts(bytes, name, word) {
                let rest = name.lower + length
                if rest == name.upper {
                    name.lower = rest
                } else if bytes[Int(rest)] == UInt8(ascii: ":") {
                    name.lower = rest + 1
                } else {
                    continue
                }
                self = kind
                return
            }
            return nil
        }
    }

    private mutating func add(
        _ kind: Kind,
        _ count: Int64,
        type: FieldRange,
        _ bytes: Span<UInt8>,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        guard count >= 0 else { return .negativeSize }
        guard count > 0 else { return nil }
        switch kind {
        case .shard: shards = max(shards, count)
        case .mps: mpsPercent = max(mpsPercent, count)
        case .gpu:
            guard !type.isEmpty else {
                gpus = max(gpus, count)
                return nil
            }
            guard !Scan.hasControlCharacter(bytes, type) else { return .controlCharacters }
            if let range = Self.profile(in: bytes, type) {
                guard let profile = builder.profiles.number(bytes, range) else { return .tooManyNames }
                guard self.profile == TraceJob.none || self.profile == profile else { return .mixedSlices }
                self.profile = profile
                instances = Scan.saturating(instances, 1, count)
                // `h100_1g.10gb`: the GPU stands before it.
                let model = FieldRange(lower: type.lower, upper: max(type.lower, range.lower - 1))
                if !model.isEmpty {
                    guard let number = builder.gpuTypes.number(bytes, model) else { return .tooManyNames }
                    guard gpuTypes == 0 || gpuTypes == 1 << UInt64(number) else { return .mixedTypes }
                    gpuTypes = 1 << UInt64(number)
                }
            } else {
                guard let number = builder.gpuTypes.number(bytes, type) else { return .tooManyNames }
                // Slurm gives a job all of what it asks for, and the engine one type.
                guard gpuTypes == 0 || gpuTypes == 1 << UInt64(number) else { return .mixedTypes }
                gpuTypes = 1 << UInt64(number)
                typedGPUs = Scan.saturating(typedGPUs, 1, count)
            }
        }
        return nil
    }

    /// Where a MIG profile stands in a type: all of `1g.10gb`, the end of `a100_3g.20gb`; nil where there is none.
    static func profile(in bytes: Span<UInt8>, _ type: FieldRange) -> FieldRange? {
        var at = Int(type.lower)
        let end = Int(type.upper)
        while at + 4 < end {
            let isFirst =
                at == Int(type.lower) || bytes[at - 1] == UInt8(ascii: "_") || bytes[at - 1] == UInt8(ascii: "-")
            if isFirst, bytes[at] &- UInt8(ascii: "0") < 10, bytes[at + 1] == UInt8(ascii: "g"),
                bytes[at + 2] == UInt8(ascii: "."), bytes[at + 3] &- UInt8(ascii: "0") < 10
            {
                return FieldRange(lower: Int32(clamping: at), upper: type.upper)
            }
            at += 1
        }
        return nil
    }
}
