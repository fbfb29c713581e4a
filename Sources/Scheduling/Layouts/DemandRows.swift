import Documents
import Estate

/// The demand for slices as rows of a covering problem: one row for all that the same profiles can serve.
struct DemandRows {
    /// What one row asks for.
    struct Row {
        /// The name as the first line of it was written, with the GPU where one is named.
        var name: String
        /// Instances in all.
        var count: Int
        /// The profile's position among the geometry's, by model of the estate; nil where a model cannot serve it.
        var profile: [Int?]
        /// Who wants how many, in order; a team once.
        var teams: [(team: String?, count: Int)]
    }

    var rows: [Row] = []

    /// Resolves names on every model of the estate.
    init(_ demand: [PlanDemand], models: [GPUModel]) throws(PlanError) {
        for (position, entry) in demand.enumerated() {
            guard case .profile(let name) = entry.unit, entry.count > 0 else { continue }
            guard entry.count <= PlanDemand.countLimit else { throw .row(position, .count(name, entry.count)) }
            let serving: [Int?]
            do {
                serving = try Self.serving(name, entry.model, models)
            } catch {
                throw .row(position, error)
            }
            let title = entry.model.map { "\(name) on \($0)" } ?? name
            if let known = rows.firstIndex(where: { $0.profile == serving }) {
                rows[known].count += entry.count
                if let team = rows[known].teams.firstIndex(where: { $0.team == entry.team }) {
                    rows[known].teams[team].count += entry.count
                } else {
                    rows[known].teams.append((entry.team, entry.count))
                }
                guard rows[known].count <= PlanDemand.countLimit else {
                    throw .row(position, .count(name, rows[known].count))
                }
            } else {
                rows.append(Row(name: title, count: entry.count, profile: serving, teams: [(entry.team, entry.count)]))
            }
        }
    }

    private static func serving(
        _ name: String,
        _ only: String?,
        _ models: [GPUModel]
    ) throws(PlanError) -> [Int?] {
        var found: [Int?] = []
        // A name that one model has exactly is not taken for a similar one of another.
        var apart: [Int] = []
        var unknown: CatalogueError?
        var near: String?
        for model in models {
            guard only == nil || model.id == only, let geometry = model.migGeometry else {
                found.append(nil)
                apart.append(.max)
                continue
            }
            do throws(CatalogueError) {
                let (profile, distance) = try geometry.match(name)
                // What rests on unknown placements cannot be planned.
                _ = try geometry.placements(of: profile)
                _ = try geometry.totalComputeSlices()
                found.append(geometry.profiles.firstIndex(of: profile))
                apart.append(distance)
            } catch {
                if case .unknownProfile(_, _, let suggestion) = error {
                    near = near ?? suggestion
                } else {
                    unknown = unknown ?? error
                }
                found.append(nil)
                apart.append(.max)
            }
        }
        if let nearest = apart.min(), nearest < .max {
            return found.indices.map { apart[$0] == nearest ? found[$0] : nil }
        }
        if let unknown { throw .catalogue(unknown) }
        let able = models.filter { (only == nil || $0.id == only) && $0.migGeometry != nil }.map(\.id)
        if able.isEmpty, let model = models.first(where: { only == nil || $0.id == only }) {
            throw .catalogue(.noMIG(gpu: model.id))
        }
        throw .unknownProfile(name, gpus: able, suggestion: near)
    }
}

extension PlanDemand {
    /// The largest count.
    package static let countLimit = 10_000_000
}
