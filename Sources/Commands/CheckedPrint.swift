import NodeCommands

/// The commands' `print`: checked, where the standard library's drops what cannot be written.
func print(_ text: String, terminator: String = "\n") {
    Console.output(text, terminator: terminator)
}
