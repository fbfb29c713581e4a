import Testing

@testable import Importing

@Suite struct ByteSearchTests {
    @Test(
        "a mark is found where the standard library finds it",
        arguments: [
            ("", ""), ("", "a"), ("abc", ""), ("abc", "abc"), ("abc", "abcd"), ("aab", "ab"), ("ababac", "abac"),
            ("xab", "ab"), ("é: 1", ": "), ("日本 step=1", "step="), ("aaa", "b"), ("step time", "time"),
        ]
    )
    func finds(text: String, mark: String) {
        for text in [text[...], ("x" + text + "y").dropFirst().dropLast()] {
            let expected = mark.isEmpty ? text.startIndex..<text.startIndex : text.firstRange(of: mark)
            #expect(ByteSearch.range(of: mark, in: text) == expected)
            #expect(ByteSearch.holds(text, mark) == (expected != nil))
        }
    }

    @Test("what follows a mark and comes before the next")
    func between() {
        #expect(PlainText.between("a é=1 | b=2 |", "é=", " |") == "1")
        #expect(PlainText.between("a=1", "a=") == "1")
        #expect(PlainText.between("a=1", "a=", "|") == nil && PlainText.between("a=1", "b") == nil)
    }
}
