package import Documents

extension ClusterTrace {
    /// What was read and what became of it; `source` says where it is from, `file` where the trace went.
    package func json(source: String, file: String) -> JSON {
        .fields([
            "schema": "assay-trace-import/1",
            "source": .string(source),
            "file": .string(file),
            "pods": .integer(pods),
            "jobs": .integer(jobs.count),
            "censored": .integer(censored),
            "skipped_pods": .integer(skipped),
            "known_until": knownUntil.map { .string(InstantText.text($0)) },
            "import": .array(
                entries.map { entry in
                    .fields([
                        "finding": .string(entry.finding.rawValue),
                        "left_out": .bool(entry.finding.isSkipped),
                        "pods": .integer(entry.count),
                        "explanation": .string(entry.finding.explanation),
                        "examples": .array(entry.examples.map { .string($0) }),
                    ])
                }
            ),
            "blind_spots": .array(blindSpots.map { .string($0) }),
        ])
    }
}
