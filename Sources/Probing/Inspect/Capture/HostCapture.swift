package import Documents

/// What a host answered, as a file to take elsewhere: a tape archive with a manifest of questions and answers.
///
/// `docs/capture-format.md` describes it. Reading filters again (``HostFilter``), so a capture that someone else made
/// can hold no more than one of ours.
package enum HostCapture {
    /// The version of the format.
    package static let formatVersion = 1
    /// The name of the manifest in the archive.
    static let manifestName = "manifest.txt"
    static let nvmlName = "nvml.txt"
    private static let firstLine = "assay-capture \(formatVersion)"

    // MARK: Writing

    /// The archive of everything that was asked of a host and what it answered.
    package static func archive(_ snapshot: HostSnapshot) -> [UInt8] {
        var lines = [firstLine]
        var entries: [TapeArchive.Entry] = []
        for (path, answer) in snapshot.files.sorted(by: { $0.key < $1.key }) {
            var answer = answer
            let name = "root" + path
            if !TapeArchive.fits(name) { answer = .unread("its path is too long for an archive") }
            lines.append(line("file", path, answer, []))
            if let bytes = answer.value { entries.append(TapeArchive.Entry(name: name, bytes: bytes)) }
        }
        for (path, answer) in snapshot.lists.sorted(by: { $0.key < $1.key }) {
            lines.append(line("list", path, answer, answer.value ?? []))
        }
        for (path, answer) in snapshot.links.sorted(by: { $0.key < $1.key }) {
            lines.append(line("link", path, answer, answer.value.map { [$0] } ?? []))
        }
        for (path, answer) in snapshot.presence.sorted(by: { $0.key < $1.key }) {
            lines.append(line("there", path, answer, []))
        }
        for (leaf, answer) in snapshot.cpuid.sorted(by: { $0.key < $1.key }) {
            lines.append(line("cpuid", leaf.name, answer, []))
            if let registers = answer.value {
                entries.append(
                    TapeArchive.Entry(name: "cpuid/" + leaf.name, bytes: Array((registers.text + "\n").utf8))
                )
            }
        }
        if let answer = snapshot.cpuidCostTicks {
            lines.append(line("cpuid-cost", "ticks", answer, answer.value.map { [String($0)] } ?? []))
        }
        if let nvml = snapshot.nvml {
            entries.append(TapeArchive.Entry(name: nvmlName, bytes: Array(nvml.map { $0 + "\n" }.joined().utf8)))
        }
        let manifest = Array(lines.map { $0 + "\n" }.joined().utf8)
        return TapeArchive.write([TapeArchive.Entry(name: manifestName, bytes: manifest)] + entries)
    }

    private static func line<Value>(_ kind: String, _ path: String, _ answer: HostAnswer<Value>, _ words: [String])
        -> String
    {
        let (status, rest): (String, [String]) =
            switch answer {
            case .value: ("value", words)
            case .missing: ("missing", [])
            case .denied: ("denied", [])
            case .unread(let reason): ("unread", [reason])
            }
        return ([kind, status, encoded(path)] + rest.map(encoded)).joined(separator: " ")
    }

    /// Percent-encoding of everything that would break a line into words; an empty word is `%`.
    static func encoded(_ text: String) -> String {
        guard !text.isEmpty else { return "%" }
        var result = ""
        for byte in text.utf8 {
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + hexadecimal(byte, digits: 2)
            }
        }
        return result
    }

    /// The text of an encoded word, nil where a percent sign is followed by anything but two hexadecimal digits.
    static func decoded(_ word: some StringProtocol) -> String? {
        if word == "%" { return "" }
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Reading

    /// A view on what a capture holds; `file` is the name that errors carry.
    package static func read(_ bytes: [UInt8], file: String) throws(DocumentError) -> HostView {
        HostView(try snapshot(try TapeArchive.read(bytes, file: file), file: file))
    }

    /// A view on a folder: an unpacked capture, or a copy of a host's `/proc` and `/sys`.
    package static func read(folder: String) throws(DocumentError) -> HostView {
        let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        guard SystemFiles.list(base, maximum: 4096).value != nil else {
            throw DocumentError(file: folder, problem: "is not a folder that can be read")
        }
        let source = FolderHost(root: base)
        guard let manifest = source.contained(manifestName).value else {
            guard source.exists("/proc").value != nil || source.exists("/sys").value != nil else {
                throw DocumentError(
                    file: folder,
                    problem:
                        "has neither a \(manifestName) nor a folder 'sys' or 'proc'; give an unpacked capture or a copy "
                        + "of a host's /proc and /sys"
                )
            }
            return HostView(source)
        }
        var entries = [TapeArchive.Entry(name: manifestName, bytes: manifest)]
        let questions = try Self.questions(manifest, file: base + "/" + manifestName)
        for question in questions where question.status == "value" {
            let name: String
            switch question.kind {
            case "file": name = "root" + question.path
            case "cpuid": name = "cpuid/" + question.path
            default: continue
            }
            if let bytes = source.contained(name).value { entries.append(TapeArchive.Entry(name: name, bytes: bytes)) }
        }
        if let nvml = source.contained(nvmlName).value {
            entries.append(TapeArchive.Entry(name: nvmlName, bytes: nvml))
        }
        return HostView(try snapshot(entries, file: folder))
    }

    /// One line of a manifest.
    private struct Question {
        var kind: String
        var status: String
        var path: String
        var words: [String]
        var line: Int

        func answer<Value>(_ value: @autoclosure () -> Value?) -> HostAnswer<Value>? {
            switch status {
            case "value": value().map { .value($0) }
            case "missing": .missing
            case "denied": .denied
            case "unread": .unread(words.first ?? "not read")
            default: nil
            }
        }
    }

    private static func questions(_ manifest: [UInt8], file: String) throws(DocumentError) -> [Question] {
        let lines = String(decoding: manifest, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first.map(String.init) == firstLine else {
            throw DocumentError(
                file: file,
                line: 1,
                problem: "does not begin with '\(firstLine)'; this Assay reads version \(formatVersion) of captures"
            )
        }
        var questions: [Question] = []
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            let words = line.split(separator: " ")
            let texts = words.dropFirst(2).compactMap { decoded($0) }
            guard words.count > 2, texts.count == words.count - 2, let path = texts.first else {
                throw DocumentError(
                    file: file,
                    line: index + 1,
                    problem: "\(quoted(String(line))) is not 'KIND STATUS PATH …' with spaces encoded as %20"
                )
            }
            questions.append(
                Question(
                    kind: String(words[0]),
                    status: String(words[1]),
                    path: path,
                    words: Array(texts.dropFirst()),
                    line: index + 1
                )
            )
        }
        return questions
    }

    private static func snapshot(_ entries: [TapeArchive.Entry], file: String) throws(DocumentError) -> HostSnapshot {
        let content = Dictionary(entries.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        guard let manifest = content[manifestName] else {
            throw DocumentError(
                file: file,
                problem: "has no \(manifestName): it is not a capture; make one with `assay inspect --capture FILE.tar`"
            )
        }
        var snapshot = HostSnapshot(unlisted: .unread("not in the capture"))
        let questions = try questions(manifest, file: file + ": " + manifestName)
        var seen: Set<String> = []
        for question in questions {
            func fail(_ problem: String) -> DocumentError {
                DocumentError(file: file + ": " + manifestName, line: question.line, problem: problem)
            }
            guard seen.insert(question.kind + " " + question.path).inserted else {
                throw fail("\(quoted(question.path)) is answered twice")
            }
            func require<Value>(_ answer: HostAnswer<Value>?, _ lacking: String) throws(DocumentError) -> HostAnswer<
                Value
            > {
                guard let answer else { throw fail("\(quoted(question.path)) \(lacking)") }
                return answer
            }
            switch question.kind {
            case "file":
                let bytes = content["root" + question.path]
                snapshot.files[question.path] = try require(question.answer(bytes), "has no content in the archive")
            case "list": snapshot.lists[question.path] = try require(question.answer(question.words), "has no names")
            case "link":
                let target = question.words.first
                snapshot.links[question.path] = try require(question.answer(target), "has no target")
            case "there": snapshot.presence[question.path] = try require(question.answer(true), "has no answer")
            case "cpuid":
                let text = content["cpuid/" + question.path].map(trimmed)
                let answer = question.answer(text.flatMap { CPUIDRegisters(text: $0) })
                guard let leaf = CPUIDLeaf(name: question.path) else {
                    throw fail("\(quoted(question.path)) is not a leaf such as 00000001-00000000")
                }
                snapshot.cpuid[leaf] = try require(answer, "has no four hexadecimal registers in the archive")
            case "cpuid-cost":
                let ticks = question.words.first.flatMap { Int($0) }
                snapshot.cpuidCostTicks = try require(question.answer(ticks), "has no number")
            default: throw fail("\(quoted(question.kind)) is not a kind of question that this version knows")
            }
        }
        snapshot.nvml = content[nvmlName].map { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        return snapshot
    }
}
