import Documents
import Foundation
import Testing

@testable import Importing

/// The samples beside these tests: each read as its format, its values known.
@Suite struct ClusterSampleTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("ClusterSamples")

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    @Test(
        "Every format has samples, and a sample is of its folder's format and no other",
        arguments: ClusterFormat.allCases
    )
    func recognises(_ format: ClusterFormat) throws {
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Self.folder.appendingPathComponent(format.rawValue).path
        )
        #expect(!names.isEmpty)
        for name in names {
            let head = ImportHead(try Self.bytes("\(format.rawValue)/\(name)"), isWhole: true)
            #expect(ClusterFormat.recognised(head) == format)
        }
        #expect(!format.format.title.isEmpty && !format.format.command.isEmpty && !format.format.limits.isEmpty)
    }

    @Test("An answer of Prometheus 2.42 that scraped our exporter each second, with seven seconds' absence")
    func answer() throws {
        let readings = try PrometheusAnswer.read(Self.bytes("prometheus-json/dcgm.json"), file: "dcgm.json")
        let found = try GPUTelemetry(readings, options: .init(), file: "dcgm.json")
        #expect(found.places.map(\.scrapes) == [20, 20, 20])
        #expect(found.places.map(\.missing) == [6, 6, 6])
        // A period of four of 0, 0.5, 1 and 0.25; of two of 0.6 and 0.2; of three of 0.9, 0 and 0.03.
        #expect(found.places.map { NumberText.fixed($0.activity, 6) } == ["0.437500", "0.400000", "0.325500"])
        #expect(found.places.map(\.duty) == [0.75, 1, 0.35])
        #expect(found.places[0].allocatedScrapes == 10)
        #expect(found.places[0].allocatedActivity == 0.45)
        #expect(found.places[0].means[.memoryUsed] == 1_200)
        #expect(abs((found.slicedGPUs.first?.activity ?? 0) - (0.4 * 2 + 0.3255) / 7) < 1e-12)
        #expect(found.teams.map(\.name) == ["research"])
    }

    @Test("A scrape of DCGM's exporter, with pods and an instance")
    func scrape() throws {
        let text = String(decoding: try Self.bytes("prometheus-text/dcgm-exporter.txt"), as: UTF8.self)
        let found = try GPUTelemetry(try ExpositionReaderTests.read(text), options: .init(), file: "scrape")
        #expect(found.places.map(\.activity) == [0.962345, 0])
        #expect(found.places[0].means[.utilisation] == 0.97)
        #expect(found.places[1].mostMemoryMiB == 9_216)
        #expect(found.places.map(\.allocatedScrapes) == [1, 0])
        #expect(found.slicedGPUs.first?.instancedShare == 1.0 / 7)
    }

    @Test("Pods of kubectl: a job that ended, a notebook that runs, a page without GPUs")
    func pods() throws {
        let trace = try KubernetesReader.read(Self.bytes("kubernetes-pods/pods.json"), file: "pods.json")
        #expect(trace.jobs.map(\.gpus) == [8, 1])
        #expect(trace.jobs.map(\.duration) == [14_400_000, 7_498_000])
        #expect(trace.jobs.map(\.profile) == ["", "1g.10gb"])
        #expect(trace.count(.noGPU) == 1 && trace.count(.restarted) == 1 && trace.censored == 1)
    }
}
