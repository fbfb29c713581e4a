import Evidence
import Testing

@testable import Probing

@Suite struct ProbeMessageTests {
    static let request = ProbeRequest(
        probe: "storage",
        seconds: 0.25,
        seed: ProbeRequest.largestSeed,
        processors: [0, 1, 5],
        path: "/mnt/a b\"c"
    )

    @Test("a request survives the command line")
    func request() throws {
        #expect(try ProbeRequest(argument: Self.request.argument()) == Self.request)
    }

    @Test(
        "a request that is none says what is wrong",
        arguments: [
            ("", "probe request"), ("{}", "probe: is missing"),
            (#"{"probe":"x","seconds":1e9,"seed":1,"processors":"0"}"#, "seconds: 1000000000 s is out of range"),
            (#"{"probe":"x","seconds":1,"seed":-1,"processors":"0"}"#, "seed: -1 is out of range"),
            (#"{"probe":"x","seconds":1,"seed":1,"processors":""}"#, "processors:"),
            (#"{"probe":"x","seconds":1,"seed":1,"processors":"0","pth":"/"}"#, "did you mean 'path'?"),
        ]
    )
    func wrong(argument: String, words: String) {
        #expect {
            _ = try ProbeRequest(argument: argument)
        } throws: { "\($0)".contains(words) }
        // The child says the same as a refusal, never nothing.
        let reply = try? ProbeReply(ProbeChild.reply(to: argument), probe: "x")
        guard case .refused(let refusal) = reply else {
            Issue.record("expected a refusal")
            return
        }
        #expect(refusal.reason.contains(words))
    }

    static let samples = ProbeSamples(
        series: [
            ProbeSeries("a", [0, 1.5, 1e-9, 123_456_789.125], resolution: 0.5), ProbeSeries("b", [], resolution: 0),
        ],
        conditions: [Condition(name: "x", value: "1")],
        refusals: [ProbeRefusal("no page", metrics: ["c"])],
        notes: ["A note."],
        warmUpExcluded: 10
    )

    @Test("a reply survives the pipe")
    func reply() throws {
        for reply in [ProbeReply.samples(Self.samples), .refused(ProbeRefusal("why"))] {
            #expect(try ProbeReply(reply.encoded(), probe: "p") == reply)
        }
    }

    @Test("a reply cut off anywhere is an error, not samples")
    func truncated() throws {
        let bytes = try ProbeReply.samples(Self.samples).encoded()
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) { try ProbeReply(Array(bytes[..<length]), probe: "p") }
        }
    }

    @Test(
        "a reply with anything unexpected in it is an error",
        arguments: [
            "[]", "null", "{}", #"{"refused":""}"#, #"{"series":[{"metric":"a","resolution":0,"values":[-1]}]}"#,
            #"{"series":[{"metric":"a","resolution":0,"values":[1e999]}],"conditions":{},"refusals":[],"notes":[],"warm_up_excluded":0}"#,
            #"{"series":[],"conditions":{},"refusals":[],"notes":[],"warm_up_excluded":-1}"#,
            #"{"series":[],"conditions":{},"refusals":[],"notes":[],"warm_up_excluded":0,"more":1}"#,
        ]
    )
    func hostile(text: String) {
        #expect(throws: (any Error).self) { try ProbeReply(Array(text.utf8), probe: "p") }
    }

    @Test("samples that are no numbers become a refusal")
    func notFinite() throws {
        let probe = ComponentProbe(name: "p", title: "", placement: .all, weight: 1, metrics: { _ in [] }) { _ in
            ProbeSamples(series: [ProbeSeries("a", [.nan], resolution: 0)])
        }
        let request = ProbeRequest(
            probe: "p",
            seconds: 1,
            seed: 1,
            processors: MachineLayout.allowedProcessors()
        )
        let bytes = ProbeChild.reply(to: try request.argument(), probes: [probe])
        #expect(
            try ProbeReply(bytes, probe: "p")
                == .refused(ProbeRefusal("the probe took samples that are not finite numbers"))
        )
    }

    @Test("a processor that is not ours is refused by number")
    func processors() throws {
        let request = ProbeRequest(probe: "timers", seconds: 0.01, seed: 1, processors: [65_535])
        #expect(
            ProbeChild.run(request, probes: ComponentProbe.all)
                == .refused(ProbeRefusal("processors 65535 are not ours to use"))
        )
    }
}
