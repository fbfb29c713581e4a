import Documents
import Importing

/// Reads bytes as telemetry or pods; what is accepted must become text that can be written and read again.
func fuzzCluster(_ format: ClusterFormat, _ bytes: [UInt8]) throws(DocumentError) {
    let readings: MetricReadings
    switch format {
    case .kubernetes: return check(try KubernetesReader.read(bytes, file: "fuzz"))
    case .prometheusJSON: readings = try PrometheusAnswer.read(bytes, file: "fuzz")
    case .prometheusText:
        var reader = ExpositionReader(file: "fuzz", wanting: ReadingsKind.isWanted)
        let piece = 1 + bytes.count % 97
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + piece)
            try reader.consume(Array(bytes[at..<end]))
            at = end
        }
        readings = try reader.finish()
    }
    // What is no telemetry may still be a trace.
    var failures = 0
    do {
        let telemetry = try GPUTelemetry(readings, options: .init(), file: "fuzz")
        precondition(!telemetry.csv.isEmpty)
        mustBeWritten(telemetry.json(source: "fuzz"))
    } catch {
        precondition(!error.problem.isEmpty, "an error without words")
        failures += 1
    }
    do { check(try KubeStateMetrics.read(readings, file: "fuzz")) } catch {
        guard failures == 0 else { throw error }
    }
}

private func check(_ trace: ClusterTrace) {
    for job in trace.jobs { precondition(job.duration >= 0 && job.gpus >= 1, "a job that cannot be replayed") }
    precondition(!trace.csv(named: true).isEmpty && !trace.csv(named: false).isEmpty)
    mustBeWritten(trace.json(source: "fuzz", file: "fuzz.csv"))
}

private func mustBeWritten(_ object: JSON) {
    guard let text = try? object.pretty(), (try? JSONDocument.parse(Array(text.utf8), file: "again")) != nil else {
        fatalError("the result cannot be written and read again")
    }
}
