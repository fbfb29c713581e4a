/// What a number of the study is, and which values make sense for it.
struct QuantitySpec {
    enum Kind {
        /// An amount of money, 0 or more, in the study's currency.
        case money
        /// A part of a whole: 0 to 1, or 0% to 100%.
        case share
        /// A change or ratio that may pass 100 %: a plain number from -1 to 1, or any percentage in the bounds.
        case rate
        /// A number in the unit.
        case number
    }

    /// The key in the study, such as `prices.energy_per_kwh`.
    var key: String
    /// Words for a report.
    var title: String
    /// The unit; `¤` stands for the study's currency.
    var unit: String
    var kind: Kind
    var bounds: ClosedRange<Double>
    /// The key of its default in the price book.
    var book: String?
    /// The value that leaves it out, where the book is switched off; nil where it must then be stated.
    var neutral: Double?

    init(
        _ key: String,
        _ title: String,
        unit: String,
        kind: Kind,
        bounds: ClosedRange<Double>? = nil,
        book: String? = nil,
        neutral: Double? = 0
    ) {
        self.key = key
        self.title = title
        self.unit = unit
        self.kind = kind
        self.book = book
        self.neutral = neutral
        self.bounds = bounds ?? (kind == .share ? 0...1 : 0...QuantitySpec.largest)
    }

    /// The largest number read: beyond it sums and squares of a long horizon lose their meaning.
    static let largest = 1e15
}
