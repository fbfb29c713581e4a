import Commands
import NodeCommands

await Assay.start()
