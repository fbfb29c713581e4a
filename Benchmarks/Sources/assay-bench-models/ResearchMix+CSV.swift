import Scheduling

extension ResearchMix {
    /// The trace as a table that `assay simulate` and studies read.
    func csv() -> String {
        let trace = trace()
        var text = "job,submit_s,duration_s,gpus,gpu_memory_mib,team,class\n"
        for index in 0..<trace.count {
            let job = trace[index]
            let kind = job.speedClass == 0 ? "notebooks" : "fine-tuning"
            text +=
                "\(job.id),\(job.submit / 1_000),\(max(job.duration / 1_000, 1)),1,\(job.gpuMemoryMiB),"
                + "\(trace.teams[Int(job.team)]),\(kind)\n"
        }
        return text
    }
}
