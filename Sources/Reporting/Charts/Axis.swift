import Documents

/// A horizontal axis: values to percentages of the width, with ticks at round numbers.
///
/// Charts place things by percentages and size text in pixels, so that one drawing fits a phone and a wide screen and
/// its words never shrink.
struct Axis {
    /// How the values of an axis are written.
    enum Style: Sendable, Hashable {
        /// As they are, or in thousands, millions and so on, in the unit given.
        case amount(unit: String)
        /// Shares, as percentages of what the title names.
        case share(title: String)
    }

    let low: Double
    let high: Double
    /// Round values inside the range, at most nine.
    let ticks: [Double]
    /// What the axis shows, with its unit: `thousand USD a month`.
    let title: String
    private let divisor: Double
    private let places: Int
    /// Whether values are decimal logarithms, so that ticks are labelled by the powers.
    private var isLogarithmic = false

    /// The part of the width kept free on each side, so that tick labels at the ends are not cut.
    private static let margin = 0.065

    /// An axis that covers the finite ones of the values, widened to round numbers.
    ///
    /// Without two different values it shows one unit around the one there is.
    init(covering values: [Double], includingZero: Bool = true, style: Style, ticks wanted: Int = 4) {
        let finite = values.filter { $0.isFinite && $0.magnitude < 1e100 }
        var low = finite.min() ?? 0
        var high = finite.max() ?? 0
        if includingZero {
            low = min(low, 0)
            high = max(high, 0)
        }
        if low == high {
            let unit: Double = if case .share = style { 0.01 } else { max(low.magnitude * 0.1, 1) }
            low -= includingZero && low >= 0 ? 0 : unit
            high += unit
        }
        let step = Self.step(for: (high - low) / Double(max(wanted, 1)))
        let first = (low / step).rounded(.down)
        let last = (high / step).rounded(.up)
        self.low = first * step
        self.high = last * step
        var ticks: [Double] = []
        for index in 0..<9 where first + Double(index) <= last { ticks.append((first + Double(index)) * step) }
        self.ticks = ticks

        let largest = max(self.low.magnitude, self.high.magnitude)
        switch style {
        case .share(let words):
            divisor = 0.01
            title = "\(words), %"
        case .amount(let unit):
            let scales: [(Double, String)] = [(1e12, "trillion "), (1e9, "billion "), (1e6, "million "), (1e4, "")]
            let scale = scales.first { largest >= $0.0 } ?? (1, "")
            let isThousands = scale.0 == 1e4
            divisor = isThousands ? 1_000 : scale.0
            title = (isThousands ? "thousand " : scale.1) + unit
        }
        var places = 0
        var shown = step / divisor
        while places < 12, (shown - shown.rounded()).magnitude > 1e-6 * shown {
            shown *= 10
            places += 1
        }
        self.places = places
    }

    /// An axis of decimal logarithms that covers the powers given: for values from 1 to 10^15.
    ///
    /// Positions are asked for by logarithm; ticks stand at whole powers, every one or every other.
    init(decades last: Double, title: String) {
        let most = last.isFinite ? min(max(last.rounded(.up), 1), 15) : 15
        low = 0
        high = most
        let stride = most > 8 ? 2 : 1
        ticks = (0...Int(most)).filter { $0 % stride == 0 }.map(Double.init)
        self.title = title
        divisor = 1
        places = 0
        isLogarithmic = true
    }

    /// Where a value stands, as a percentage of the width for an attribute; nil for what is not finite.
    func position(_ value: Double) -> Markup? {
        guard let share = fraction(value) else { return nil }
        return "\(NumberText.fixed(share * 100, 3))%"
    }

    /// The distance between two values as a percentage of the width; nil when one is not finite.
    func width(from low: Double, to high: Double) -> Markup? {
        guard let start = fraction(low), let end = fraction(high) else { return nil }
        return "\(NumberText.fixed(max(0, end - start) * 100, 3))%"
    }

    /// Whether a value lies inside the axis.
    func contains(_ value: Double) -> Bool { value >= low && value <= high }

    /// A tick's label.
    func label(_ tick: Double) -> String {
        guard isLogarithmic else { return NumberText.grouped(tick / divisor, places) }
        var power = 1.0
        for _ in 0..<Int(min(max(tick, 0), 15)) { power *= 10 }
        return NumberText.grouped(power)
    }

    private func fraction(_ value: Double) -> Double? {
        guard value.isFinite, high > low else { return nil }
        let share = (min(max(value, low), high) - low) / (high - low)
        return Self.margin + share * (1 - 2 * Self.margin)
    }

    /// The round number (1, 2, 2.5 or 5 times a power of ten) that is not below a positive width.
    static func step(for width: Double) -> Double {
        guard width.isFinite, width > 0 else { return 1 }
        var power = 1.0
        // Bounded: a Double spans some 632 powers of ten.
        for _ in 0..<700 where power > width { power /= 10 }
        for _ in 0..<700 where power * 10 <= width { power *= 10 }
        guard power > 0 else { return width }
        return [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= width * (1 - 1e-9) } ?? width
    }
}
