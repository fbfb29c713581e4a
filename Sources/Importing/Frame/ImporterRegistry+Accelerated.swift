extension ImporterRegistry {
    /// GPUs, collectives, and training and inference jobs.
    static let accelerated: [any Importer.Type] = [
        GDSIO.self, NVBandwidth.self, DCGMDiagnostic.self, NCCLTestsText.self, NCCLTestsJSON.self, OSUBenchmarks.self,
        PerftestText.self, PerftestJSON.self, MLPerfTraining.self, StepLog.self, LoadGenSummary.self,
        LoadGenDetail.self,
        VLLMBench.self, AIPerfRecords.self, AIPerfSummary.self,
    ]
}
