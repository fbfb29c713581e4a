import Exporting
import Foundation
import Scheduling
import Testing
import Yams

@Suite struct PrometheusRulesTests {
    @Test func `the mixed plan as Prometheus takes it`() throws {
        let text = try #require(try Plans.files(Plans.mixed, .prometheus)["prometheus-rules.yaml"])
        try Golden.check(text, "prometheus-rules.yaml")
    }

    @Test(arguments: UInt64(0)..<30) func `planned counts are the plan, host by host`(seed: UInt64) throws {
        let plan = try Plans.random(seed: seed)
        let text = try #require(try Plans.files(plan, .prometheus)["prometheus-rules.yaml"])
        let root = try #require(try Yams.load(yaml: text) as? [String: [[String: Any]]])
        var counts: [String: [String: Int]] = [:]
        for group in try #require(root["groups"]) {
            for rule in try #require(group["rules"] as? [[String: Any]]) {
                let expression = try #require(rule["expr"] as? String)
                let name = try #require((rule["record"] ?? rule["alert"]) as? String)
                #expect((rule["record"] == nil) != (rule["alert"] == nil))
                guard name == "assay:mig_instances:planned" || name == "assay:gpus_whole:planned" else { continue }
                let labels = rule["labels"] as? [String: String] ?? [:]
                for term in expression.components(separatedBy: " or ") {
                    let hosts = try #require(
                        term.components(separatedBy: "host=~\"").last?.split(separator: "\"").first
                    )
                    let count = try #require(term.dropLast().split(separator: " ").last.flatMap { Int($0) })
                    for host in hosts.split(separator: "|") where count > 0 {
                        counts[String(host), default: [:]][labels["GPU_I_PROFILE"] ?? "whole", default: 0] += count
                    }
                }
            }
        }
        #expect(counts == Plans.counts(plan).filter { !$0.value.isEmpty })
    }

    @Test func `a host's dots are dots`() throws {
        let plan = Plans.plan([PlannedHost(name: "a.b-c_d", gpus: [Plans.whole(0)])])
        let text = try #require(try Plans.files(plan, .prometheus)["prometheus-rules.yaml"])
        #expect(text.contains("host=~\"a\\\\.b-c_d\""))
    }
}
