import Testing

@testable import Probing

/// Addresses, headers, requests and the schedule of a load.
@Suite struct LoadPlanTests {
    @Test(
        "addresses are taken apart",
        arguments: [
            ("http://gpu-1", "gpu-1", 80, "/", "gpu-1"),
            ("http://gpu-1:8000/v1?x=1#y", "gpu-1", 8000, "/v1?x=1", "gpu-1:8000"),
            ("HTTP://a:80/", "a", 80, "/", "a"), ("http://[::1]:9/x", "::1", 9, "/x", "[::1]:9"),
            ("http://[::1]", "::1", 80, "/", "[::1]"),
            ("http://a?q", "a", 80, "/?q", "a"), ("http://10.0.0.1/a:b@c", "10.0.0.1", 80, "/a:b@c", "10.0.0.1"),
        ]
    )
    func good(_ text: String, _ host: String, _ port: Int, _ target: String, _ authority: String) throws {
        let address = try EndpointAddress(text)
        #expect(
            address.host == host && address.port == port && address.target == target && address.authority == authority
        )
        #expect(!address.path.contains("?"))
    }

    @Test(
        "addresses that cannot be used say why",
        arguments: [
            ("https://a/", "end TLS beside it"), ("HTTPS://a", "end TLS"), ("ftp://a", "no http://"),
            ("gpu-1:8000", "no http://"),
            ("http://", "names no host"), ("http://:80/", "names no host"), ("http://a:0/", "port '0'"),
            ("http://a:65536", "port"),
            ("http://a:x/", "port 'x'"), ("http://a:/", "port ''"), ("http://u:p@a/", "--header"),
            ("http://::1/", "brackets"), ("http://[::1/", "lacks"),
            ("http://[::1]x/", "neither"), ("http://a/b c", "%20"), ("http://a/\r\nX: y", "%20"), ("http://ä/", "%20"),
        ]
    )
    func wrong(_ text: String, _ words: String) {
        let error = #expect(throws: EndpointAddressError.self) { try EndpointAddress(text) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(
        "headers that would break the request are none",
        arguments: [
            ("A: b", true), ("A:b", true), ("A:", true), ("x-api-key: s:t", true), ("A", false), (": b", false),
            ("A b: c", false),
            ("A: b\r\nC: d", false), ("A: b\u{0}", false), ("A\n: b", false),
        ]
    )
    func headers(_ text: String, _ isGood: Bool) {
        #expect((LoadPlan.Header(text) != nil) == isGood)
    }

    @Test("the request is what is asked")
    func request() throws {
        let address = try EndpointAddress("http://h:1/p?q")
        let get = LoadPlan(address: address, rate: 1, duration: 1)
        #expect(
            String(decoding: get.request, as: UTF8.self)
                == "GET /p?q HTTP/1.1\r\nHost: h:1\r\nUser-Agent: assay\r\nAccept: */*\r\n\r\n"
        )
        let header = try #require(LoadPlan.Header("Content-Type: text/plain"))
        let post = LoadPlan(
            address: address,
            method: "POST",
            headers: [header],
            body: Array("abc".utf8),
            rate: 1,
            duration: 1
        )
        #expect(
            String(decoding: post.request, as: UTF8.self).hasSuffix(
                "Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"
            )
        )
    }

    @Test(
        "uniform arrivals are at equal distances",
        arguments: [(10.0, 1.0, 10), (3, 1, 3), (0.5, 1, 1), (1000, 0.0101, 11)]
    )
    func uniform(_ rate: Double, _ duration: Double, _ count: Int) {
        let times = Arrivals.uniform.times(rate: rate, duration: duration, seed: 1)
        #expect(times.count == count)
        for (place, time) in times.enumerated() { #expect(abs(time - Double(place) / rate) < 1e-12) }
    }

    @Test("Poisson arrivals have the rate, the spread and the independence of a Poisson process")
    func poisson() throws {
        let (rate, duration) = (500.0, 200.0)
        let times = Arrivals.poisson.times(rate: rate, duration: duration, seed: 11)
        #expect(times == Arrivals.poisson.times(rate: rate, duration: duration, seed: 11))
        #expect(times != Arrivals.poisson.times(rate: rate, duration: duration, seed: 12))
        #expect(
            zip(times, times.dropFirst()).allSatisfy { $0 < $1 } && times.allSatisfy { (0..<duration).contains($0) }
        )
        // 100,000 expected with a deviation of 316.
        #expect(abs(Double(times.count) - rate * duration) < 4 * (rate * duration).squareRoot())
        // Counts in windows of 0.1 s have a variance equal to their mean, 50.
        var counts = [Double](repeating: 0, count: 2_000)
        for time in times { counts[min(1_999, Int(time / 0.1))] += 1 }
        let mean = counts.reduce(0, +) / 2_000
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1_999
        // The ratio's deviation is sqrt(2 / 1999) = 0.032.
        #expect(abs(variance / mean - 1) < 0.13, "\(variance / mean)")
        // Gaps: the share longer than the mean is e^-1.
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        let long = Double(gaps.count { $0 > 1 / rate }) / Double(gaps.count)
        #expect(abs(long - 0.36788) < 0.006, "\(long)")
    }

    @Test(
        "no schedule is unbounded",
        arguments: [(0.0, 1.0), (-1, 1), (.nan, 1), (.infinity, 1), (1, 0), (1, .infinity)]
    )
    func bounded(_ rate: Double, _ duration: Double) {
        for arrivals in Arrivals.allCases { #expect(arrivals.times(rate: rate, duration: duration, seed: 1).isEmpty) }
        #expect(Arrivals.poisson.times(rate: 1e300, duration: 1, seed: 1, limit: 100).count == 100)
    }
}
