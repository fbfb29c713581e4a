import Documents
import Estate
import Exporting
import Scheduling
import Testing

@Suite struct HostilePlanTests {
    @Test(arguments: [
        "a b", "a\nNodeName=evil", "a\"", "a'", "a#", "a,b", "a[1-2]", "a;b", "a=b", "-a", ".a", "", "a\\", "a\u{85}b",
        "ä", "a|b",
        String(repeating: "x", count: 254), "${HOME}", "a\u{2028}b", "a\u{0}b",
    ]) func `a name that would be something else is refused`(name: String) throws {
        let plan = Plans.plan([PlannedHost(name: name, gpus: [Plans.whole(0)])])
        for format in ExportFormat.allCases {
            let error = #expect(throws: ExportError.self) { try Plans.files(plan, format) }
            #expect(error == .name(name, of: "the name of a host"))
            let text = "\(try #require(error))"
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
    }

    @Test func `a plan's own name stays inside its comment`() throws {
        let plan = Plans.plan(
            [PlannedHost(name: "a", gpus: [Plans.sliced(0, Plans.sevenths)])],
            name: "x\nNodeName=evil Gres=gpu:9\r\n- alert: evil\u{2028}version: v2\u{85}y \u{202E}"
        )
        let plain = Plans.plan(plan.hosts, name: "x")
        for format in ExportFormat.allCases {
            let named = try Plans.files(plan, format)
            for (name, text) in try Plans.files(plain, format) {
                func directives(_ text: String) -> [Substring] {
                    text.split { $0.isNewline }.filter { !$0.drop { $0 == " " }.hasPrefix("#") }
                }
                #expect(directives(named[name] ?? "") == directives(text), "\(name)")
            }
        }
    }

    @Test func `what cannot be configured is told`() throws {
        func error(_ hosts: [PlannedHost]) -> ExportError? {
            #expect(throws: ExportError.self) { try Plans.files(Plans.plan(hosts), .slurm) }
        }
        #expect(error([]) == .noGPUs)
        #expect(error([PlannedHost(name: "a", gpus: [])]) == .noGPUs)
        let many = PlannedHost(name: "a", gpus: (0..<65).map { Plans.whole($0) })
        #expect(error([many]) == .tooManyGPUs(host: "a", count: 65))
        let one = PlannedHost(name: "a", gpus: [Plans.whole(0)])
        #expect(error([one, one]) == .hostTwice("a"))
        #expect(
            error([PlannedHost(name: "a", gpus: [Plans.whole(0), Plans.whole(0)])]) == .gpuIndex(host: "a", index: 0)
        )
        #expect(error([PlannedHost(name: "a", gpus: [Plans.whole(-1)])]) == .gpuIndex(host: "a", index: -1))
        #expect(
            error([PlannedHost(name: "a", gpus: [Plans.sliced(0, "1g.10gb@0:1", model: "l40s-48gb")])])
                == .catalogue(host: "a", gpu: 0, .noMIG(gpu: "l40s-48gb"))
        )
        #expect(
            error([PlannedHost(name: "a", gpus: [Plans.whole(3, model: "q1000")])])
                == .catalogue(host: "a", gpu: 3, .unknownGPU("q1000", suggestion: nil))
        )
        #expect(
            error([PlannedHost(name: "a", gpus: [Plans.sliced(1, "3g.40gb@0:4 4g.40gb@0:4")])])
                .map { "\($0)" }?.hasPrefix("GPU 1 of host 'a' has a layout that is not legal: ") == true
        )
        #expect(
            error([PlannedHost(name: "a", gpus: [Plans.sliced(1, "9g.90gb@0:1")])])
                == .illegal(host: "a", gpu: 1, .unknownProfile("9g.90gb"))
        )
        let names = [PlannedHost(name: "a", gpus: (0..<64).map { Plans.whole($0) })]
        #expect(throws: Never.self) { try Plans.files(Plans.plan(names), .slurm) }
    }

    @Test func `a geometry that is not known is told`() throws {
        let catalogue = try Plans.catalogue.get()
        let unknown = try #require(
            catalogue.gpus.first { $0.migGeometry?.profiles.contains { $0.placements == nil } ?? false }
        )
        let profile = try #require(unknown.migGeometry?.profiles.first { $0.placements == nil })
        let gpu = Plans.sliced(0, "\(profile.name)@0:1", model: unknown.id)
        let error = #expect(throws: ExportError.self) {
            try Plans.files(Plans.plan([PlannedHost(name: "a", gpus: [gpu])]), .migParted)
        }
        #expect("\(try #require(error))".contains("the catalogue does not know"))
    }
}
