import Documents
import Estate
import NodeCommands
import Scheduling

/// The files that `assay simulate` writes: rows of text in one buffer, written whole.
enum ReplayFiles {
    /// Start, wait, end and place of every job, in the order of the trace.
    static func jobs(
        _ result: SimulationResult,
        _ imported: ImportedTrace,
        _ trace: Trace,
        on cluster: ClusterDescription
    ) -> [UInt8] {
        var csv = CSVText(columns: ["job", "submit_s", "start_s", "wait_s", "end_s", "place", "outcome"])
        var further: [Int: [SimulationResult.FurtherNode]] = [:]
        for node in result.furtherNodes { further[node.job, default: []].append(node) }
        let slices = Slices(cluster)
        for job in 0..<trace.count {
            csv.text(imported.names[trace.id[job]])
            csv.seconds(trace.submit[job])
            let start = result.start[job]
            let hasStarted = start != SimulationResult.never
            if hasStarted {
                csv.seconds(start)
                csv.seconds(start - trace.submit[job])
            } else {
                csv.empty()
                csv.empty()
            }
            if result.end[job] != SimulationResult.never { csv.seconds(result.end[job]) } else { csv.empty() }
            csv.text(hasStarted ? place(result, job, further[job] ?? [], slices) : "")
            csv.text(result.outcome[job].code)
            csv.endRow()
        }
        return csv.bytes
    }

    /// What became of every arrival of a placement study, in the order of arrival.
    static func jobs(_ result: PlacementStudyResult, _ imported: ImportedTrace, _ trace: Trace) -> [UInt8] {
        var csv = CSVText(columns: ["job", "arrival", "place", "outcome"])
        for index in result.arrivals.indices {
            csv.text(imported.names[trace.id[result.arrivals[index]]])
            csv.text(String(index + 1))
            let node = result.node[index]
            csv.text(node == SimulationResult.nowhere ? "" : place(node, result.gpuMask[index]))
            csv.text(result.outcome[index].code)
            csv.endRow()
        }
        return csv.bytes
    }

    /// The cluster over time, in percent of its GPUs.
    static func series(_ result: SimulationResult) -> [UInt8] {
        var csv = CSVText(
            columns: ["time_s", "arrived_percent", "allocated_percent", "fragmented_percent", "waiting", "running"]
        )
        let scale = result.gpuCount > 0 ? 100 / Double(result.gpuCount) : 0
        for (sample, fragmented) in zip(result.series, result.fragmentedGPUs) {
            csv.seconds(sample.time)
            csv.text(NumberText.fixed(sample.arrivedGPUs * scale, 4))
            csv.text(NumberText.fixed(sample.allocatedGPUs * scale, 4))
            csv.text(NumberText.fixed(fragmented * scale, 4))
            csv.text(String(sample.waiting))
            csv.text(String(sample.running))
            csv.endRow()
        }
        return csv.bytes
    }

    /// The cluster against arrived demand: the mean at each whole percent.
    static func series(_ result: PlacementStudyResult) -> [UInt8] {
        var csv = CSVText(columns: ["arrived_percent", "allocated_percent", "fragmented_percent"])
        for sample in result.curve {
            csv.text(NumberText.fixed(sample.arrivedPercent, 0))
            csv.text(NumberText.fixed(sample.allocatedPercent, 6))
            csv.text(NumberText.fixed(sample.fragmentedPercent, 6))
            csv.endRow()
        }
        return csv.bytes
    }

    /// `12:0+1` for GPUs 0 and 1 of node 12, `12:3:1g.10gb@4` for a slice, `12:3:0.25` for a quarter of a shared GPU, more
    /// parts behind a space; `pool` without.
    private static func place(
        _ result: SimulationResult,
        _ job: Int,
        _ further: [SimulationResult.FurtherNode],
        _ slices: Slices
    ) -> String {
        guard result.node[job] != SimulationResult.nowhere else { return "pool" }
        func part(_ node: Int32, _ mask: UInt64, _ slice: Int16) -> String {
            let text = place(node, mask)
            if let name = slices.name(slice, node: node) { return "\(text):\(name)" }
            // A share or a slot must not read as a whole GPU; a job without a GPU has no part of one.
            let held = result.gpuEquivalents[job]
            guard slices.areShared(node), mask != 0, held < 1 else { return text }
            return "\(text):\(NumberText.plain((Double(held) * 1_000).rounded() / 1_000))"
        }
        var text = part(result.node[job], result.gpuMask[job], result.slice[job])
        for other in further { text += " \(part(other.node, other.gpuMask, other.slice))" }
        return text
    }

    private static func place(_ node: Int32, _ mask: UInt64) -> String {
        var text = "\(node):"
        var rest = mask
        while rest != 0 {
            if rest != mask { text += "+" }
            text += String(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return text
    }

    /// The names of slices by node.
    private struct Slices {
        private var groups: [(end: Int, geometry: MIGGeometry?, areShared: Bool)] = []

        init(_ cluster: ClusterDescription) {
            guard case .nodes(let list) = cluster else { return }
            var end = 0
            for group in list {
                end += group.count
                switch group.partition {
                case .mig(let geometry), .layout(let geometry, _): groups.append((end, geometry, false))
                case .whole: groups.append((end, nil, false))
                case .shares: groups.append((end, nil, true))
                }
            }
        }

        /// Whether a node's GPUs are handed out in thousandths.
        func areShared(_ node: Int32) -> Bool { groups.first { Int(node) < $0.end }?.areShared ?? false }

        func name(_ slice: Int16, node: Int32) -> String? {
            guard slice >= 0, let geometry = groups.first(where: { Int(node) < $0.end })?.geometry else { return nil }
            let profile = Int(slice) / 64
            guard profile < geometry.profiles.count else { return nil }
            return "\(geometry.profiles[profile].name)@\(Int(slice) % 64)"
        }
    }
}

/// Rows of a CSV in one buffer.
struct CSVText {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    init(columns: [String]) {
        columns.forEach { text($0) }
        endRow()
    }

    mutating func endRow() {
        bytes.append(0x0A)
        isFirst = true
    }

    mutating func empty() { separate() }

    /// A field; quoted where it must be.
    mutating func text(_ text: String) {
        separate()
        let needsQuotes = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else { return bytes.append(contentsOf: text.utf8) }
        bytes.append(0x22)
        for byte in text.utf8 {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }

    /// Milliseconds as seconds: whole where they are, else with three digits.
    mutating func seconds(_ milliseconds: Int64) {
        separate()
        if milliseconds < 0 { bytes.append(0x2D) }
        let magnitude = milliseconds.magnitude
        bytes.append(contentsOf: String(magnitude / 1_000).utf8)
        let rest = magnitude % 1_000
        guard rest > 0 else { return }
        bytes.append(0x2E)
        for digit in [rest / 100, rest / 10 % 10, rest % 10] { bytes.append(0x30 + UInt8(digit)) }
    }

    private mutating func separate() {
        if !isFirst { bytes.append(0x2C) }
        isFirst = false
    }
}
