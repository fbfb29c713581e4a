import Estate
import Exporting
import Scheduling
import Testing
import Yams

@Suite struct MigPartedTests {
    @Test func `the mixed plan as mig-parted takes it`() throws {
        try Golden.check(try #require(try Plans.files(Plans.mixed, .migParted)["mig-parted.yaml"]), "mig-parted.yaml")
    }

    /// The configuration read back: for each host of a label, the instances by profile and whole GPUs.
    private static func counts(_ text: String) throws -> [String: [String: Int]] {
        let root = try #require(try Yams.load(yaml: text) as? [String: Any])
        // mig-parted refuses keys that it does not know.
        #expect(Set(root.keys) == ["version", "mig-configs"] && root["version"] as? String == "v1")
        let configs = try #require(root["mig-configs"] as? [String: [[String: Any]]])
        var counts: [String: [String: Int]] = [:]
        for (label, entries) in configs {
            let hosts = try hosts(of: label, in: text)
            #expect(label.utf8.allSatisfy { $0 < 0x80 } && label.count <= 63 && !entries.isEmpty)
            var seen: Set<Int> = []
            for entry in entries {
                let devices = try #require(entry["devices"] as? [Int])
                #expect(seen.isDisjoint(with: devices))
                seen.formUnion(devices)
                let isEnabled = try #require(entry["mig-enabled"] as? Bool)
                let profiles = entry["mig-devices"] as? [String: Int]
                // Required where MIG mode is on, and nowhere else.
                #expect((profiles != nil) == isEnabled)
                #expect(Set(entry.keys).isSubset(of: ["devices", "mig-enabled", "mig-devices"]))
                for host in hosts {
                    if !isEnabled { counts[host, default: [:]]["whole", default: 0] += devices.count }
                    for (profile, count) in profiles ?? [:] {
                        counts[host, default: [:]][profile, default: 0] += count * devices.count
                    }
                }
            }
        }
        return counts
    }

    /// The hosts of a label, from the comment below it; long lists go on in further lines.
    private static func hosts(of label: String, in text: String) throws -> [String] {
        let lines = text.split(separator: "\n")
        let start = try #require(lines.firstIndex { $0 == "  \(label):" })
        let comment = lines[(start + 1)...].prefix { $0.hasPrefix("    #") }.map { $0.dropFirst(6) }
        let list = try #require(comment.first?.split(separator: ": ").last)
        return try Hostlist(parsing: String(list)).names
    }

    @Test(arguments: UInt64(0)..<60) func `what is written is the plan, host by host`(seed: UInt64) throws {
        let plan = try Plans.random(seed: seed)
        let text = try #require(try Plans.files(plan, .migParted)["mig-parted.yaml"])
        #expect(try Self.counts(text) == Plans.counts(plan))
    }

    @Test(arguments: ["a100-sxm-80gb", "a30-24gb", "h100-nvl-94gb"]) func `an order in a comment yields the layout`(
        id: String
    ) throws {
        let model = try Plans.catalogue.get().gpu(named: id)
        var none = 0
        for layout in try model.mig().maximalLayouts() {
            let gpu = PlannedGPU(index: 0, model: id, mode: .mig(layout.instances.map { PlannedInstance($0) }))
            let text = try #require(
                try Plans.files(Plans.plan([PlannedHost(name: "a", gpus: [gpu])]), .migParted)["mig-parted.yaml"]
            )
            let joined = text.split(separator: "\n").filter { $0.hasPrefix("    # ") }.map { $0.dropFirst(6) }
                .joined(separator: " ")
            guard let command = joined.split(separator: " -cgi ").dropFirst().first else {
                #expect(joined.contains("No order gives it"))
                none += 1
                continue
            }
            let order = try #require(command.split(separator: " ").first).split(separator: ",").map(String.init)
            #expect(try DriverPlacementRule.layout(creating: order, on: try model.mig()) == layout)
        }
        // The comment for none is reached on GPUs of eight memory slices.
        if id == "a100-sxm-80gb" { #expect(none > 0) }
    }
}
