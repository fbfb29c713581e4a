import Foundation
import Testing

/// The Slurm files of a plan on a real Slurm: every node of the plan is a slurmd of this machine.
@Suite(
    .enabled(if: SlurmCluster.isHere, "there is no Slurm here; scripts/slurm-parts unpacks Debian's"),
    .serialized
)
struct PlanSlurmTests {
    /// Resources of each node by `resource:type`, as the plan wants them under the form of counts.
    private static func wanted(_ folder: TemporaryFolder, _ path: String) throws -> [String: [String: Int]] {
        let plan = try #require(
            try JSONSerialization.jsonObject(with: Data(folder.read(path).utf8)) as? [String: Any]
        )
        var wanted: [String: [String: Int]] = [:]
        for host in try #require(plan["hosts"] as? [[String: Any]]) {
            let name = try #require(host["name"] as? String)
            for gpu in try #require(host["gpus"] as? [[String: Any]]) {
                if gpu["mig"] as? Bool == false { wanted[name, default: [:]]["wholegpu:a100", default: 0] += 1 }
                for instance in gpu["instances"] as? [[String: Any]] ?? [] {
                    wanted[name, default: [:]]["mig:\(try #require(instance["profile"] as? String))", default: 0] += 1
                }
            }
        }
        return wanted
    }

    /// What Slurm says of its nodes, by `resource:type`.
    private static func told(_ cluster: SlurmCluster) throws -> [String: [String: Int]] {
        var told: [String: [String: Int]] = [:]
        for line in try cluster.slurm("sinfo", ["-h", "-N", "-O", "NodeList:60,Gres:600"]).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, words[1] != "(null)" else { continue }
            for resource in words[1].split(separator: ",") {
                let parts = resource.split(separator: ":").map(String.init)
                try #require(parts.count == 3)
                told[words[0], default: [:]][parts[0] + ":" + parts[1]] = Int(parts[2])
            }
        }
        return told
    }

    @Test func `the example's plan runs on a real Slurm, and a job too many waits`() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("research-saas")
        let planned = try AssayBinary.run(["plan", "research-saas", "-o", "out"], in: folder.path)
        try #require(planned.status == 0, "\(planned.errors)")
        try run(folder, "out")
    }

    @Test func `slices, whole GPUs and gangs that a file asks for run on a real Slurm`() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "demand.csv",
            "profile,count,team,gpus\n1g.10gb,9,a,\n1g.10gb+me,1,a,\n3g.40gb,2,b,\n2g.20gb,1,b,\nwhole,1,c,2\nwhole,1,c,1\n"
        )
        let planned = try AssayBinary.run(
            ["plan", "--demand", "demand.csv", "--gpus", "8", "--gpu", "a100-sxm-80gb", "-o", "out"],
            in: folder.path
        )
        try #require(planned.status == 0, "\(planned.errors)")
        #expect(folder.names.contains("out/slurm-counts-job-gang-2xa100.sh"))
        try run(folder, "out")
    }

    /// Starts the cluster with a plan's files and fills it: a job on each resource, and one more of each type.
    private func run(_ folder: TemporaryFolder, _ output: String) throws {
        let path = folder.path + "/" + output
        let cluster = try SlurmCluster(
            nodeLines: path + "/slurm-counts-nodes.conf",
            gres: path + "/slurm-counts-gres.conf"
        )
        let wanted = try Self.wanted(folder, output + "/plan.json")
        #expect(try Self.told(cluster) == wanted)
        var totals: [String: Int] = [:]
        for resources in wanted.values { for (name, count) in resources { totals[name, default: 0] += count } }
        try #require(!totals.isEmpty)
        for (resource, count) in totals.sorted(by: { $0.key < $1.key }) {
            let parts = resource.split(separator: ":").map(String.init)
            let script = "slurm-counts-job-\(parts[0] == "mig" ? parts[1] : "whole-" + parts[1]).sh"
            for number in 0...count {
                try cluster.slurm(
                    "sbatch",
                    ["-o", "/dev/null", "-J", "\(resource)-\(number)", path + "/" + script, "/bin/sleep", "600"]
                )
            }
            try eventually(cluster, "the jobs on \(resource) run") { rows in
                rows.count { $0.resource == resource && $0.state == "RUNNING" } == count
            }
        }
        // Submitted in order, so the last of each type is the one that waits, and it waits for resources.
        let rows = try Self.queue(cluster)
        for (resource, count) in totals {
            let waiting = rows.filter { $0.resource == resource && $0.state == "PENDING" }
            #expect(waiting.map(\.number) == [count], "\(resource)")
            #expect(waiting.allSatisfy { ["Resources", "Priority"].contains($0.reason) }, "\(waiting)")
        }
        // Every job runs where the plan has what it asks for.
        var used: [String: [String: Int]] = [:]
        for row in rows where row.state == "RUNNING" { used[row.node, default: [:]][row.resource, default: 0] += 1 }
        #expect(used == wanted)
        // One job less, and the waiting one takes its place.
        let (resource, _) = try #require(totals.min { $0.key < $1.key })
        try cluster.slurm("scancel", ["--name=\(resource)-0"])
        try eventually(cluster, "the job that waited runs") { rows in
            !rows.contains { $0.resource == resource && $0.state == "PENDING" }
        }
        // What no node has is refused at once.
        let refused = try AssayBinary.run(
            ["--gres=mig:9g.90gb:1", "--wrap", "true"],
            in: folder.path,
            program: try cluster.program("sbatch"),
            environment: cluster.environment
        )
        #expect(refused.status != 0)
    }

    private struct Row {
        var resource: String
        var number: Int
        var state: String
        var node: String
        var reason: String
    }

    private static func queue(_ cluster: SlurmCluster) throws -> [Row] {
        try cluster.slurm("squeue", ["-h", "-o", "%j|%T|%N|%r"]).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 4, let dash = parts[0].lastIndex(of: "-"),
                let number = Int(parts[0][parts[0].index(after: dash)...])
            else { return nil }
            return Row(
                resource: String(parts[0][..<dash]),
                number: number,
                state: parts[1],
                node: parts[2],
                reason: parts[3]
            )
        }
    }

    private func eventually(_ cluster: SlurmCluster, _ what: String, _ isSo: ([Row]) -> Bool) throws {
        let end = ContinuousClock().now + .seconds(120)
        while ContinuousClock().now < end {
            if isSo(try Self.queue(cluster)) { return }
            usleep(100_000)
        }
        Issue.record("never: \(what)")
        throw CancellationError()
    }
}
