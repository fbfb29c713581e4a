internal import Documents

extension JobClass {
    /// For a person: the class, the shares it comes of, and what those cannot say.
    var lines: [String] {
        guard let profile else {
            return [
                "Class: \(name). Of the time to completion: \(Self.words(shares)).",
                "\(Self.untold.joined(separator: ", ")): not told apart by these counters.",
            ]
        }
        return [
            "Class: \(name). Of the step time: \(Self.words(shares)).",
            "From: \(profile.source).",
            "Counters, of the time to completion: \(Self.words(counterShares)).",
        ]
    }

    private static func words(_ shares: [Share]) -> String {
        shares.map { share in
            let range = share.range.map {
                " (\(NumberText.fixed($0.lowerBound * 100, 0)) to \(NumberText.percent($0.upperBound, 0)))"
            }
            return "\(share.part.words) \(share.share.map { NumberText.percent($0, 0) } ?? "not known")\(range ?? "")"
        }.joined(separator: ", ")
    }
}

extension JobClass.Share {
    /// The share for a program.
    var json: JSON {
        .fields([
            "part": .string(part.rawValue), "share": JSON.finite(share),
            "least": range.flatMap { .finite($0.lowerBound) },
            "most": range.flatMap { .finite($0.upperBound) }, "source": .string(source),
        ])
    }
}

extension JobAttribution {
    /// Which files, ranks and steps, for a program.
    var json: JSON {
        .fields([
            "files": .array(
                profiles.map { profile in
                    .fields([
                        "file": .string(Self.fileName(profile.file)), "sha256": .string(profile.identifier),
                        "rank": profile.rank.map { .integer($0) },
                        "first_step": profile.steps.map { .integer($0.lowerBound) },
                        "last_step": profile.steps.map { .integer($0.upperBound) },
                        "steps": .integer(profile.stepCount),
                        "devices": .array(profile.timeLines.map { .integer($0.device) }),
                    ])
                }
            )
        ])
    }
}
