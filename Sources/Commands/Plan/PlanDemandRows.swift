import Documents
import Estate
import NodeCommands
import Scheduling
import Study

/// The demand of a plan from its file: CSV, JSON, or YAML by the file's name.
enum PlanDemandRows {
    /// Reads it.
    ///
    /// - Throws: `Failure.input` with the line of what is wrong.
    static func read(_ path: String) throws(Failure) -> [PlanDemandFile.Row] {
        let text = try Files.readText(path, limit: 64 << 20, expected: "a demand: a CSV with profile,count")
        do {
            guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else {
                return try PlanDemandFile.read(text, file: path)
            }
            return try PlanDemandFile.read(Reader(try YAMLDocument.parse(text, file: path), file: path), file: path)
        } catch {
            throw .input([error.description])
        }
    }

    /// The rows with the catalogue's ids for GPUs.
    ///
    /// - Throws: `Failure.input` for a GPU that the catalogue does not know.
    static func named(
        _ rows: [PlanDemandFile.Row],
        _ catalogue: GPUCatalogue,
        file: String
    ) throws(Failure) -> [PlanDemand] {
        var demand: [PlanDemand] = []
        for row in rows {
            var one = row.demand
            if let model = one.model {
                do { one.model = try catalogue.gpu(named: model).id } catch {
                    throw .input(["\(file):\(row.line): gpu: \(error)"])
                }
            }
            demand.append(one)
        }
        return demand
    }

    /// Where an error belongs: the file of the demand, with the row's line where there is one, or that of what stands.
    static func place(_ error: PlanError, file: String, lines: [Int], present: [String]) -> String {
        switch error {
        case .row(let position, _) where lines.indices.contains(position): "\(file):\(lines[position])"
        case .illegalPresent(let host, _, _):
            (present.last { $0.hasPrefix(host + "=") }?.dropFirst(host.count + 1)).map { String($0) } ?? present.first
                ?? file
        default: file
        }
    }
}
