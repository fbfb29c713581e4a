/// Speeds of jobs measured on slices, and what the model makes of them.
package struct SliceSpeedSample: Sendable, Hashable {
    /// What must not be split between fitting and testing: a model's name without its batch size.
    package let family: String
    /// Speeds relative to the whole GPU, by slice; nil where the job did not fit.
    package let speeds: [Double?]

    package init(family: String, speeds: [Double?]) {
        self.family = family
        self.speeds = speeds
    }
}

/// Held-out errors of predicting speeds from the speed on one slice.
package struct SliceSpeedErrors: Sendable, Hashable {
    /// Mean absolute error of relative speed over all predictions.
    package let mean: Double
    /// The same where each slice is predicted by its mean over the jobs fitted on.
    package let meanCurve: Double
    /// By predicted slice; nil for the input and for slices never predicted.
    package let bySlice: [Double?]
    /// How many predictions were made.
    package let predictions: Int
}

/// Fitting and testing of ``SliceSpeedModel``.
package enum SliceSpeedFit {
    /// The part of bandwidth with the least absolute error, in hundredths; the lowest among equals.
    package static func model(_ samples: [SliceSpeedSample], slices: [SliceShare], input: Int) -> SliceSpeedModel {
        var best = (error: Double.infinity, part: 0)
        for part in 0...100 {
            let model = SliceSpeedModel(bandwidthPart: Double(part) / 100)
            let error = samples.reduce(0) { sum, sample in
                sum + residuals(sample, slices, input, model).reduce(0) { $0 + $1.error }
            }
            if error < best.error { best = (error, part) }
        }
        return SliceSpeedModel(bandwidthPart: Double(best.part) / 100)
    }

    /// Cross-validated errors: families, in order of their names, are dealt to the folds in turn.
    package static func errors(
        _ samples: [SliceSpeedSample],
        slices: [SliceShare],
        input: Int,
        folds: Int = 5
    ) -> SliceSpeedErrors {
        let families = Set(samples.map(\.family)).sorted()
        var sums = Array(repeating: (error: 0.0, curve: 0.0, count: 0), count: slices.count)
        for fold in 0..<max(folds, 2) {
            let held = Set(families.indices.filter { $0 % max(folds, 2) == fold }.map { families[$0] })
            let fitted = samples.filter { !held.contains($0.family) }
            guard !fitted.isEmpty else { continue }
            let model = model(fitted, slices: slices, input: input)
            let curve = slices.indices.map { slice -> Double in
                let known = fitted.compactMap { $0.speeds.indices.contains(slice) ? $0.speeds[slice] : nil }
                return known.isEmpty ? 1 : known.reduce(0, +) / Double(known.count)
            }
            for sample in samples where held.contains(sample.family) {
                for (slice, error) in residuals(sample, slices, input, model) {
                    sums[slice].error += error
                    sums[slice].curve += abs(curve[slice] - (sample.speeds[slice] ?? curve[slice]))
                    sums[slice].count += 1
                }
            }
        }
        let count = sums.reduce(0) { $0 + $1.count }
        return SliceSpeedErrors(
            mean: sums.reduce(0) { $0 + $1.error } / Double(max(count, 1)),
            meanCurve: sums.reduce(0) { $0 + $1.curve } / Double(max(count, 1)),
            bySlice: sums.map { $0.count > 0 ? $0.error / Double($0.count) : nil },
            predictions: count
        )
    }

    /// Absolute errors on every slice but the input; none where the job was not measured on the input.
    private static func residuals(
        _ sample: SliceSpeedSample,
        _ slices: [SliceShare],
        _ input: Int,
        _ model: SliceSpeedModel
    ) -> [(slice: Int, error: Double)] {
        guard slices.indices.contains(input), sample.speeds.count == slices.count, let known = sample.speeds[input]
        else { return [] }
        let need = model.need(speed: known, on: slices[input])
        return slices.indices.compactMap { slice in
            guard slice != input, let truth = sample.speeds[slice] else { return nil }
            return (slice, abs(model.speed(need, on: slices[slice]) - truth))
        }
    }
}
