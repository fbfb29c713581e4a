package import Documents

/// Reads a list of nodes in the form of openb: a CSV with the columns sn, cpu_milli, memory_mib, gpu and model.
///
/// `sn` is a name, `gpu` how many GPUs, `model` their type. `cpu_milli`, `memory_mib` and `model` may be left out: what
/// is not there limits nothing. Neighbours that are alike become one group; the order of the file is the order of nodes.
/// Where names are kept, each node with a GPU is listed as well.
package struct NodeListReader: Sendable {
    private let file: String
    private var lines = LineReader(limit: 1 << 16)
    private var splitter = FieldSplitter(capacity: 256)
    private var columns: Columns?
    private var groups: [NodeGroup] = []
    private var count = 0
    private var types = NameTable(limit: 4_096)
    private var lastType: Int32 = -1

    /// A node with GPUs, under its own name.
    package struct Node: Sendable, Hashable {
        /// `sn`; nil where the list has no such column.
        package let name: String?
        /// The line of the file, from 1.
        package let line: Int
        /// What it has; its count is 1.
        package let group: NodeGroup
    }

    /// Nodes with GPUs in the order of the file, where names are kept.
    package private(set) var nodes: [Node] = []
    private let nodeLimit: Int?
    private var lineOf: [String: Int] = [:]

    private struct Columns: Sendable {
        var count: Int
        var name: Int?
        var cpu: Int?
        var memory: Int?
        var gpus: Int
        var model: Int?
    }

    /// The most nodes read.
    static let limit = 10_000_000

    /// Starts reading; `file` is the name that errors carry, and names of up to `nodeLimit` nodes with GPUs are kept.
    package init(file: String, nodeLimit: Int? = nil) {
        self.file = file
        self.nodeLimit = nodeLimit
    }

    /// Reads the next bytes.
    ///
    /// - Throws: at the first line that is wrong: a node that is left out would change every result.
    package mutating func consume(_ bytes: Span<UInt8>) throws(DocumentError) {
        var position = 0
        while let found = lines.next(in: bytes, at: &position) {
            switch found {
            case .inside(let range): try line(bytes.extracting(range))
            case .carried:
                let copy = lines.carried
                try line(copy.span)
            case .tooLong: throw error("the line is longer than any row can be")
            }
        }
    }

    /// The nodes.
    package mutating func finish() throws(DocumentError) -> ClusterDescription {
        switch lines.last() {
        case .carried?:
            let copy = lines.carried
            try line(copy.span)
        case .tooLong?: throw error("the line is longer than any row can be")
        default: break
        }
        guard count > 0 else {
            throw DocumentError(
                file: file,
                problem: "holds no node; expected a CSV with sn,cpu_milli,memory_mib,gpu,model"
            )
        }
        return .nodes(groups)
    }

    private mutating func line(_ raw: Span<UInt8>) throws(DocumentError) {
        var bytes = raw
        if lines.number == 1, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            bytes = bytes.extracting(3..<bytes.count)
        }
        guard bytes.count > 0 else { return }
        guard splitter.split(bytes, separator: UInt8(ascii: ","), quotes: true) else {
            throw error("a quote is not closed on its line")
        }
        guard let columns else { return try header(bytes) }
        guard splitter.count == columns.count else {
            throw error("has \(splitter.count) fields; expected \(columns.count), as the header has")
        }
        let gpus = try number(bytes, columns.gpus, "gpu", upTo: 64)
        let cpu = try columns.cpu.map { column throws(DocumentError) in
            try number(bytes, column, "cpu_milli", upTo: Int64(Int32.max))
        }
        let memory = try columns.memory.map { column throws(DocumentError) in
            try number(bytes, column, "memory_mib", upTo: Int64(Int32.max))
        }
        let model = columns.model.map { splitter[$0] } ?? .absent
        guard !Scan.hasControlCharacter(bytes, model) else { throw error("the model holds control characters") }
        guard count < Self.limit else { throw error("more than \(Self.limit) nodes") }
        count += 1
        var type = ""
        if gpus > 0, !model.isEmpty { type = Scan.text(bytes, model) }
        // Nodes that share a GPU among jobs can also give it whole.
        let group = NodeGroup(
            name: type.isEmpty ? "node" : type,
            count: 1,
            cpuMilli: cpu,
            memoryMiB: memory,
            gpuType: type,
            gpus: Int(gpus),
            partition: .shares
        )
        if let nodeLimit { try keep(group, bytes, columns, upTo: nodeLimit) }
        if var last = groups.last {
            let alike = last.count
            last.count = 1
            if last == group {
                last.count = alike + 1
                groups[groups.count - 1] = last
                return
            }
        }
        groups.append(group)
    }

    private mutating func keep(
        _ group: NodeGroup,
        _ bytes: Span<UInt8>,
        _ columns: Columns,
        upTo limit: Int
    ) throws(DocumentError) {
        var name: String?
        if let column = columns.name {
            let text = Scan.text(bytes, splitter[column])
            guard !text.isEmpty, !Scan.hasControlCharacter(bytes, splitter[column]) else {
                throw error("sn is \(quoted(text)); expected the name of the node")
            }
            if let before = lineOf.updateValue(lines.number, forKey: text) {
                throw error("the node \(quoted(text)) stands on line \(before) already; list every node once")
            }
            name = text
        }
        guard group.gpus > 0 else { return }
        guard nodes.count < limit else { throw error("more than \(limit) nodes with GPUs; plan a part of them") }
        nodes.append(Node(name: name, line: lines.number, group: group))
    }

    private mutating func header(_ bytes: Span<UInt8>) throws(DocumentError) {
        guard splitter.count <= 256 else { throw error("the header has more than 256 columns") }
        var names: [String] = []
        for index in 0..<splitter.count { names.append(Scan.text(bytes, splitter[index]).lowercased()) }
        guard let gpus = names.firstIndex(of: "gpu") ?? names.firstIndex(of: "gpus") else {
            throw error(
                "the header has no column gpu; expected sn,cpu_milli,memory_mib,gpu,model, found "
                    + names.prefix(20).map(quoted).joined(separator: ", ")
            )
        }
        if let time = names.first(where: { $0.hasPrefix("submit") || $0.hasPrefix("duration") }) {
            throw error(
                "the header has a column \(quoted(time)), as traces of jobs have; a list of nodes has sn,cpu_milli,memory_mib,gpu,model"
            )
        }
        columns = Columns(
            count: names.count,
            name: names.firstIndex(of: "sn"),
            cpu: names.firstIndex(of: "cpu_milli"),
            memory: names.firstIndex(of: "memory_mib"),
            gpus: gpus,
            model: names.firstIndex(of: "model") ?? names.firstIndex(of: "gpu_type")
        )
    }

    private func number(_ bytes: Span<UInt8>, _ column: Int, _ name: String, upTo limit: Int64) throws(DocumentError)
        -> Int64
    {
        let field = splitter[column]
        guard let value = Scan.integer(bytes, field), value >= 0, value <= limit else {
            throw error("\(name) is \(quoted(Scan.text(bytes, field))); expected a whole number from 0 to \(limit)")
        }
        return value
    }

    private func error(_ problem: String) -> DocumentError {
        DocumentError(file: file, line: lines.number, problem: problem)
    }
}
