internal import Documents
internal import Estate

/// What the facts and conditions of an arm say, by canonical name.
struct ArmProfile {
    /// The deployment models of the records; empty where none says any.
    let models: Set<DeploymentModel>
    /// Every value of every fact and condition: a comparable form with the text it came from.
    private(set) var values: [String: [String: String]] = [:]
    /// Each name as it was first written.
    private(set) var spelled: [String: String] = [:]
    /// The values of each condition, run by run, as written.
    private(set) var conditions: [String: [String]] = [:]
    /// For names whose every value counts: the share of each value in each unit.
    private(set) var units: [[String: [String: Double]]] = []

    init(_ arm: ArmView, _ replicated: [ReplicatedUnit]) {
        models = Set(arm.records.compactMap(\.model))
        var names: [String: String] = [:]
        func canonical(_ name: String) -> String {
            if let known = names[name] { return known }
            let made = ComparisonNames.canonical(name)
            names[name] = made
            return made
        }
        var facts: [String: [String: String]] = [:]
        for run in arm.runs {
            if facts[run.host] == nil {
                facts[run.host] = [:]
                for fact in run.facts {
                    let name = canonical(fact.name)
                    add(name, fact.name, fact.value)
                    facts[run.host]?[name] = fact.value
                }
            }
            for condition in run.run.conditions where !condition.value.isEmpty {
                let name = canonical(condition.name)
                guard !ComparisonGate.structural.contains(name) else { continue }
                conditions[name, default: []].append(condition.value)
                add(name, condition.name, condition.value)
            }
        }
        for unit in replicated {
            var mix: [String: [String: Double]] = [:]
            let runs = unit.runs
            for run in runs {
                var known = facts[run.host] ?? [:]
                for condition in run.run.conditions where !condition.value.isEmpty {
                    known[canonical(condition.name)] = condition.value
                }
                for name in ComparisonGate.strict {
                    guard let value = known[name] else { continue }
                    mix[name, default: [:]][ComparisonNames.comparable(value, of: name), default: 0] +=
                        1 / Double(runs.count)
                }
            }
            units.append(mix)
        }
    }

    private mutating func add(_ name: String, _ written: String, _ value: String) {
        guard !ComparisonGate.structural.contains(name) else { return }
        if spelled[name] == nil { spelled[name] = written }
        let comparable = ComparisonNames.comparable(value, of: name)
        if values[name]?[comparable] == nil { values[name, default: [:]][comparable] = value }
    }

    /// Whether a condition is different in every run, so that it names the run rather than describes it.
    func namesRuns(_ name: String) -> Bool {
        guard !ComparisonGate.described.contains(name), let values = conditions[name] else { return false }
        return values.count > 3 && Set(values).count == values.count
    }

    /// The share of each value over all units.
    func mix(_ name: String) -> [String: Double] {
        let known = units.compactMap { $0[name] }
        var mix: [String: Double] = [:]
        for unit in known { for (value, share) in unit { mix[value, default: 0] += share / Double(known.count) } }
        return mix
    }

    /// The numbers of a condition that varies from run to run; nil where some value is no number.
    private func range(_ name: String) -> ClosedRange<Double>? {
        guard let values = conditions[name], values.count > 3, Set(values).count > values.count / 2 else { return nil }
        let numbers = values.compactMap { DecimalText.parse(Array($0.utf8)[...]) }
        guard numbers.count == values.count, let low = numbers.min(), let high = numbers.max() else { return nil }
        return low...high
    }

    /// Whether an amount that varies from run to run covers common ground in both arms, as a measured clock does.
    func overlaps(_ other: ArmProfile, _ name: String) -> Bool {
        guard !ComparisonGate.strict.contains(name), let a = range(name), let b = other.range(name) else {
            return false
        }
        return a.overlaps(b)
    }

    /// Both ranges in words, where a number that varies from run to run does so in places that do not meet.
    func rangesApart(from other: ArmProfile, _ name: String) -> (String, String)? {
        guard let a = range(name), let b = other.range(name), !a.overlaps(b) else { return nil }
        func words(_ range: ClosedRange<Double>) -> String {
            "\(quoted(NumberText.plain(range.lowerBound))) to \(quoted(NumberText.plain(range.upperBound)))"
        }
        return (words(a), words(b))
    }
}
