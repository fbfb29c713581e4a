import ArgumentParser
import Glibc
import NodeCommands
import Operating

/// Where a Prometheus is, and what to ask it.
struct PrometheusOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask this Prometheus instead of reading files, such as http://127.0.0.1:9090.",
            discussion: """
                A token or password comes from a file or from the environment (ASSAY_PROMETHEUS_TOKEN, \
                ASSAY_PROMETHEUS_BASIC as NAME:PASSWORD), never from an argument, and is stored nowhere.
                """,
            valueName: "url"
        )
    )
    var prometheus: String?

    @Option(
        help: ArgumentHelp(
            "What to ask, in PromQL; repeatable. Default: DCGM's metrics as they were scraped; with --trace, the pods that asked for GPUs.",
            valueName: "promql"
        )
    )
    var query: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "From when: 2026-11-01T00:00:00Z, seconds since 1970, or -7d before the end.",
            valueName: "time"
        )
    )
    var start: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Until when. Default: now.", valueName: "time"))
    var end: String?

    @Option(
        help: ArgumentHelp(
            "Ask for the value at each step (30s, 5m) instead of what was scraped; gaps up to five minutes are then filled by Prometheus.",
            valueName: "duration"
        )
    )
    var step: String?

    @Option(help: ArgumentHelp("A file with a bearer token.", valueName: "file"))
    var bearerTokenFile: String?

    @Option(help: ArgumentHelp("A file with NAME:PASSWORD.", valueName: "file"))
    var basicAuthFile: String?

    @Option(help: ArgumentHelp("A PEM file of certificates to trust instead of the system's.", valueName: "file"))
    var ca: String?

    @Flag(help: "Send the token or password over http:// to another machine, for all on the way to read.")
    var insecureHttp = false

    @Option(help: ArgumentHelp("The most seconds for one answer.", valueName: "s"))
    var timeout: Int = 120

    func validate() throws {
        guard (1...3_600).contains(timeout) else { throw ValidationError("--timeout \(timeout) is outside 1 to 3600") }
        guard bearerTokenFile == nil || basicAuthFile == nil else {
            throw ValidationError("--bearer-token-file and --basic-auth-file exclude each other")
        }
        if prometheus == nil {
            let given: [(String, Bool)] = [
                ("--query", !query.isEmpty), ("--start", start != nil), ("--end", end != nil), ("--step", step != nil),
                ("--bearer-token-file", bearerTokenFile != nil), ("--basic-auth-file", basicAuthFile != nil),
                ("--ca", ca != nil),
            ]
            if let (name, _) = given.first(where: { $0.1 }) { throw ValidationError("\(name) needs --prometheus URL") }
        }
        if let step { _ = try Self.duration(step, "--step") }
    }

    /// The way in, with the secret that a file or the environment holds.
    func access(_ url: String) throws -> PrometheusAccess {
        do {
            var access = try PrometheusAccess(
                url: url,
                credential: try credential(),
                authorityFile: ca,
                allowsPlainSecrets: insecureHttp
            )
            access.answerSeconds = Int64(timeout)
            return access
        } catch let error as PrometheusError {
            throw Failure.input([error.description])
        }
    }

    private func credential() throws -> PrometheusAccess.Credential {
        if let bearerTokenFile { return .bearer(try secret(inFile: bearerTokenFile, "a bearer token")) }
        if let basicAuthFile { return try basic(try secret(inFile: basicAuthFile, "NAME:PASSWORD"), basicAuthFile) }
        if let text = Self.variable("ASSAY_PROMETHEUS_TOKEN") {
            guard let token = PrometheusAccess.secret(text) else {
                throw Failure.input(["ASSAY_PROMETHEUS_TOKEN: holds no token that a header can carry"])
            }
            return .bearer(token)
        }
        if let text = Self.variable("ASSAY_PROMETHEUS_BASIC") {
            return try basic(PrometheusAccess.secret(text) ?? "", "ASSAY_PROMETHEUS_BASIC")
        }
        return .none
    }

    private func secret(inFile path: String, _ expected: String) throws -> String {
        let text = try Files.readText(path, limit: 1 << 20, expected: expected)
        guard let secret = PrometheusAccess.secret(text) else {
            throw Failure.input([
                "\(path): holds nothing that a header can carry; expected \(expected) on the first line"
            ])
        }
        return secret
    }

    private func basic(_ text: String, _ place: String) throws -> PrometheusAccess.Credential {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
            throw Failure.input(["\(place): expected NAME:PASSWORD"])
        }
        return .basic(user: String(text[..<colon]), password: String(text[text.index(after: colon)...]))
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: Times

    /// The stretch of time to ask for, in milliseconds since 1970; the last day if nothing is said.
    func window(now: Int64) throws -> ClosedRange<Int64> {
        let last = try end.map { try Self.instant($0, "--end", before: now) } ?? now
        let first = try start.map { try Self.instant($0, "--start", before: last) } ?? last - 86_400_000
        guard first < last else {
            throw ValidationError("--start is not before --end; name an earlier start, such as --start -7d")
        }
        guard last - first <= 366 * 10 * 86_400_000 else {
            throw ValidationError("--start is more than ten years before --end")
        }
        return first...last
    }

    /// The step in milliseconds.
    func stepMilliseconds() throws -> Int64? { try step.map { try Self.duration($0, "--step") } }

    private static func instant(_ text: String, _ option: String, before: Int64) throws -> Int64 {
        if text == "now" { return before }
        if text.hasPrefix("-") { return before - (try duration(String(text.dropFirst()), option)) }
        guard let instant = TimeArguments.instant(text) else {
            throw ValidationError(
                "\(option) '\(text)' is no time; expected 2026-11-01T00:00:00Z, seconds since 1970, or -7d before the end"
            )
        }
        return instant
    }

    /// `30s`, `5m`, `1h`, `7d`, `2w`, or seconds.
    private static func duration(_ text: String, _ option: String) throws -> Int64 {
        let units: [Character: Double] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits) else {
            throw ValidationError("\(option) '\(text)' is no length of time; write it as 30s, 5m, 1h or 7d")
        }
        let milliseconds = number * (unit ?? 1_000)
        guard milliseconds >= 1, milliseconds <= 315_576_000_000 else {
            throw ValidationError("\(option) '\(text)' is outside a millisecond to ten years")
        }
        return Int64(milliseconds.rounded())
    }
}
