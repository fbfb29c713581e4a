import Commands

await Assay.start()
