import Estate
import Probability
import Study

/// Draws of a model's inputs: one column for each input that varies, drawn by inversion of one uniform per draw.
///
/// Draws are stratified in blocks of ``blockSize`` (a latin hypercube in each block), so block means are independent
/// and the standard error of a mean is estimated from them without bias; the plain one, from all draws as if they were
/// independent, is at or above it. The stream of an input comes from its key: adding or changing one input leaves
/// every other column as it was, so two studies that differ in a price see the same world otherwise. The same seed and
/// count give the same table on every machine, however many tasks drew it.
package struct DrawTable: Sendable {
    /// Draws in one latin-hypercube block.
    package static let blockSize = 1024

    /// How many draws there are.
    package let count: Int
    /// The mean of each input, or the value it is fixed at; what a draw has where there is no column.
    private(set) var constants: ContiguousArray<Double>
    /// A column for each input: empty where the input is certain or fixed.
    private(set) var columns: [ContiguousArray<Double>]

    /// Draws every varying input of a model; `count` is 1 to 10,000,000.
    package init(_ model: CostModel, count: Int, seed: UInt64) {
        self.init(count: count, constants: model.means, columns: [])
        columns = model.inputs.map { Self.column($0, count: self.count, seed: seed) }
    }

    /// As the other initializer with columns drawn by several tasks at once; the result is the same.
    package static func drawn(_ model: CostModel, count: Int, seed: UInt64, tasks: Int) async -> DrawTable {
        var table = DrawTable(count: count, constants: model.means, columns: [])
        table.columns = [ContiguousArray<Double>](repeating: [], count: model.inputs.count)
        let size = table.count
        let varying = model.inputs.indices.filter { !model.inputs[$0].distribution.isCertain }
        let lanes = min(max(1, tasks), 64)
        await withTaskGroup(of: [(Int, ContiguousArray<Double>)].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    stride(from: lane, to: varying.count, by: lanes).map { position in
                        let input = varying[position]
                        return (input, column(model.inputs[input], count: size, seed: seed))
                    }
                }
            }
            for await part in group {
                for (input, values) in part { table.columns[input] = values }
            }
        }
        return table
    }

    /// One draw at the expected value of every input.
    package static func expected(_ model: CostModel) -> DrawTable {
        let none = [ContiguousArray<Double>](repeating: [], count: model.inputs.count)
        return DrawTable(count: 1, constants: model.means, columns: none)
    }

    private init(count: Int, constants: ContiguousArray<Double>, columns: [ContiguousArray<Double>]) {
        self.count = min(max(1, count), 10_000_000)
        self.constants = constants
        self.columns = columns
    }

    /// The same draws with one input at a certain value: a view that shares the other columns.
    ///
    /// An input that the model does not have changes nothing.
    package func fixing(_ input: Int, at value: Double) -> DrawTable {
        guard columns.indices.contains(input) else { return self }
        var table = self
        table.columns[input] = []
        table.constants[input] = value
        return table
    }

    /// The values of an input, one for each draw; nil where it is certain or fixed.
    package func column(_ input: Int) -> ContiguousArray<Double>? {
        guard columns.indices.contains(input), !columns[input].isEmpty else { return nil }
        return columns[input]
    }

    /// The value of an input in one draw, as the engine reads it.
    package func value(_ input: Int, draw: Int) -> Double {
        guard columns.indices.contains(input) else { return .nan }
        let column = columns[input]
        return column.indices.contains(draw) ? column[draw] : constants[input]
    }

    private static func column(_ input: Quantity, count: Int, seed: UInt64) -> ContiguousArray<Double> {
        let distribution = input.distribution
        guard !distribution.isCertain else { return [] }
        var generator = RandomGenerator(seed: seed, stream: stream(of: input.key))
        var values = ContiguousArray<Double>()
        values.reserveCapacity(count)
        var strata = ContiguousArray(0..<blockSize)
        var start = 0
        while start < count {
            let size = min(blockSize, count - start)
            if size < blockSize { strata = ContiguousArray(0..<size) }
            for last in stride(from: size - 1, to: 0, by: -1) {
                strata.swapAt(last, generator.index(below: last + 1))
            }
            let width = 1 / Double(size)
            for stratum in strata {
                // A share that rounds to 1 would be the infinite end of an unbounded family.
                let share = min((Double(stratum) + generator.uniform()) * width, 1 - 0x1p-53)
                values.append(distribution.quantile(share))
            }
            start += size
        }
        return values
    }

    /// FNV-1a of the key, so that a stream belongs to a name and not to a place in a list.
    ///
    /// What it takes to run and to change a platform is one team's affair, so platforms of one family share the stream:
    /// where one needs more people or months, so does the other.
    private static func stream(of key: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in effortOfFamily(key).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash | 1
    }

    /// `platforms.bare-metal-mig.people_fte` as `platforms.bare-metal family.people_fte`; other keys as they are.
    private static func effortOfFamily(_ key: String) -> String {
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "platforms", let model = DeploymentModel(rawValue: String(parts[1])),
            ["people_fte", "setup", "migration_per_workload", "parallel_months"].contains(parts[2])
        else { return key }
        return "platforms.\(model.family.rawValue) family.\(parts[2])"
    }
}

extension CostModel {
    /// The expected value of each input.
    var means: ContiguousArray<Double> {
        ContiguousArray(inputs.map(\.distribution.mean))
    }
}
