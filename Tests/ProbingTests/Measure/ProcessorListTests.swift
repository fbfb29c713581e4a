import Testing

@testable import Probing

@Suite struct ProcessorListTests {
    @Test(
        "the kernel's lists are read and written",
        arguments: [
            ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-1,4,6-7", [0, 1, 4, 6, 7]), ("", []), ("5,3", [3, 5]),
            ("1-2,2-3", [1, 2, 3]), (" 0 - 1 ", [0, 1]), ("0-1\n", [0, 1]),
        ]
    )
    func reads(text: String, numbers: [Int]) {
        #expect(ProcessorList.parse(text) == numbers)
        #expect(ProcessorList.parse(ProcessorList.text(numbers)) == numbers)
    }

    @Test(
        "anything else is refused, however large",
        arguments: ["a", "1-", "-1", "3-1", "1-2-3", "0-99999999", "65536", "1;2", "9223372036854775808", "0x1"]
    )
    func refuses(text: String) { #expect(ProcessorList.parse(text) == nil) }

    @Test("a list is written as short as the kernel writes it")
    func writes() {
        #expect(ProcessorList.text([0, 1, 2, 5, 7, 8]) == "0-2,5,7-8")
        #expect(ProcessorList.text([]).isEmpty)
    }
}
