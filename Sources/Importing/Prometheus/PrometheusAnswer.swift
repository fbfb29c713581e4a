package import Documents

/// What the HTTP API of Prometheus answers: JSON with a status, and series where all is well.
package enum PrometheusAnswer {
    /// The limits of one answer: a value of a series is three values of JSON.
    static let limits = JSONDocument.Limits(bytes: 256 << 20, depth: 16, values: 30_000_000)

    /// The series of an answer of `query` or `query_range`, or of a file that holds one; `file` is the name for errors.
    ///
    /// - Throws: for what is no such answer, for an answer that is an error, with Prometheus' own words, and for a result
    ///   that holds no series of numbers.
    package static func read(_ bytes: [UInt8], file: String) throws(DocumentError) -> MetricReadings {
        let root = Reader(try JSONDocument.parse(bytes, file: file, limits: limits), file: file)
        guard root.isObject else {
            throw root.fail(
                "is no answer of Prometheus' API: expected an object with 'status' and 'data', found \(root.found)"
            )
        }
        let object = try root.mapping()
        let status = try object.require("status", expected: "'success' or 'error', as Prometheus' API answers").string()
        guard status != "error" else { throw root.fail(try refusal(object)) }
        guard status == "success" else { throw root.fail("has the status \(quoted(status)); expected 'success'") }
        let data = try object.require("data").mapping()
        var readings = MetricReadings()
        for key in ["warnings", "infos"] {
            guard let list = object[key], !list.isNull else { continue }
            for entry in try list.array(maximum: 10_000) {
                readings.warn("Prometheus says: \(quoted(try entry.string()))")
            }
        }
        let kind = try data.require("resultType", expected: "'matrix' or 'vector'").string()
        let result = try data.require("result", expected: "a list of series")
        switch kind {
        case "matrix", "vector":
            for entry in try result.array() { readings.add(try series(entry, isVector: kind == "vector")) }
        case "scalar", "string":
            throw result.fail("is a \(kind), which belongs to no GPU and no pod; query a metric with its labels")
        default:
            throw result.fail("is of the type \(quoted(kind)); expected 'matrix' or 'vector'")
        }
        return readings
    }

    /// Prometheus' own words for why it did not answer; nil for bytes that are no such answer.
    package static func refusal(_ bytes: [UInt8]) -> String? {
        guard
            let value = try? JSONDocument.parse(
                bytes,
                file: "",
                limits: .init(bytes: 1 << 20, depth: 16, values: 10_000)
            ),
            let object = try? Reader(value, file: "").mapping(), let status = try? object.require("status").string(),
            status == "error"
        else { return nil }
        return try? refusal(object)
    }

    private static func refusal(_ object: ObjectReader) throws(DocumentError) -> String {
        let kind = try object["errorType"]?.string() ?? "unknown"
        let words = try object["error"]?.string() ?? "without a word"
        return "Prometheus refused the query (\(visible(kind))): \(visible(words))"
    }

    /// Words of a server as they may stand in a sentence: more of them than ``quoted(_:)`` keeps, for a query is long.
    private static func visible(_ text: String) -> String {
        let clean = text.unicodeScalars.map { scalar -> String in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: String(scalar)
            }
        }.joined()
        return clean.count > 400 ? clean.prefix(400) + "…" : clean
    }

    private static func series(_ entry: Reader, isVector: Bool) throws(DocumentError) -> MetricSeries {
        let object = try entry.mapping()
        var name = ""
        var labels: [String: String] = [:]
        for member in try object.require("metric", expected: "an object of labels").mapping().members {
            if member.key == "__name__" {
                name = try member.reader.string()
            } else {
                labels[member.key] = try member.reader.string()
            }
        }
        var samples: [MetricSample] = []
        if isVector {
            if object.has("histogram") { throw entry.fail("is a native histogram; query a metric of numbers") }
            samples.append(try sample(object.require("value", expected: "[seconds, \"value\"]")))
        } else {
            if object.has("histograms") { throw entry.fail("holds native histograms; query a metric of numbers") }
            for pair in try object.require("values", expected: "a list of [seconds, \"value\"]").array(
                maximum: 20_000_000
            ) {
                samples.append(try sample(pair))
            }
        }
        return MetricSeries(name: name, labels: labels, samples: samples)
    }

    private static func sample(_ pair: Reader) throws(DocumentError) -> MetricSample {
        let parts = try pair.array(maximum: 2)
        guard parts.count == 2, let first = parts.first, let last = parts.last else {
            throw pair.fail("has \(parts.count) values; expected [seconds, \"value\"]")
        }
        let seconds = try first.double(in: -1e11...1e11, unit: "s")
        let text = try last.string()
        guard let value = MetricNumber.parse(text) else {
            throw last.fail("\(quoted(text)) is no number; expected one as text, 'NaN', '+Inf' or '-Inf'")
        }
        return MetricSample(Int64((seconds * 1_000).rounded()), value)
    }
}

/// Numbers as Prometheus writes them.
enum MetricNumber {
    /// The number in a text such as `0.5`, `1e-3`, `NaN`, `+Inf`; nil where it is none.
    static func parse(_ text: some StringProtocol) -> Double? {
        switch text {
        case "NaN", "nan", "NAN": return .nan
        case "+Inf", "Inf", "inf", "+inf": return .infinity
        case "-Inf", "-inf": return -.infinity
        default: break
        }
        // Only decimal digits: the library would take hexadecimal and words as well.
        guard let first = text.utf8.first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || "+-.".utf8.contains(first),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.eE".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        return number
    }
}
