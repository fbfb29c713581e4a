import Scheduling

/// Traces as the text of the formats that Assay reads; what a format cannot say is left out.
enum TraceText {
    /// A table of ours.
    static func table(_ trace: Trace) -> [UInt8] {
        var text = Text("job,submit_ms,duration_ms,gpus,profile,cpu_milli,memory_mib\n", rows: trace.count * 48)
        for job in 0..<trace.count {
            text.add(trace.id[job], ",")
            text.add(trace.submit[job], ",")
            text.add(trace.duration[job], ",")
            text.add(Int64(trace.gpus[job]), ",")
            text.add(profile(trace, job) ?? "")
            text.add(",")
            text.add(Int64(trace.cpuMilli[job]), ",")
            text.add(Int64(trace.memoryMiB[job]), "\n")
        }
        return text.bytes
    }

    /// The Standard Workload Format: times in seconds, a slice as a processor.
    static func swf(_ trace: Trace) -> [UInt8] {
        var text = Text("; Version: 2.2\n", rows: trace.count * 64)
        for job in 0..<trace.count {
            text.add(trace.id[job], " ")
            text.add(trace.submit[job] / 1_000, " -1 ")
            text.add(trace.duration[job] / 1_000, " ")
            text.add(Int64(trace.gpus[job]), " -1 -1 ")
            text.add(Int64(trace.gpus[job]), " -1 ")
            text.add(Int64(trace.memoryMiB[job]) * 1_024, " 1 1 1 -1 1 -1 -1 -1\n")
        }
        return text.bytes
    }

    /// What `sacct --parsable2` prints.
    static func sacct(_ trace: Trace) -> [UInt8] {
        var text = Text(
            "JobID|User|Account|Partition|Submit|Eligible|Start|End|ElapsedRaw|TimelimitRaw|State|NNodes|ReqTRES|"
                + "AllocTRES\n",
            rows: trace.count * 260
        )
        for job in 0..<trace.count {
            let submit = trace.submit[job] / 1_000
            let duration = trace.duration[job] / 1_000
            text.add(trace.id[job], "|user|account|gpu|")
            text.addTime(submit, "|")
            text.addTime(submit, "|")
            text.addTime(submit, "|")
            text.addTime(submit + duration, "|")
            text.add(duration, "|240|COMPLETED|1|")
            for end in ["|", "\n"] {
                text.add("billing=1,cpu=")
                text.add(Int64(max(1, trace.cpuMilli[job] / 1_000)), ",gres/gpu")
                if let profile = profile(trace, job) {
                    text.add(":")
                    text.add(profile)
                }
                text.add("=")
                text.add(Int64(trace.gpus[job]), ",mem=")
                text.add(Int64(trace.memoryMiB[job]), "M,node=1")
                text.add(end)
            }
        }
        return text.bytes
    }

    private static func profile(_ trace: Trace, _ job: Int) -> String? {
        let index = Int(trace.profile[job])
        return trace.profiles.indices.contains(index) ? trace.profiles[index] : nil
    }

    /// Bytes that grow.
    private struct Text {
        var bytes: [UInt8] = []

        init(_ header: String, rows: Int) {
            bytes.reserveCapacity(header.utf8.count + rows)
            add(header)
        }

        mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

        mutating func add(_ number: Int64, _ text: String) {
            bytes.append(contentsOf: String(number).utf8)
            bytes.append(contentsOf: text.utf8)
        }

        /// Seconds from 2026-01-01 as a date of months of 28 days, which is all that a benchmark needs.
        mutating func addTime(_ seconds: Int64, _ text: String) {
            let days = seconds / 86_400
            let (month, day) = (days / 28, days % 28 + 1)
            func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let second = seconds % 86_400
            add("\(2026 + month / 12)-\(two(month % 12 + 1))-\(two(day))T")
            add("\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))")
            add(text)
        }
    }
}
