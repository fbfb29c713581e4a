/// The version of Assay, as packages and records carry it.
package enum Version {
    package static let current = "0.1.0"
}
