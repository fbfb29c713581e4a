package import Documents
package import Estate
package import Probability

/// The prices that Assay ships: each with a spread, a source and a date where one is known.
///
/// A default, never a truth: what a study takes from it shows as assumed. Amounts are in ``currency``.
package struct PriceBook: Sendable {
    /// One price.
    package struct Entry: Sendable {
        /// The key in the book, such as `energy_per_kwh` or `server_price.h100-sxm-80gb`.
        package let key: String
        package let title: String
        package let unit: String
        package let distribution: Distribution
        /// The range that a search for flip points scans, where it is wider than the distribution.
        package let scan: ClosedRange<Double>?
        package let confidence: Confidence
        package let source: Source
    }

    /// How far a price can be relied on.
    package enum Confidence: String, Sendable, CaseIterable {
        /// The vendor, a filing or a public tariff.
        case high
        /// Several secondary sources that agree, or one good one.
        case medium
        /// One weak source, or derived from one.
        case low
        /// No public source: a planning assumption.
        case unsourced
    }

    /// Where prices come from.
    package struct Source: Sendable {
        package let id: String
        package let title: String
        package let date: CalendarDate?
        package let url: String?
    }

    /// A hypervisor and how its licence is counted.
    package struct Hypervisor: Sendable {
        /// The name to write in a study, such as `vmware-vcf`.
        package let id: String
        package let name: String
        package let aliases: [String]
        /// How its licence is counted; nil for one that needs none.
        package let metric: LicenceMetric?
        /// The key of its price in the book; nil where no price is public.
        package let price: String?
    }

    /// What a usual host for a GPU is made of.
    package struct Host: Sendable {
        package let gpu: String
        package let gpus: Int
        package let cores: Int
        package let sockets: Int
        package let source: Source
    }

    /// Years after which a price is called stale.
    package static let staleYears = 1.5

    /// The ISO 4217 code of every amount.
    package let currency: String
    /// In the order of the file.
    package let entries: [Entry]
    package let hypervisors: [Hypervisor]
    package let hosts: [Host]

    private let byKey: [String: Int]

    private static let shipped = Result { () throws(DocumentError) in
        try PriceBook(json: PackageResources.prices_json, file: "prices.json")
    }

    /// The book that is part of Assay, read once.
    ///
    /// - Throws: what reading it threw; the tests read it, so this does not happen in a build that passed them.
    package static func standard() throws(DocumentError) -> PriceBook { try shipped.get() }

    init(currency: String, entries: [Entry], hypervisors: [Hypervisor], hosts: [Host]) {
        self.currency = currency
        self.entries = entries
        self.hypervisors = hypervisors
        self.hosts = hosts
        byKey = Dictionary(
            entries.enumerated().map { ($0.element.key, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The entry with a key, or nil.
    package func entry(_ key: String) -> Entry? { byKey[key].map { entries[$0] } }

    /// The hypervisor by its id or an alias, ignoring case, or nil.
    package func hypervisor(_ name: String) -> Hypervisor? {
        let name = name.lowercased()
        return hypervisors.first { $0.id == name } ?? hypervisors.first { $0.aliases.contains(name) }
    }

    /// The usual host for a GPU, or nil where none is known.
    package func host(for gpu: GPUModel) -> Host? { hosts.first { $0.gpu == gpu.id } }
}

extension PriceBook.Entry {
    /// Where the price comes from, as a report shows it.
    package var provenance: Provenance {
        let words = confidence == .unsourced ? source.title : "price book (\(confidence.rawValue)): \(source.title)"
        return .assumed(source: words, date: source.date)
    }
}
