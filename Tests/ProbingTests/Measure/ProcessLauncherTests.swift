import Testing

@testable import Probing

/// Programs that answer well, badly or never; the request is their last argument.
@Suite struct ProcessLauncherTests {
    static let request = ProbeRequest(probe: "p", seconds: 1, seed: 1, processors: [0])

    static func launch(_ script: String, deadline: Double = 20, maximumBytes: Int = 1 << 20) -> ProbeLaunch {
        ProcessLauncher(program: "/bin/sh", arguments: ["-c", script, "sh"], maximumBytes: maximumBytes)
            .launch(request, deadlineSeconds: deadline)
    }

    static func reason(_ launch: ProbeLaunch) -> String? {
        if case .refused(let refusal) = launch.reply { refusal.reason } else { nil }
    }

    @Test("samples come through, with the processor time they took")
    func good() throws {
        let document =
            #"{"series":[{"metric":"a","resolution":0,"values":[1,2]}],"conditions":{},"refusals":[],"notes":[],"warm_up_excluded":0}"#
        let launch = Self.launch("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo '\(document)'")
        let expected = ProbeSamples(series: [ProbeSeries("a", [1, 2], resolution: 0)])
        #expect(launch.reply == .samples(expected))
        #expect(launch.processorSeconds > 0)
    }

    @Test("the program is given the word and the request")
    func arguments() throws {
        let launch = Self.launch(
            #"if [ "$1" = \#(ProbeChild.argument) ]; then printf '{"refused":"%s"}' "$(printf %s "$2" | tr -d '"')"; fi"#
        )
        #expect(Self.reason(launch) == "{probe:p,processors:0,seconds:1,seed:1}")
    }

    @Test(
        "a run that fails says how",
        arguments: [
            ("exit 3", "the run ended with status 3"), ("kill -SEGV $$", "signal 11 ended the run"),
            ("echo garbage", "the run's output cannot be read"), ("true", "the run's output cannot be read"),
            ("yes", "the run said more than 1048576 bytes"),
        ]
    )
    func failing(script: String, words: String) throws {
        #expect(try #require(Self.reason(Self.launch(script))).contains(words))
    }

    @Test("a program that is not there is said to be missing")
    func missing() throws {
        let launch = ProcessLauncher(program: "/nonexistent/assay").launch(Self.request, deadlineSeconds: 1)
        #expect(Self.reason(launch) == "cannot start /nonexistent/assay: No such file or directory")
    }

    @Test(
        "a run that hangs is ended with its children when the time is up",
        arguments: ["sleep 100", "sleep 100 & sleep 100", "exec 1>&-; sleep 100", "trap '' TERM INT HUP; sleep 100"]
    )
    func hanging(script: String) throws {
        let begin = MonotonicClock.seconds()
        let launch = Self.launch(script, deadline: 0.3)
        #expect(Self.reason(launch) == "the run was not done after 0.30 s and was ended")
        #expect(MonotonicClock.seconds() - begin < 10)
    }
}
