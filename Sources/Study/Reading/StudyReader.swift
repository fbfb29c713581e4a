import Documents
import Estate
import Probability

/// Reads `study.yaml`: the file, the price book and documented defaults become one complete ``Study``.
package enum StudyReader {
    /// Reads a study.
    ///
    /// - Parameters:
    ///   - text: the text of the file.
    ///   - file: its name, as errors and provenance show it.
    ///   - today: the study's date where the file states none; a note then says so.
    /// - Returns: the study, complete: nothing below looks for a missing number.
    /// - Throws: every error found, at most ``StudyErrors/maximumCount``.
    package static func read(text: String, file: String, today: CalendarDate) throws(StudyErrors) -> Study {
        let root: Value
        let book: PriceBook
        let catalogue: GPUCatalogue
        do {
            root = try YAMLDocument.parse(text, file: file)
            book = try PriceBook.standard()
            catalogue = try GPUCatalogue.standard()
        } catch {
            throw StudyErrors([error])
        }
        let findings = Findings()
        var assembly = StudyAssembly(file: file, today: today, book: book, catalogue: catalogue, findings: findings)
        let study = assembly.study(Reader(root, file: file))
        guard findings.errors.isEmpty, let study else { throw StudyErrors(findings.errors) }
        return study
    }
}

/// The reading of one study; each section of the file has its own extension.
struct StudyAssembly {
    let file: String
    let today: CalendarDate
    /// The book as shipped, for what is no price: hypervisors and usual hosts.
    let book: PriceBook
    let catalogue: GPUCatalogue
    let findings: Findings
    /// Whether the study has a trace: what only a replay asks is then read.
    var hasTrace = false
    /// What the study says for its auditors; read before the workloads, which share it.
    var terms = ComplianceTerms()
    /// Reads numbers; remade when date, currency, rates and book of the study are known.
    var numbers: QuantityReader

    init(file: String, today: CalendarDate, book: PriceBook, catalogue: GPUCatalogue, findings: Findings) {
        self.file = file
        self.today = today
        self.book = book
        self.catalogue = catalogue
        self.findings = findings
        numbers = QuantityReader(
            file: file,
            findings: findings,
            currency: book.currency,
            rates: [],
            book: book,
            date: today
        )
    }

    mutating func study(_ reader: Reader) -> Study? {
        guard !reader.isNull else {
            findings.add(reader.fail("is empty; write a study, or let 'assay init' write one"))
            return nil
        }
        guard let root = section(reader, StudySchema.root) else { return nil }
        let name = value(root, "name", expected: "a short name of the study") { reader throws(DocumentError) in
            try reader.nonEmptyString()
        }
        let date = self.date(root)
        let currency = optional(root["currency"]) { reader throws(DocumentError) in try reader.currencyCode() } ?? "USD"
        let rates = exchangeRates(root["exchange_rates"], currency: currency)
        let prices = root["prices"].flatMap { section($0, StudySchema.prices) }
        numbers = QuantityReader(
            file: file,
            findings: findings,
            currency: currency,
            rates: rates,
            book: usesBook(prices) ? book : nil,
            date: date
        )
        hasTrace = root.has("trace")
        terms = complianceTerms(root["compliance"])
        let horizon = integer(root, "horizon_years", in: 1...15) ?? 5
        guard let estate = estate(root) else {
            checkRest(root)
            return nil
        }
        let platforms = self.platforms(root["platforms"], estate: estate, prices: prices)
        let workloads = self.workloads(root, estate: estate.owned, platforms: platforms)
        let evidence = self.evidence(root["evidence"], workloads: workloads, platforms: platforms)
        let trace = self.trace(root["trace"])
        let study = Study(
            name: name ?? "",
            summary: optional(root["summary"]) { reader throws(DocumentError) in try reader.string() } ?? "",
            isIllustrative: optional(root["illustrative"]) { reader throws(DocumentError) in try reader.flag() }
                ?? false,
            date: date,
            currency: currency,
            exchangeRates: rates,
            horizonYears: horizon,
            estate: estate.owned,
            workloads: workloads,
            platforms: platforms,
            finance: finance(prices, hosts: estate.owned.hosts.reduce(0) { $0 + $1.count }),
            facility: facility(prices),
            policy: policy(root["policy"]),
            practice: practice(root["practice"]),
            evidence: evidence,
            trace: trace,
            cloudPerGPUHour: cloud(prices, gpu: estate.owned.shape.gpu),
            compliance: terms,
            notes: []
        )
        return finished(derived(study, prices: prices))
    }

    /// Adds the notes and the checks that need the whole study.
    private func finished(_ study: Study) -> Study {
        checkKeys(study)
        noteDemand(study)
        var study = study
        if !findings.leftOut.isEmpty {
            findings.note(
                "Left out, because the price book is switched off and the study states no value: "
                    + findings.leftOut.joined(separator: ", ") + "."
            )
        }
        // With a trace nobody asks how full placement fills slices, nor how peaks stand to means.
        let stale = findings.stale.filter { entry in
            study.trace == nil || ![".packing", ".peak_to_mean"].contains { entry.key.hasSuffix($0) }
        }.map(\.title)
        if !stale.isEmpty {
            findings.note(
                "Assumed prices that are older than 18 months at the study's date, to be checked: "
                    + stale.joined(separator: ", ") + "."
            )
        }
        let all = study.allQuantities
        let assumed = all.count { $0.provenance.isAssumed }
        findings.note("\(assumed) of \(all.count) inputs are assumed; the table of inputs says where each comes from.")
        study.notes = findings.notes
        return study
    }

    /// Says when the workloads use more than there is: it may be meant, or a slip of hours and GPUs.
    private func noteDemand(_ study: Study) {
        let owned = study.estate.hosts.reduce(0.0) { $0 + Double($1.count) * Double($1.shape.gpusPerHost) } * 730
        let used = study.workloads.reduce(0.0) { $0 + $1.gpuHoursPerMonth.distribution.mean }
        guard owned > 0, used > owned else { return }
        findings.note(
            "The workloads use \(NumberText.grouped(used, 0)) GPU-hours a month and the GPUs owned have "
                + "\(NumberText.grouped(owned, 0)): what is missing is priced as bought."
        )
    }

    /// Two different numbers under one key would be drawn as one.
    private func checkKeys(_ study: Study) {
        var copy = study
        var first: [String: Quantity] = [:]
        copy.visitQuantities { quantity in
            guard let before = first[quantity.key] else {
                first[quantity.key] = quantity
                return
            }
            if before != quantity {
                findings.add(
                    DocumentError(
                        file: file,
                        path: quantity.key,
                        problem: "stands for two different numbers; give one of them another name"
                    )
                )
            }
        }
    }

    /// Where the estate cannot be read, the sections that do not need it are still checked.
    private mutating func checkRest(_ root: ObjectReader) {
        _ = policy(root["policy"])
        _ = practice(root["practice"])
    }

    private func date(_ root: ObjectReader) -> CalendarDate {
        if let reader = root["date"] {
            return optional(reader) { reader throws(DocumentError) in try reader.calendarDate() } ?? today
        }
        findings.note("The study states no date; \(today) is taken. Write 'date: \(today)' to keep its result.")
        return today
    }

    private func exchangeRates(_ reader: Reader?, currency: String) -> [ExchangeRate] {
        guard let reader, let codes = findings.attempt({ () throws(DocumentError) in try reader.mapping(maximum: 200) })
        else { return [] }
        var rates: [ExchangeRate] = []
        for (code, reader) in codes.members {
            guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
            else {
                findings.add(reader.fail("\(quoted(code)) is not a currency code such as EUR"))
                continue
            }
            guard code != currency else {
                findings.add(reader.fail("\(code) is the study's currency already; remove this rate"))
                continue
            }
            guard let object = section(reader, StudySchema.exchangeRate) else { continue }
            let rate = value(object, "rate", expected: "units of \(currency) for one \(code)") {
                reader throws(DocumentError) in try reader.double(in: 1e-9...1e9)
            }
            let date = value(object, "date", expected: "the day of the rate, such as 2026-11-22") {
                reader throws(DocumentError) in try reader.calendarDate()
            }
            let source = optional(object["source"]) { reader throws(DocumentError) in try reader.nonEmptyString() }
            if let rate, let date {
                rates.append(
                    ExchangeRate(from: code, rate: rate, date: date, source: source ?? numbers.place(reader))
                )
            }
        }
        return rates
    }

    private func usesBook(_ prices: ObjectReader?) -> Bool {
        guard let reader = prices?["book"] else { return true }
        let text = optional(reader) { reader throws(DocumentError) in try reader.string() }
        switch text {
        case nil, "standard": return true
        case "none": return false
        case .some(let other):
            findings.add(reader.fail("\(quoted(other)) is not a price book; expected 'standard' or 'none'"))
            return true
        }
    }
}
