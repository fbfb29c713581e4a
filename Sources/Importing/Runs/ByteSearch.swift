/// Finding marks in lines of logs, by their bytes.
///
/// The standard library's search compares characters and builds a table for each call: for a log of a gigabyte that is most of
/// the time that reading takes. Marks are text of tools, so bytes say as much.
enum ByteSearch {
    /// Where a mark first stands; nil where it does not.
    ///
    /// An empty mark stands at the beginning.
    static func range(of mark: String, in text: Substring) -> Range<Substring.Index>? {
        var mark = mark
        let found = mark.withUTF8 { mark -> Range<Int>? in
            text.utf8.withContiguousStorageIfAvailable { place(of: mark, in: $0).map { $0..<($0 + mark.count) } }
                ?? place(of: mark, in: Array(text.utf8)).map { $0..<($0 + mark.count) }
        }
        guard let found else { return nil }
        let start = text.utf8.index(text.startIndex, offsetBy: found.lowerBound)
        return start..<text.utf8.index(start, offsetBy: found.count)
    }

    /// Whether a mark stands anywhere in a text.
    static func holds(_ text: Substring, _ mark: String) -> Bool { range(of: mark, in: text) != nil }

    private static func place(of mark: UnsafeBufferPointer<UInt8>, in text: some RandomAccessCollection<UInt8>) -> Int?
    {
        guard let first = mark.first else { return 0 }
        guard text.count >= mark.count else { return nil }
        let base = text.startIndex
        for place in 0...(text.count - mark.count) where text[text.index(base, offsetBy: place)] == first {
            var matched = 1
            while matched < mark.count, text[text.index(base, offsetBy: place + matched)] == mark[matched] {
                matched += 1
            }
            if matched == mark.count { return place }
        }
        return nil
    }
}
