package import Documents
import Probability
import RealModule

/// When a growing demand outgrows an estate: the first time at which a promise about waiting is broken.
///
/// Each replication draws the trace again (``TraceResampling``) and looks for the factor of demand at which the promise
/// breaks; growth at a steady yearly rate turns the factor into a time. The interval is over replications, so it says
/// how much the answer depends on which weeks the trace happened to hold, and nothing about the rate of growth.
package struct DemandGrowth: Sendable, Hashable {
    /// What is asked.
    package struct Question: Sendable, Hashable {
        /// The promise.
        package var objective: WaitObjective
        /// Growth in a year: 0.4 is 40 % more work each year; above 0.
        package var yearlyGrowth: Double
        /// How far to look, in years.
        package var horizonYears = 10.0
        /// How many draws, at least 2.
        package var replications = 20
        /// The seed of the draws.
        package var seed: UInt64 = 0
        /// How close to look for the factor, relative.
        package var precision = 0.01

        package init(objective: WaitObjective, yearlyGrowth: Double) {
            self.objective = objective
            self.yearlyGrowth = yearlyGrowth
        }
    }

    /// The factor of demand that each replication bore; nil for one that bore the demand of the horizon.
    package let factors: [Double?]
    /// The time of each, in years from now, 0 where the promise is broken today; nil beyond the horizon.
    package let years: [Double?]
    /// How far was looked, in years.
    package let horizonYears: Double
    /// Whether the promise is broken today: by the trace as it stands, or by the middle draw.
    package let isBrokenToday: Bool

    /// Searches.
    ///
    /// - Parameters:
    ///   - trace: today's demand, in order of submission.
    ///   - question: what is asked.
    ///   - replay: the trial of one drawn trace.
    /// - Throws: ``SimulationError`` for a question that makes no sense, and what the trial throws.
    package init(
        _ trace: Trace,
        _ question: Question,
        replay: (Trace) throws(SimulationError) -> WaitTrial
    ) throws(SimulationError) {
        guard question.yearlyGrowth > 0, question.yearlyGrowth <= 100 else {
            throw .option("growth must be above 0 and at most 100 a year (0.4 is 40 % more each year)")
        }
        guard question.horizonYears > 0, question.horizonYears <= 100 else {
            throw .option("the horizon must be above 0 and at most 100 years")
        }
        guard trace.count > 0 else { throw .option("a trace without jobs does not grow") }
        let rate = Double.log(onePlus: question.yearlyGrowth)
        // 200 times the jobs of a trace are more than a replay should be asked for.
        let limit = min(Double.exp(rate * question.horizonYears), 200)
        let resampling = TraceResampling(trace)
        var found: [Double?] = []
        for replication in 0..<max(question.replications, 2) {
            let full = resampling.draw(factor: 1, seed: question.seed, replication: replication)
            let refusals = try replay(full).rejected
            let share = Double(refusals) / Double(max(full.count, 1))
            func isMet(_ factor: Double) throws(SimulationError) -> Bool {
                let drawn = resampling.draw(factor: factor, seed: question.seed, replication: replication)
                let trial = try replay(drawn)
                // What the estate never could run is refused at every demand, in proportion.
                let allowed = Int((share * 1.5 * Double(drawn.count)).rounded(.up)) + refusals
                return drawn.count == 0 || trial.meets(question.objective, refusals: allowed)
            }
            found.append(try Self.factor(limit: limit, precision: question.precision, isMet: isMet))
        }
        factors = found
        let times = found.map { factor in factor.map { max(0, Double.log($0) / rate) } }
        years = times
        horizonYears = min(question.horizonYears, Double.log(limit) / rate)
        // A draw may have fewer jobs in its busiest hours than the trace itself.
        let own = try replay(trace)
        let middle = times.map { $0 ?? .infinity }.sorted()[(times.count - 1) / 2]
        isBrokenToday = !own.meets(question.objective, refusals: own.rejected) || middle <= 0
    }

    /// The factor at which the promise breaks: up by steps, down to a sixty-fourth, then by halves of the logarithm.
    private static func factor(
        limit: Double,
        precision: Double,
        isMet: (Double) throws(SimulationError) -> Bool
    ) throws(SimulationError) -> Double? {
        var low = 1.0
        var high = 1.0
        if try isMet(1) {
            repeat {
                low = high
                if low >= limit { return nil }
                high = min(low * 1.3, limit)
            } while try isMet(high)
        } else {
            repeat {
                high = low
                if high < 1.0 / 64 { return 0.01 }
                low = high / 1.5
            } while try !isMet(low)
        }
        for _ in 0..<40 where high / low > 1 + max(precision, 1e-4) {
            let middle = (low * high).squareRoot()
            if try isMet(middle) { low = middle } else { high = middle }
        }
        return (low * high).squareRoot()
    }

    /// Replications that broke the promise within the horizon.
    package var reached: Int { years.count { $0 != nil } }

    /// The mean time and its 95 % t interval over replications; nil where a replication did not break the promise.
    package var interval: (mean: Double, low: Double, high: Double)? {
        let known = years.compactMap { $0 }
        guard known.count == years.count, known.count >= 2 else { return nil }
        let moments = Moments(known)
        let half = StudentT.quantile(0.975, df: Double(known.count - 1)) * moments.standardError
        return (moments.mean, max(0, moments.mean - half), moments.mean + half)
    }

    /// The earliest and the latest replication, and the middle one; beyond the horizon counts as the horizon.
    package var range: (low: Double, median: Double, high: Double) {
        let all = years.map { $0 ?? horizonYears }.sorted()
        guard let first = all.first, let last = all.last else { return (0, 0, 0) }
        return (first, all[(all.count - 1) / 2], last)
    }

    /// The day on which demand outgrows the estate, from the day that the trace stands for, such as `2027-03-14`.
    ///
    /// - Parameters:
    ///   - years: from ``years`` or ``interval``.
    ///   - today: milliseconds from 1970-01-01T00:00:00Z.
    /// - Returns: the day in UTC.
    package static func day(after years: Double, from today: Int64) -> String {
        let days = today.quotientFloored(by: 86_400_000) + Int64((min(max(years, 0), 1_000) * 365.2425).rounded(.up))
        return GregorianDay.text(days)
    }

    /// The answer as members of an object.
    package func members(today: Int64?) -> [JSONMember] {
        var members = [
            JSONMember("replications", .integer(years.count)), JSONMember("reached", .integer(reached)),
            JSONMember("horizon_years", .number(horizonYears)), JSONMember("broken_today", .bool(isBrokenToday)),
            JSONMember("earliest_years", .number(range.low)), JSONMember("median_years", .number(range.median)),
            JSONMember("latest_years", .number(range.high)),
        ]
        if let interval {
            members.append(JSONMember("mean_years", .number(interval.mean)))
            members.append(
                JSONMember("interval_95_years", .array([.number(interval.low), .number(interval.high)]))
            )
        }
        if let today, isBrokenToday || reached * 2 > years.count {
            let date = Self.day(after: isBrokenToday ? 0 : range.median, from: today)
            members.append(JSONMember("date", .string(date)))
            if let interval {
                members.append(
                    JSONMember(
                        "interval_95_dates",
                        .array([
                            .string(Self.day(after: interval.low, from: today)),
                            .string(Self.day(after: interval.high, from: today)),
                        ])
                    )
                )
            }
        }
        return members
    }
}

/// Days of the Gregorian calendar.
enum GregorianDay {
    /// `YYYY-MM-DD` of a number of days from 1970-01-01.
    static func text(_ days: Int64) -> String {
        // Eras of 400 years from 0000-03-01, so that the leap day is a year's last.
        let shifted = days + 719_468
        let era = shifted.quotientFloored(by: 146_097)
        let day = shifted - era * 146_097
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        let calendarMonth = month < 10 ? month + 3 : month - 9
        let calendarYear = year + era * 400 + (calendarMonth <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(calendarYear)-\(two(calendarMonth))-\(two(dayOfMonth))"
    }
}

extension Int64 {
    fileprivate func quotientFloored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
