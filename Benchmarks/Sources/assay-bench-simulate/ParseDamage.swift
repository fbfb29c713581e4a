import Foundation
import Probability
import Scheduling

/// Damages texts of every format for a time and reads each, whole and in pieces: a trap ends the program.
///
/// What must hold of every reading: each row is a job or counted as left out, jobs stand by submission, every number is
/// in its range, and the result does not depend on how the bytes arrive.
enum ParseDamage {
    static func run(seconds: Double, seed: UInt64) throws {
        let (trace, _) = try {
            var workload = HeadlineWorkload()
            workload.jobs = 12
            return try workload.make(Main.geometry())
        }()
        let samples =
            [TraceText.table(trace), TraceText.swf(trace), TraceText.sacct(trace)] + texts.map { Array($0.utf8) }
        let end = Date().addingTimeInterval(seconds)
        var random = RandomGenerator(seed: seed)
        var (count, read, refused) = (0, 0, 0)
        while Date() < end {
            for _ in 0..<200 {
                let bytes = damaged(samples[random.index(below: samples.count)], &random)
                var options = TraceImportOptions()
                options.needsTimes = random.index(below: 4) > 0
                options.lineLimit = random.index(below: 8) == 0 ? 64 : 1 << 20
                if random.index(below: 2) == 0 {
                    options.tokenRates = TokenRates(prefillPerSecond: 8_000, decodePerSecond: 50)
                }
                if random.index(below: 2) == 0 { options.zone = TimeZoneRule(offset: "+01:00") }
                options.expectedBytes = random.index(below: 2) == 0 ? .max : bytes.count
                let whole = outcome(bytes, options, piece: bytes.count)
                let pieces = outcome(bytes, options, piece: 1 + random.index(below: 40))
                guard whole == pieces else { fail("pieces differ: \(whole) and \(pieces)", bytes) }
                switch whole {
                case .refused: refused += 1
                case .read(let jobs, let starts, let audit):
                    read += 1
                    if let problem = problem(jobs, starts, audit) { fail(problem, bytes) }
                }
            }
            count += 200
        }
        print(
            "\(count) damaged texts, seed \(seed): \(read) read, \(refused) refused, no trap, every row accounted for"
        )
    }

    /// A few rows of the formats that ``TraceText`` does not write.
    private static let texts: [String] = [
        "timestamp,duration,num_gpus,gpu_time,cluster\n2017-10-09 07:01:55,66.0,1,66.0,a\n"
            + "2017-10-09 06:13:03,2951.0,1,2951.0,b\n",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,"
            + "scheduled_time\np,12000,16384,1,460,V100M16|V100M32,LS,Running,10,110,20\n"
            + "q,1,2,2,1000,,BE,Running,9,99,\n",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n",
        "job;submit;start;end;gpus;team;class;requested_s\n\"a;\"\"b\";2026-03-29T02:30:00;"
            + "2026-03-29 03:30:00+01:00;2026-03-30;0.5;é;x;1e3\n",
        "JobIDRaw|Submit|Start|End|Elapsed|State|ReqGRES|AllocCPUS|ReqMem|Timelimit|Priority|\n"
            + "1_[2-3]+0|Unknown|2026-01-01T00:00:00|Unknown|1-02:03:04.5|RUNNING|gpu:a100_3g.20gb:2(S:0)|8|4000Mn|"
            + "UNLIMITED|7|\n",
    ]

    private enum Outcome: Hashable {
        case read([TraceJob], ContiguousArray<Int64>, ImportAudit)
        case refused(String)
    }

    private static func outcome(_ bytes: [UInt8], _ options: TraceImportOptions, piece: Int) -> Outcome {
        var importer = TraceImporter(file: "trace", options: options)
        do {
            var at = 0
            while at < bytes.count {
                let end = min(bytes.count, at + max(1, piece))
                try importer.consume(bytes.span.extracting(at..<end))
                at = end
            }
            let imported = try importer.finish()
            return .read(
                (0..<imported.trace.count).map { imported.trace[$0] },
                imported.recordedStart.array,
                imported.audit
            )
        } catch {
            return .refused("\(error)")
        }
    }

    private static func problem(_ jobs: [TraceJob], _ starts: ContiguousArray<Int64>, _ audit: ImportAudit) -> String? {
        if audit.jobs != jobs.count || audit.jobs + audit.skipped != audit.rows || starts.count != jobs.count {
            return "rows are not accounted for"
        }
        var latest = Int64.min
        for job in jobs {
            if job.submit < latest { return "jobs are not sorted" }
            latest = job.submit
            let isSound =
                job.submit >= 0 && job.duration >= 0 && job.gpus >= 0 && (1...1_000).contains(job.gpuMilli)
                && job.cpuMilli >= 0 && job.memoryMiB >= 0 && job.gpuMemoryMiB >= 0 && job.nodes >= 0
            if !isSound { return "a number is out of its range: \(job)" }
        }
        return nil
    }

    /// Shows the text that was read wrongly, and ends the program with code 1.
    private static func fail(_ problem: String, _ bytes: [UInt8]) -> Never {
        print("FAILED: \(problem)\n\(String(decoding: bytes, as: UTF8.self).debugDescription)\n\(bytes)")
        exit(1)
    }

    private static let tokens: [String] = [
        "-", "-1", "+", "0", "00", "99999999999999999999", "9999999999999999", "99999999", "1e308", "1e-9", "nan", "\"",
        "\"\"", "\0", "\r", "\n", "\r\n", ",", "|", ";", "\t", " ", "  ", "1970-01-01T00:00:00", "2024-02-30 00:00:00",
        "2024-12-31T23:59:60", "2024-12-31T24:00:00", "9999-12-31T23:59:59", "\u{FEFF}", "é", "UNLIMITED", "Unknown",
        "gres/gpu=", "gres/gpu:1g.10gb=1,", "gres/shard=3", "=", "9223372036854775807", "-9223372036854775808", ".",
        ":", "+14:00", "#", "4000Mc", "8.5T",
    ]

    private static func damaged(_ text: [UInt8], _ random: inout RandomGenerator) -> [UInt8] {
        var bytes = text
        for _ in 0...random.index(below: 5) {
            if bytes.isEmpty { bytes = [0x0A] }
            let at = random.index(below: bytes.count)
            let token = Array(tokens[random.index(below: tokens.count)].utf8)
            switch random.index(below: 7) {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.insert(contentsOf: token, at: at)
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.index(below: 20)))
            case 3:
                // A piece stands twice.
                let piece = Array(bytes[at..<min(bytes.count, at + 1 + random.index(below: 120))])
                bytes.insert(contentsOf: piece, at: random.index(below: bytes.count))
            case 4: bytes.removeSubrange(at...)
            default:
                // A field becomes another token.
                let isEnd: (UInt8) -> Bool = { [0x2C, 0x7C, 0x3B, 0x3D, 0x0A, 0x20].contains($0) }
                let start = bytes[..<at].lastIndex(where: isEnd).map { $0 + 1 } ?? 0
                let end = bytes[at...].firstIndex(where: isEnd) ?? bytes.count
                bytes.replaceSubrange(start..<max(start, end), with: token)
            }
        }
        return bytes
    }
}
