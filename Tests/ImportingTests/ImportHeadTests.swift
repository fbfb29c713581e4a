import Testing

@testable import Importing

@Suite struct ImportHeadTests {
    @Test("A head is the first 64 KiB, and whole only where there is no more")
    func sizes() {
        #expect(ImportHead([UInt8](repeating: 65, count: 100_000), isWhole: true).bytes.count == ImportHead.size)
        #expect(!ImportHead([UInt8](repeating: 65, count: 100_000), isWhole: true).isWhole)
        #expect(ImportHead([65], isWhole: true).isWhole)
    }

    @Test("Lines end with or without a carriage return; bytes that are no text do not trap")
    func lines() {
        #expect(ImportHead(Array("a\r\nb\nc".utf8), isWhole: true).lines == ["a", "b", "c"])
        #expect(ImportHead([0xff, 0xfe, 10, 65], isWhole: true).lines.last == "A")
        #expect(ImportHead(Array(" \n {".utf8), isWhole: true).opensObject)
        #expect(!ImportHead([], isWhole: true).opensObject)
    }
}
