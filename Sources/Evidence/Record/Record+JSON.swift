internal import Crypto
package import Documents
internal import Estate

extension Record {
    /// A record of this content, its identifier computed.
    ///
    /// Where there are so many runs that a file would not stay readable, each keeps fewer raw values and longer blocks:
    /// at most a million values and a quarter million blocks in all, or ten a run. Counts, moments and histograms stay.
    ///
    /// - Throws: where the content holds a number that JSON cannot spell or a fact or condition twice.
    package init(_ content: Content, file: String = "") throws(JSONWritingError) {
        let content = content.thinned
        self.init(content: content, id: try Self.identifier(of: content.json), file: file)
    }

    /// The record as JSON, its identifier included: what a `*.record.json` holds.
    package var json: JSON {
        guard case .object(var members) = content.json else { return content.json }
        members.insert(JSONMember("id", .string(id)), at: 1)
        return .object(members)
    }

    /// The canonical bytes (RFC 8785) with a line break at the end: what to write to a `*.record.json`.
    ///
    /// They are read back before they are handed out, so that no record is ever written that Assay could not read: a
    /// name that stands twice, say, would lose the measurement.
    package func encoded() throws(RecordWritingError) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = try json.canonical() + [0x0A] } catch { throw .spelling(error) }
        let again: Record
        do { again = try Record.read(bytes, file: file) } catch { throw .unreadable(error.problem) }
        // Conditions come back in the order of their names, which may be another one: then the hash decides.
        let isSame = again.content == content || (try? Self.identifier(of: again.content.json)) == id
        guard again.id == id, isSame else { throw .altered }
        return bytes
    }

    /// `sha256:` and 64 hexadecimal digits: the hash of the canonical form, for records and plans.
    package static func identifier(of json: JSON) throws(JSONWritingError) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in SHA256.hash(data: try json.canonical()) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return "sha256:" + String(decoding: text, as: UTF8.self)
    }
}

extension Record.Content {
    /// Everything but the identifier.
    var json: JSON {
        let declared = declaredModel.map { JSON.string($0.rawValue) }
        let detected = detectedModel.map { JSON.string($0.rawValue) }
        return .fields([
            "assay_record": .integer(Record.formatVersion),
            "created": created.map { .string($0.text) },
            "tool": tool.map { .fields(["name": .string($0.name), "version": .string($0.version)]) },
            "deployment": declared == nil && detected == nil
                ? nil : .fields(["declared": declared, "detected": detected]),
            "metrics": .array(metrics.map(\.json)),
            "hosts": .array(hosts.map(\.json)),
        ])
    }
}

extension Metric {
    var json: JSON {
        .fields([
            "name": .string(name), "unit": .string(unit), "better": .string(direction.rawValue),
            "role": .string(role.rawValue), "kind": .string(kind.rawValue),
        ])
    }
}

extension Host {
    var json: JSON {
        .fields([
            "id": .string(id),
            "facts": .object(
                facts.map {
                    JSONMember($0.name, .fields(["value": .string($0.value), "evidence": .string($0.evidence)]))
                }
            ),
            "blind_spots": .array(blindSpots.map { .string($0) }),
            "boots": .array(
                boots.map { .fields(["id": .string($0.id), "runs": .array($0.runs.map(\.json))]) }
            ),
        ])
    }
}

extension Run {
    var json: JSON {
        .fields([
            "id": .string(id),
            "started": started.map { .string($0.text) },
            "conditions": .object(conditions.map { JSONMember($0.name, .string($0.value)) }),
            "warm_up_excluded": .integer(warmUpExcluded),
            "series": .array(series.map(\.json)),
        ])
    }
}

extension SampleSummary {
    var json: JSON {
        .fields([
            "metric": .string(metric),
            "count": .integer(count),
            "mean": .number(mean),
            "sd": standardDeviation.map { .number($0) },
            "min": .number(minimum),
            "max": .number(maximum),
            "lag1_autocorrelation": lag1Autocorrelation.map { .number($0) },
            "histogram": .fields([
                "resolution": .number(histogram.resolution),
                "significant_digits": .integer(SampleHistogram.significantDigits),
                "bins": .array(histogram.bins.map { .integer(Int(clamping: $0)) }),
                "counts": .array(histogram.counts.map { .integer($0) }),
            ]),
            "blocks": .fields([
                "samples_per_block": .integer(blocks.samplesPerBlock),
                "mean": numbers(blocks.means),
                // A block of one sample is its own extremes.
                "min": blocks.samplesPerBlock == 1 ? nil : numbers(blocks.minima),
                "max": blocks.samplesPerBlock == 1 ? nil : numbers(blocks.maxima),
                "start_s": blocks.startSeconds.isEmpty ? nil : numbers(blocks.startSeconds),
            ]),
            "samples": .fields(["stride": .integer(samples.stride), "values": numbers(samples.values)]),
        ])
    }

    private func numbers(_ values: [Double]) -> JSON { .array(values.map { .number($0) }) }
}
