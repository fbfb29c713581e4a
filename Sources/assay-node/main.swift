import NodeCommands

await AssayNode.start()
