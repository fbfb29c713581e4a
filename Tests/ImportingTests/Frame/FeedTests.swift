import Documents
import Evidence
import Importing
import Testing

@Suite struct LineFeedTests {
    private func lines(_ bytes: [UInt8], piece: Int, colours: Bool = false) throws -> [ImportLine] {
        var feed = LineFeed(file: "f", stripsColours: colours)
        var lines: [ImportLine] = []
        var at = 0
        while at < bytes.count {
            feed.append(Array(bytes[at..<min(bytes.count, at + piece)]))
            at += piece
            while let line = try feed.next() { lines.append(line) }
        }
        feed.end()
        while let line = try feed.next() { lines.append(line) }
        #expect(try feed.next() == nil)
        return lines
    }

    @Test func `lines are numbered, and carriage returns and colours are no part of them`() throws {
        let bytes = Array("a\r\n\n\u{1B}[2;35mb c\u{1B}[0m\nlast".utf8)
        for piece in [1, 2, 3, 100] {
            let found = try lines(bytes, piece: piece, colours: true)
            #expect(found.map(\.text) == ["a", "", "b c", "last"])
            #expect(found.map(\.number) == [1, 2, 3, 4])
            #expect(found.map(\.isTerminated) == [true, true, true, false])
        }
        #expect(try lines(Array("\u{1B}[31".utf8), piece: 1, colours: true).map(\.text) == [""])
        #expect(try lines([0xFF, 0x0A], piece: 1).map(\.text) == ["\u{FFFD}"])
        #expect(try lines([], piece: 1).isEmpty)
    }

    @Test func `a line beyond the limit is refused with its number, however it arrives`() throws {
        let long = [0x0A] + [UInt8](repeating: 65, count: LineFeed.limit + 1)
        for bytes in [long, long + [0x0A]] {
            for piece in [1 << 16, 1 << 22] {
                let error = #expect(throws: DocumentError.self) { _ = try lines(bytes, piece: piece) }
                #expect(error?.line == 2)
            }
        }
        let longest = [UInt8](repeating: 65, count: LineFeed.limit) + [0x0A]
        #expect(try lines(longest, piece: 1 << 16).first?.text.utf8.count == LineFeed.limit)
    }
}

@Suite struct JSONFeedTests {
    private func document(_ text: String, allowsText: Bool = true, limit: Int = 1 << 20) throws -> (Reader, Bool) {
        var feed = JSONFeed(file: "f", allowsText: allowsText, limits: .init(bytes: limit))
        try feed.append(Array(text.utf8))
        let (root, hadText) = try feed.document()
        return (root, hadText)
    }

    @Test func `text around the object is passed over, and lines keep their numbers`() throws {
        let (root, hadText) = try document("warning: slow\nnote {x}\n{\n\"a\": [1, \"}\\\"{\"],\n\"b\": 2}\ntrailing\n")
        #expect(hadText)
        #expect(try root.mapping().require("b").line == 5)
        #expect(try document("\n {\"a\":1}\n").1 == false)
        let error = #expect(throws: DocumentError.self) { try document("x\n{\n\"a\": nan}\n") }
        #expect(error?.line == 3)
    }

    @Test func `text is refused where it does not belong, and so are several objects`() {
        #expect(throws: DocumentError.self) { try document("x\n{}\n", allowsText: false) }
        #expect(throws: DocumentError.self) { try document("no object\n") }
        let error = #expect(throws: DocumentError.self) { try document("{\"a\":1}\n{\"a\":2}\n") }
        #expect(error?.line == 2 && error?.problem.contains("another JSON object") == true)
    }

    @Test func `more than the limit is refused before it is kept`() throws {
        var feed = JSONFeed(file: "f", limits: .init(bytes: 10))
        try feed.append([UInt8](repeating: 32, count: 10))
        #expect(throws: DocumentError.self) { try feed.append([32]) }
    }
}

@Suite struct TextNumberTests {
    @Test(arguments: ["1", "-1", "+1.5", ".5", "5.", "1e3", "1E-3", "007"])
    func `numbers of the C locale are read`(_ text: String) { #expect(TextNumber.parse(text) == Double(text)) }

    @Test(arguments: [
        "", "-", ".", "1,5", "1e", "1e+", "nan", "inf", "0x1p3", "1_000", " 1", "1 ", "1e400", "1e9999999", "١",
    ])
    func `all else is none`(_ text: String) { #expect(TextNumber.parse(text) == nil) }

    @Test func `a comma is told from other errors`() {
        let comma = #expect(throws: DocumentError.self) { try TextNumber.require("1,5", "t", file: "f", line: 3) }
        #expect(comma?.description.contains("LC_ALL=C") == true)
        let nan = #expect(throws: DocumentError.self) { try TextNumber.require("-nan", "t", file: "f", line: 3) }
        #expect(nan?.description == "f:3: t: '-nan' is not a finite number; expected one such as 12.5")
        #expect(throws: DocumentError.self) {
            try TextNumber.requireCount("99999999999999999999", "n", file: "f", line: 1)
        }
        #expect(throws: DocumentError.self) { try TextNumber.requireCount("-1", "n", file: "f", line: 1) }
    }
}

@Suite struct ImportTimeTests {
    @Test(
        arguments: zip(
            [0, 951_782_399_000, 951_782_400_000, 1_795_331_562_515, 4_102_444_799_999],
            [
                "1970-01-01T00:00:00Z", "2000-02-28T23:59:59Z", "2000-02-29T00:00:00Z", "2026-11-22T07:12:42.515Z",
                "2099-12-31T23:59:59.999Z",
            ]
        )
    )
    func `milliseconds become the date they mean`(_ milliseconds: Double, _ text: String) {
        let time = ImportTime.unix(milliseconds: milliseconds)
        #expect(time?.text == text)
        #expect(time.map { abs($0.seconds * 1000 - milliseconds) < 0.01 } == true)
    }

    @Test func `other moments are none`() {
        for value in [-1, .nan, .infinity, 1e18] { #expect(ImportTime.unix(milliseconds: value) == nil) }
        #expect(ImportTime.mail("Sun, 22 Nov 2026 07:23:59 +0130")?.text == "2026-11-22T07:23:59+01:30")
        #expect(ImportTime.mail("Sun, 22 Nov 2026 07:23:59 GMT")?.text == "2026-11-22T07:23:59Z")
        for text in ["", "Sun", "Sun, 31 Feb 2026 07:23:59 +0000", "Sun, 22 Nov 2026 27:23:59 +0000", "a b c d e f g"] {
            #expect(ImportTime.mail(text) == nil)
        }
    }
}
