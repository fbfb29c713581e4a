/// What a format is called, what writes it, and what can be known from it.
package struct ImportFormat: Sendable, Hashable {
    /// The word after `--as`: `fio`, `nccl-tests`.
    package var name: String
    /// The tool and the form, for people: `fio --output-format=json or json+`.
    package var title: String
    /// The command whose output carries the most: `fio --output-format=json+ job.fio`.
    package var command: String
    /// What a file of it can and cannot say, in one sentence.
    package var limits: String
    /// Words that its files hold, by which a damaged or foreign file is likened to it: `"fio version"`, `clat_ns`.
    package var marks: [String]

    /// A format.
    package init(name: String, title: String, command: String, limits: String, marks: [String] = []) {
        self.name = name
        self.title = title
        self.command = command
        self.limits = limits
        self.marks = marks
    }
}
