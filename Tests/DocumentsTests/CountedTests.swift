import Documents
import Testing

@Suite("A count with its noun") struct CountedTests {
    @Test(
        "one has the noun of one, every other number that of many",
        arguments: [(0, "0 keys"), (1, "1 key"), (2, "2 keys"), (1_500, "1,500 keys"), (-1, "-1 keys")]
    )
    func whole(_ count: Int, _ text: String) {
        #expect(counted(count, "key") == text)
    }

    @Test("a noun of many may be its own word, and words may follow it")
    func many() {
        #expect(counted(1, "query", "queries") == "1 query")
        #expect(counted(2, "request was", "requests were") == "2 requests were")
    }

    @Test("numbers that are not whole are many", arguments: [(1.0, "1 turn"), (2.5, "2.5 turns"), (0.5, "0.5 turns")])
    func broken(_ number: Double, _ text: String) {
        #expect(counted(number, "turn") == text)
    }
}
