package import Estate

/// One control of a framework, in our own words, and what may speak for it.
package struct AuditControl: Sendable, Hashable {
    /// How well the entry is founded.
    package enum Confidence: String, Sendable, Hashable, CaseIterable {
        /// Identifier and meaning were read in the framework's own publication.
        case checked
        /// Read in somebody else's description of the framework.
        case secondary
        /// Written from memory: shown as unverified.
        case memory

        /// What a reader is told.
        package var words: String {
            switch self {
            case .checked: "read at the source"
            case .secondary: "from a secondary source"
            case .memory: "unverified: from memory"
            }
        }
    }

    /// Under which circumstances a control says anything.
    package enum Scope: String, Sendable, Hashable, CaseIterable {
        /// Always.
        case all
        /// Where a hypervisor stands below the workload.
        case virtual
        /// Where several workloads can be on one GPU.
        case sharedGPU = "shared-gpu"
        /// Where customers of several organisations share servers.
        case provider
    }

    /// The framework it belongs to.
    package let framework: Framework
    /// The framework's own identifier: `SC-4`, `164.312(b)`.
    package let identifier: String
    /// A few words of ours.
    package let title: String
    /// What it asks of a platform of GPUs, in our words.
    package let meaning: String
    /// The id of the source in ``ControlCatalogue/sources``.
    package let source: String
    /// How well founded.
    package let confidence: Confidence
    /// The checks that may speak for it, by id.
    package let checks: [String]
    /// When it applies.
    package let scope: Scope
    /// Whether it is about shared resources or covert channels: no configuration supports it.
    package let isAboutSharing: Bool
    /// Whether a person must state something whatever the evidence says.
    package let alwaysAsks: Bool
    /// What a person is asked.
    package let question: String

    /// The name in files of ours: `nist-800-53:SC-4`.
    package let key: String
    /// The name as a token: letters, digits, `.`, `-`; for NIST SP 800-53 the catalogue's own (`sc-7.21`).
    package let token: String

    static func token(_ framework: Framework, _ identifier: String) -> String {
        var token = framework == .nist80053 ? "" : framework.rawValue + "-"
        for byte in identifier.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                token.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): token.unicodeScalars.append(Unicode.Scalar(byte + 32))
            case UInt8(ascii: ")"): break
            default: if token.last != "." { token += "." }
            }
        }
        return token
    }
}
