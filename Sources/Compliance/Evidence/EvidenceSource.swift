internal import Crypto
package import Estate
internal import Documents
package import Evidence

/// A file that evidence is read from: a record, or what an inspection captured on a host.
package struct EvidenceSource: Sendable, Hashable {
    /// What kind of file it is.
    package enum Kind: String, Sendable, Hashable {
        /// `*.record.json`.
        case record
        /// A capture of `assay inspect --capture`, or a copied `/proc` and `/sys`.
        case capture
    }

    /// Who says when it was collected.
    package enum Dating: String, Sendable, Hashable {
        /// The record itself.
        case recorded
        /// The owner of the study, beside its path.
        case declared
    }

    /// What kind of file.
    package var kind: Kind
    /// The file as the user named it.
    package var file: String
    /// `sha256:` and 64 digits: the hash of the file's bytes.
    package var hash: String
    /// The deployment model it speaks of: claimed by the study, else the record's own.
    package var model: DeploymentModel?
    /// When it was collected; absent where nobody says.
    package var collected: Timestamp?
    /// Who says when.
    package var dating: Dating
    /// The hosts in it, with what is known of each.
    package var hosts: [EvidenceHost]

    /// A file with what was read from it.
    package init(
        kind: Kind,
        file: String,
        hash: String,
        model: DeploymentModel?,
        collected: Timestamp?,
        dating: Dating = .recorded,
        hosts: [EvidenceHost]
    ) {
        self.kind = kind
        self.file = file
        self.hash = hash
        self.model = model
        self.collected = collected
        self.dating = dating
        self.hosts = hosts
    }

    /// A record as evidence: the facts of its hosts.
    package init(_ record: Record, hash: String) {
        self.init(
            kind: .record,
            file: record.file,
            hash: hash,
            model: record.model,
            collected: record.content.created ?? record.runs.compactMap(\.run.started).max(),
            hosts: record.hosts.enumerated().map { index, host in
                EvidenceHost(
                    name: host.id,
                    detectedModel: record.content.detectedModel,
                    facts: host.facts.map { EvidenceFact($0, place: "hosts[\(index)].facts.\($0.name)") }
                )
            }
        )
    }
}

/// One host of a source.
package struct EvidenceHost: Sendable, Hashable {
    /// Its name in the record, or the name that the study claims for a capture.
    package var name: String
    /// The model that the tool saw there.
    package var detectedModel: DeploymentModel?
    /// What is known of it.
    package var facts: [EvidenceFact]

    /// A host with its facts.
    package init(name: String, detectedModel: DeploymentModel? = nil, facts: [EvidenceFact]) {
        self.name = name
        self.detectedModel = detectedModel
        self.facts = facts
    }

    /// The fact of a name.
    package func fact(_ name: String) -> EvidenceFact? { facts.first { $0.name == name } }

    /// Whether these facts were read inside a virtual machine, where the host below cannot be seen.
    var isGuest: Bool { fact("virtualization")?.value.lowercased() == "yes" }

    /// Whether a program looked for a hypervisor and saw none: then these facts are a host's own.
    var isKnownHost: Bool {
        fact("virtualization").map { $0.value.lowercased() == "no-evidence" && !$0.isDeclared } ?? false
    }
}

/// One line of evidence.
package struct EvidenceFact: Sendable, Hashable {
    /// The name: `secure_boot`.
    package var name: String
    /// The value.
    package var value: String
    /// Where the collector read it: `nvml: nvmlDeviceGetEccMode`.
    package var origin: String
    /// Where it stands in the file: `hosts[0].facts.ecc`.
    package var place: String
    /// The line itself, as it stands there.
    package var raw: String

    /// A line with its place.
    package init(name: String, value: String, origin: String, place: String, raw: String) {
        self.name = name
        self.value = value
        self.origin = origin
        self.place = place
        self.raw = raw
    }

    /// A fact of a record, spelled as in the record's canonical form.
    package init(_ fact: HostFact, place: String) {
        let pair = JSON.object([
            JSONMember(fact.name, .fields(["evidence": .string(fact.evidence), "value": .string(fact.value)]))
        ])
        let text = (try? pair.canonical()).map { String(decoding: $0.dropFirst().dropLast(), as: UTF8.self) }
        self.init(name: fact.name, value: fact.value, origin: fact.evidence, place: place, raw: text ?? fact.value)
    }

    /// Whether a person typed it rather than a program reading it.
    ///
    /// Such a line never supports a control: it is a statement without a name. It can contradict one.
    package var isDeclared: Bool {
        let origin = origin.lowercased()
        return origin.hasPrefix("declared") || origin.hasPrefix("given on the command line")
    }

    /// The hash of the raw line: `sha256:…`.
    package var hash: String { ContentHash.of(Array(raw.utf8)) }
}

/// SHA-256 of bytes, as this package writes it everywhere.
package enum ContentHash {
    /// `sha256:` and 64 hexadecimal digits.
    package static func of(_ bytes: [UInt8]) -> String {
        "sha256:" + hexadecimal(SHA256.hash(data: bytes))
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A UUID of version 5 (RFC 9562: SHA-1 of a namespace and a name), so that the same content has the same one.
    package static func uuid(_ name: String) -> String {
        // The namespace is itself the version 5 UUID of 'assay' under the one for names of domains.
        let space: [UInt8] = [
            0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
        ]
        let own = Array(Insecure.SHA1.hash(data: space + Array("assay".utf8))).prefix(16)
        var bytes = Array(Array(Insecure.SHA1.hash(data: stamped(Array(own)) + Array(name.utf8))).prefix(16))
        bytes = stamped(bytes)
        let text = Array(hexadecimal(bytes))
        return [text[0..<8], text[8..<12], text[12..<16], text[16..<20], text[20..<32]].map { String($0) }
            .joined(separator: "-")
    }

    private static func stamped(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes
    }
}
