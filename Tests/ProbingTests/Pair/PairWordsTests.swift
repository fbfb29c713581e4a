import Testing

@testable import Probing

/// What both machines of a pair are told: everything but what is said of the pair itself, one run at a time.
@Suite struct PairWordsTests {
    @Test(
        "what is said of the pair stays here, all else goes over word for word",
        arguments: [
            ("--pair h --quick", "--quick"), ("--pair=h --quick", "--quick"), ("--quick --pair h", "--quick"),
            ("-o p --output=q --force --json --seed 7 --seed=7 --quick", "--quick"),
            ("--crossover --aa --exchanged --continue --blocks 3 --quick", "--quick"),
            ("--declare vm-sriov --declare-remote=bare-metal --quick", "--quick"),
            ("--remote-command x --remote-program=y --run-timeout 1h --quick", "--quick"),
            ("--jobs --pairs --force-it", "--jobs --pairs --force-it"),
            ("--condition json=--json --keep-disturbed", "--condition json=--json --keep-disturbed"),
            ("--quick -- --pair h", "--quick -- --pair h"), ("", ""), ("--pair", ""), ("--quick --pair", "--quick"),
        ]
    )
    func forwarded(_ words: String, _ kept: String) {
        func list(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
        #expect(PairArguments.forwarded(list(words)) == list(kept))
    }

    @Test("words with spaces, quotes and line breaks go over as they are")
    func odd() {
        let words = ["--job", "a 'b' \"c\"\nd=--pair", "--pair", "h", ""]
        #expect(PairArguments.forwarded(words) == ["--job", "a 'b' \"c\"\nd=--pair", ""])
    }

    @Test(
        "a run of a pair is one round, one run of a job or one of a service, however many were asked for",
        arguments: [
            ("", "--rounds 1"), ("--quick", "--quick --rounds 1"), ("--rounds 12 --quick", "--quick --rounds 1"),
            ("--quick --rounds=12", "--quick --rounds 1"), ("--peer h:1 --rounds 3", "--peer h:1 --rounds 1"),
            ("--job x --runs 8", "--job x --one-run"), ("--runs=auto --job=x", "--job=x --one-run"),
            ("--endpoint u --rate 5 --endpoint-runs 9", "--endpoint u --rate 5 --endpoint-runs 1"),
            ("--endpoint=u --endpoint-runs=9", "--endpoint=u --endpoint-runs 1"), ("--rounds", "--rounds 1"),
        ]
    )
    func single(_ words: String, _ told: String) {
        func list(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
        #expect(PairRounds.single(list(words)) == list(told))
    }
}
