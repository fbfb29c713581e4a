import Estate
import Foundation
import Scheduling
import Testing

@Suite struct SliceSpeedTests {
    /// The slices of MISO's table, by compute and memory slices of an A100.
    private static let slices = [(1, 1), (2, 2), (3, 4), (4, 4)].map {
        SliceShare(compute: Double($0.0) / 7, bandwidth: Double($0.1) / 8)
    }

    private static func miso() throws -> [SliceSpeedSample] {
        guard let path = SharedData.path("traces/miso_mig/a100_mig_step_time.csv") else { return [] }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == 11, let whole = Double(fields[5]) else { return nil }
            return SliceSpeedSample(
                family: String(fields[0].prefix { $0 != "_" }),
                speeds: (1...4).map { Double(fields[$0]).map { whole / $0 } }
            )
        }
    }

    @Test(.enabled(if: SharedData.path("traces/miso_mig/a100_mig_step_time.csv") != nil))
    func `held out by family, speeds on real slices are predicted within 0.05 from the 2g speed`() throws {
        let samples = try Self.miso()
        #expect(samples.count == 32)
        #expect(Set(samples.map(\.family)).count == 8)
        let names = ["1g.5gb", "2g.10gb", "3g.20gb", "4g.20gb"]
        for input in names.indices {
            let errors = SliceSpeedFit.errors(samples, slices: Self.slices, input: input)
            print(
                "from \(names[input]): error \(errors.mean), mean curve \(errors.meanCurve), "
                    + "\(errors.predictions) predictions, by slice \(errors.bySlice.map { $0 ?? .nan })"
            )
            #expect(errors.mean < errors.meanCurve / 2)
        }
        let errors = SliceSpeedFit.errors(samples, slices: Self.slices, input: 1)
        #expect(errors.mean <= 0.05)
        #expect(errors.predictions == 77)
        // The constant in the code is what these data say.
        #expect(SliceSpeedFit.model(samples, slices: Self.slices, input: 1) == .standard)
    }

    @Test(.enabled(if: SharedData.path("traces/miso_mig/a100_mig_step_time.csv") != nil))
    func `the need that is taken where nothing states one is the middle of the measured jobs`() throws {
        let needs = try Self.miso().map { sample in
            // From 2g, else from 3g.
            let known = try #require([1, 2].first { sample.speeds[$0] != nil })
            return SliceSpeedModel.standard.need(speed: sample.speeds[known] ?? 0, on: Self.slices[known]).total
        }.sorted()
        #expect(abs((needs[15] + needs[16]) / 2 - JobTraits.usualNeed) < 0.005)
        // What docs/simulate-models.md says of eight in ten, and of their speed on 3g.
        #expect(abs(needs[3] - 0.08) < 0.005 && abs(needs[28] - 0.83) < 0.005)
        let speeds = [needs[3], JobTraits.usualNeed, needs[28]].map {
            SliceSpeedModel.standard.speed(SliceSpeedModel.standard.split($0), on: Self.slices[2])
        }
        for (speed, expected) in zip(speeds, [0.91, 0.66, 0.51]) { #expect(abs(speed - expected) < 0.01) }
        #expect((speeds.min() ?? 0) >= JobTraits.unknown.leastSpeed)
    }

    @Test func `a fit finds the part of bandwidth that made the speeds`() {
        for part in [0.0, 0.2, 0.57, 1.0] {
            let truth = SliceSpeedModel(bandwidthPart: part)
            let samples = (1...20).map { index in
                SliceSpeedSample(
                    family: "family \(index % 7)",
                    speeds: Self.slices.map { truth.speed(truth.split(Double(index) / 20), on: $0) }
                )
            }
            let found = SliceSpeedFit.model(samples, slices: Self.slices, input: 1)
            #expect(abs(found.bandwidthPart - part) < 1e-9)
            #expect(SliceSpeedFit.errors(samples, slices: Self.slices, input: 1).mean < 1e-9)
        }
    }

    @Test func `known answers of the default model`() {
        let model = SliceSpeedModel.standard
        let half = SliceShare(compute: 0.5, bandwidth: 0.5)
        let cases: [(JobNeed, SliceShare, Double)] = [
            (JobNeed(compute: 1, bandwidth: 0), SliceShare(compute: 1.0 / 7, bandwidth: 0.125), 1.0 / 7),
            (JobNeed(compute: 0, bandwidth: 1), SliceShare(compute: 1.0 / 7, bandwidth: 0.125), 0.125),
            (JobNeed(compute: 0, bandwidth: 0), half, 1),
            (JobNeed(compute: 0.4, bandwidth: 0.6), half, 0.5),
            (JobNeed(compute: 0.25, bandwidth: 0.25), half, 1 / 1.5),
            (JobNeed(compute: 0.7, bandwidth: 0.3), .whole, 1),
        ]
        for (need, slice, expected) in cases { #expect(abs(model.speed(need, on: slice) - expected) < 1e-12) }
    }

    @Test func `more of a slice is never slower, bounds hold the speed, and a need is found again`() {
        let model = SliceSpeedModel.standard
        for total in stride(from: 0.0, through: 1, by: 0.1) {
            let need = model.split(total)
            var last = 0.0
            for slice in Self.slices + [.whole] {
                let speed = model.speed(need, on: slice)
                #expect(speed >= last)
                last = speed
                let bounds = model.bounds(need, on: slice)
                #expect(bounds.lowerBound == speed)
                #expect(bounds.upperBound >= speed && bounds.upperBound <= 1)
                guard slice != .whole else { continue }
                let again = model.need(speed: speed, on: slice)
                #expect(abs(again.compute - need.compute) < 1e-12)
                #expect(abs(again.bandwidth - need.bandwidth) < 1e-12)
            }
        }
    }

    @Test func `a factor makes every slice slower or faster, and never the whole GPU`() {
        let plain = SliceSpeedModel.standard
        let slices = [SliceShare(compute: 1.0 / 7, bandwidth: 1.0 / 8), SliceShare(compute: 3.0 / 7, bandwidth: 0.5)]
        for factor in [0.7, 1.3] {
            let model = SliceSpeedModel(bandwidthPart: plain.bandwidthPart, factor: factor)
            #expect(model.speed(plain.split(0.8), on: .whole) == 1)
            for slice in slices {
                for need in [0.1, 0.5, 0.9] {
                    let expected = min(plain.speed(plain.split(need), on: slice) * factor, 1)
                    let speed = model.speed(plain.split(need), on: slice)
                    #expect(abs(speed - expected) < 1e-12)
                    #expect(model.bounds(plain.split(need), on: slice).contains(speed))
                    if speed < 1 { #expect(abs(model.need(speed: speed, on: slice).total - need) < 1e-9) }
                }
            }
        }
        #expect(SliceSpeedModel(bandwidthPart: 0.5, factor: .nan).factor == 1)
    }

    @Test func `numbers that are none do not become speeds outside 0 to 1`() {
        let model = SliceSpeedModel(bandwidthPart: .nan)
        for value in [-1, 0, .nan, .infinity, 1e-300, 1e300] {
            for slice in Self.slices + [SliceShare(compute: value, bandwidth: value)] {
                let speed = model.speed(model.need(speed: value, on: slice), on: slice)
                #expect(speed > 0 && speed <= 1)
                let other = model.speed(JobNeed(compute: value, bandwidth: value), on: slice)
                #expect(other > 0 && other <= 1)
            }
        }
    }
}
