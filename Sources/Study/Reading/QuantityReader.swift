import Documents
import Probability

/// Reads the numbers of a study, converts their currency and fills in defaults.
struct QuantityReader {
    let file: String
    let findings: Findings
    /// The study's currency.
    let currency: String
    /// Rates to the study's currency.
    let rates: [ExchangeRate]
    /// The price book; nil where the study switches it off.
    let book: PriceBook?
    /// The study's date, from which stale prices are told.
    let date: CalendarDate

    static let keys = StudySchema.quantity.names

    /// The number under a key of a section, or its default where there is none; an error where there is no default.
    func read(
        _ section: ObjectReader?,
        _ name: String,
        _ spec: QuantitySpec,
        default fallback: @autoclosure () -> Quantity? = nil
    ) -> Quantity {
        if let reader = section?[name] {
            return findings.attempt { () throws(DocumentError) in try stated(reader, spec) } ?? broken(spec)
        }
        if let quantity = fallback() ?? fromBook(spec) { return quantity }
        let expected = "\(spec.title.lowercasedFirst) in \(unit(spec)); there is no default"
        if let section {
            _ = findings.attempt { () throws(DocumentError) in try section.require(name, expected: expected) }
        } else {
            findings.add(DocumentError(file: file, path: spec.key, problem: "is missing; expected \(expected)"))
        }
        return broken(spec)
    }

    /// A number that the study need not have.
    func optional(_ section: ObjectReader?, _ name: String, _ spec: QuantitySpec) -> Quantity? {
        guard let reader = section?[name] else { return nil }
        return findings.attempt { () throws(DocumentError) in try stated(reader, spec) }
    }

    /// A documented default that is not a price.
    func assumed(_ spec: QuantitySpec, _ distribution: Distribution?, source: String) -> Quantity {
        guard let distribution else { return broken(spec) }
        return make(spec, distribution, escalator: 0, .assumed(source: source, date: nil), scan: nil)
    }

    /// The price of the book, or nil where it has none; with the book switched off, the value that leaves it out.
    func fromBook(_ spec: QuantitySpec) -> Quantity? {
        guard let key = spec.book else { return nil }
        guard let book else {
            guard let neutral = spec.neutral, let point = try? Distribution.point(neutral) else { return nil }
            findings.leaveOut(spec.title)
            let source = "left out: the price book is switched off"
            return make(spec, point, escalator: 0, .assumed(source: source, date: nil), scan: neutral...neutral)
        }
        guard let entry = book.entry(key) else { return nil }
        var factor = 1.0
        if spec.kind == .money, book.currency != currency {
            guard let rate = rates.first(where: { $0.from == book.currency }) else {
                findings.add(
                    DocumentError(
                        file: file,
                        path: "exchange_rates.\(book.currency)",
                        problem: "is missing; the price book is in \(book.currency) and the study in \(currency): add "
                            + "'exchange_rates: {\(book.currency): {rate: …, date: …, source: …}}', or state every "
                            + "price and write 'book: none' under 'prices'"
                    )
                )
                return broken(spec)
            }
            factor = rate.rate
        }
        if let dated = entry.source.date { checkAge(dated, spec) }
        guard let distribution = try? entry.distribution.scaled(by: factor) else { return nil }
        let scan = entry.scan.map { $0.lowerBound * factor...$0.upperBound * factor }
        return make(spec, distribution, escalator: 0, entry.provenance, scan: scan)
    }

    // MARK: Stated numbers

    private func stated(_ reader: Reader, _ spec: QuantitySpec) throws(DocumentError) -> Quantity {
        guard reader.isObject else {
            let distribution = try point(reader, spec)
            return make(spec, distribution, escalator: 0, declared(reader), scan: nil)
        }
        for error in reader.unknownKeys(Self.keys) { findings.add(error) }
        let object = try reader.mapping()
        let factor = try exchange(object["currency"], spec)
        let written = try distribution(object, spec)
        guard let distribution = try? written.scaled(by: factor) else {
            throw reader.fail("is too large to compute with after the exchange rate; check the number")
        }
        let scan = try object["scan"].map { reader throws(DocumentError) in try range(reader, spec, factor: factor) }
        let escalator = try growth(object["per_year_growth"], spec)
        return make(spec, distribution, escalator: escalator, try provenance(object, reader, spec), scan: scan)
    }

    /// The value itself, by whichever of the five ways it is written.
    private func distribution(_ object: ObjectReader, _ spec: QuantitySpec) throws(DocumentError) -> Distribution {
        let given = ["value", "sd", "low", "mode", "high", "p10", "p90"].filter(object.has)
        func number(_ key: String) throws(DocumentError) -> Double {
            try self.number(try object.require(key), spec, spread: key == "sd")
        }
        do {
            switch given {
            case ["value"]: return try .point(number("value"))
            case ["value", "sd"]:
                let distribution = try Distribution.normal(mean: number("value"), sd: number("sd"))
                try checkTails(distribution, object.reader, spec)
                return distribution
            case ["low", "high"]: return try .range(low: number("low"), high: number("high"))
            case ["low", "mode", "high"]:
                return try .triangular(low: number("low"), mode: number("mode"), high: number("high"))
            case ["p10", "p90"]:
                let distribution = try Distribution.lognormal(p10: number("p10"), p90: number("p90"))
                try checkTails(distribution, object.reader, spec)
                return distribution
            default: break
            }
        } catch let error as DocumentError {
            throw error
        } catch {
            throw object.fail("\(error)")
        }
        let found = given.isEmpty ? "has no value" : "has \(given.map { "'\($0)'" }.joined(separator: ", "))"
        let remedy = given == ["value", "low", "high"] ? " (call the most likely value 'mode')" : ""
        throw object.fail(
            "\(found)\(remedy); expected 'value', 'value' and 'sd', 'low' and 'high', 'low', 'mode' and 'high', or "
                + "'p10' and 'p90'"
        )
    }

    private func point(_ reader: Reader, _ spec: QuantitySpec) throws(DocumentError) -> Distribution {
        let number = try number(reader, spec)
        do {
            return try .point(number)
        } catch {
            throw reader.fail("\(error)")
        }
    }

    /// One number in its bounds; `spread` for a standard deviation, which only has to be 0 or more.
    func number(_ reader: Reader, _ spec: QuantitySpec, spread: Bool = false) throws(DocumentError) -> Double {
        let bounds = spread ? 0...spec.bounds.upperBound : spec.bounds
        if reader.isString {
            let text = try reader.string()
            guard let percentage = NumberSpelling.percentage(text) else {
                throw reader.fail(NumberSpelling.remedy(for: text, unit: unit(spec)))
            }
            guard spec.kind == .share || spec.kind == .rate else {
                throw reader.fail("\(quoted(text)) is a percentage; expected a number in \(unit(spec))")
            }
            guard bounds.contains(percentage) else {
                let low = NumberText.percent(bounds.lowerBound, 0)
                let high = NumberText.percent(bounds.upperBound, 0)
                throw reader.fail("\(quoted(text)) is out of range; expected \(low) to \(high)")
            }
            return percentage
        }
        let number = try reader.double(unit: unit(spec))
        let found = NumberText.plain(number)
        switch spec.kind {
        case .share:
            guard bounds.contains(number) else {
                let hint = number > 1 && number <= 100 ? "\(found)%" : "as a percentage such as 38%"
                throw reader.fail("\(found) is out of range; shares are 0 to 1 or written \(hint)")
            }
        case .rate:
            guard (-1...1).contains(number) else {
                throw reader.fail(
                    "\(found) is out of range; write \(found)% for \(found) percent, or a number from -1 to 1"
                )
            }
            guard bounds.contains(number) else {
                throw reader.fail("\(found) is too small; expected \(NumberText.plain(bounds.lowerBound)) or more")
            }
        case .money:
            guard number >= 0 else { throw reader.fail("\(found) is negative; a price is 0 or more") }
            guard bounds.contains(number) else { throw reader.fail("\(found) is too large to be a price") }
        case .number:
            guard bounds.contains(number) else {
                let low = NumberText.plain(bounds.lowerBound)
                let unit = unit(spec)
                throw reader.fail(
                    bounds.upperBound >= QuantitySpec.largest
                        ? "\(found) is out of range; expected \(low) or more (the unit is \(unit))"
                        : "\(found) is out of range; expected \(low) to \(NumberText.plain(bounds.upperBound)) (the unit "
                            + "is \(unit))"
                )
            }
        }
        return number
    }

    /// Unbounded families may leave the bounds in one draw of a million, not more often.
    private func checkTails(
        _ distribution: Distribution,
        _ reader: Reader,
        _ spec: QuantitySpec
    ) throws(DocumentError) {
        let low = distribution.quantile(1e-6)
        let high = distribution.quantile(1 - 1e-6)
        guard low >= spec.bounds.lowerBound, high <= spec.bounds.upperBound else {
            let bound = low < spec.bounds.lowerBound ? spec.bounds.lowerBound : spec.bounds.upperBound
            throw reader.fail(
                "is so wide that draws pass \(NumberText.plain(bound)); write 'low', 'mode' and 'high' instead"
            )
        }
    }

    private func range(_ reader: Reader, _ spec: QuantitySpec, factor: Double) throws(DocumentError) -> ClosedRange<
        Double
    > {
        let ends = try reader.array(maximum: 100)
        guard ends.count == 2, let first = ends.first, let last = ends.last else {
            throw reader.fail("\(reader.found) is not a range; expected [low, high]")
        }
        let low = try number(first, spec)
        let high = try number(last, spec)
        guard low <= high else { throw reader.fail("runs from high to low; expected [low, high]") }
        return low * factor...high * factor
    }

    private func growth(_ reader: Reader?, _ spec: QuantitySpec) throws(DocumentError) -> Double {
        guard let reader else { return 0 }
        guard spec.kind == .money else { throw reader.fail("only prices grow by the year; remove this key") }
        let rate = QuantitySpec(spec.key, "yearly growth", unit: "share a year", kind: .rate, bounds: -0.5...1)
        return try number(reader, rate)
    }

    private func exchange(_ reader: Reader?, _ spec: QuantitySpec) throws(DocumentError) -> Double {
        guard let reader else { return 1 }
        let code = try reader.currencyCode()
        guard spec.kind == .money else { throw reader.fail("this number is no price; remove 'currency'") }
        guard code != currency else { return 1 }
        guard let rate = rates.first(where: { $0.from == code }) else {
            throw reader.fail(
                "there is no exchange rate from \(code) to \(currency); add 'exchange_rates: {\(code): {rate: …, "
                    + "date: …, source: …}}'"
            )
        }
        return rate.rate
    }

    /// Notes an assumed price that is too old to lean on, whether it came from the book today or through a file.
    private func checkAge(_ dated: CalendarDate, _ spec: QuantitySpec) {
        if dated.years(to: date) > PriceBook.staleYears { findings.addStale("\(spec.title) (\(dated))", key: spec.key) }
    }

    private func provenance(_ object: ObjectReader, _ reader: Reader, _ spec: QuantitySpec) throws(DocumentError)
        -> Provenance
    {
        let line = place(reader)
        let source = try object["source"]?.nonEmptyString() ?? line
        let date = try object["date"]?.calendarDate()
        let isAssumed = try object["assumed"]?.flag() ?? false
        if isAssumed, let date { checkAge(date, spec) }
        return isAssumed
            ? .assumed(source: source, date: date) : .declared(source: source, date: date)
    }

    private func declared(_ reader: Reader) -> Provenance {
        .declared(source: place(reader), date: nil)
    }

    /// The file's own name and the line: the same wherever the folder lies.
    func place(_ reader: Reader) -> String {
        "\(file.split(separator: "/").last.map(String.init) ?? file) line \(reader.line)"
    }

    // MARK: Making

    func unit(_ spec: QuantitySpec) -> String {
        spec.unit.split(separator: "¤", omittingEmptySubsequences: false).joined(separator: currency)
    }

    private func make(
        _ spec: QuantitySpec,
        _ distribution: Distribution,
        escalator: Double,
        _ provenance: Provenance,
        scan: ClosedRange<Double>?
    ) -> Quantity {
        let wide = scan ?? Quantity.defaultRange(of: distribution)
        // Half to one and a half times a share of 0.9 would scan shares above 1.
        let low = min(max(wide.lowerBound, spec.bounds.lowerBound), spec.bounds.upperBound)
        let high = max(low, min(wide.upperBound, spec.bounds.upperBound))
        return Quantity(
            key: spec.key,
            title: spec.title,
            unit: unit(spec),
            distribution: distribution,
            escalator: escalator,
            provenance: provenance,
            range: low...high
        )
    }

    /// Stands in for a number that could not be read, so that the rest of the file is still checked.
    func broken(_ spec: QuantitySpec) -> Quantity {
        Quantity(
            key: spec.key,
            title: spec.title,
            unit: unit(spec),
            distribution: .zero,
            provenance: .assumed(source: "unreadable", date: nil),
            range: 0...0
        )
    }
}
