import Documents
import Estate
import Probability

/// The estate, and what of it only the reading of platforms needs.
struct EstateReading {
    var owned: OwnedEstate
    /// The hypervisor of virtual platforms, as written.
    var hypervisor: PriceBook.Hypervisor?
    /// The price of its licence as the study states it.
    var licencePrice: Quantity?
    /// The cores of a host are known.
    var knowsCores: Bool
    /// The line of the section, for errors about it.
    var section: ObjectReader
}

extension StudyAssembly {
    func estate(_ root: ObjectReader) -> EstateReading? {
        guard
            let reader = value(
                root,
                "estate",
                expected: "a mapping with 'today', 'gpu' and 'hosts'",
                {
                    reader throws(DocumentError) in reader
                }
            ), let section = section(reader, StudySchema.estate)
        else { return nil }
        let today = value(section, "today", expected: "a deployment model such as 'bare-metal' or 'vm-passthrough'") {
            reader throws(DocumentError) in try reader.deploymentModel()
        }
        let gpu = value(section, "gpu", expected: "a GPU of the catalogue such as 'h100-sxm-80gb'") {
            reader throws(DocumentError) in try self.gpu(reader)
        }
        let hypervisor = optional(section["hypervisor"]) { reader throws(DocumentError) in try self.hypervisor(reader) }
        let licencePrice = numbers.optional(
            section,
            "licence_price_per_year",
            licenceSpec("estate.licence_price_per_year", hypervisor?.name ?? "Hypervisor licence", hypervisor?.metric)
        )
        if let reader = section["licence_price_per_year"], section["hypervisor"] == nil {
            findings.add(reader.fail("has no hypervisor to belong to; add 'hypervisor' beside it"))
        }
        let renewal = day(section, "renewal")
        if let renewal, renewal < numbers.date {
            findings.note("The hypervisor contract ended on \(renewal), before the study's date: nothing is committed.")
        }
        guard let gpu, let shape = shape(section, gpu: gpu, prefix: "estate", parent: nil) else { return nil }
        let hosts = hostGroups(section, shape: shape.shape)
        let estate = OwnedEstate(
            today: today ?? .bareMetal,
            hosts: hosts,
            shape: shape.shape,
            renewal: renewal,
            expansion: expansion(section["expansion"])
        )
        return EstateReading(
            owned: estate,
            hypervisor: hypervisor,
            licencePrice: licencePrice,
            knowsCores: shape.knowsCores,
            section: section
        )
    }

    func gpu(_ reader: Reader) throws(DocumentError) -> GPUModel {
        let name = try reader.nonEmptyString()
        do {
            return try catalogue.gpu(named: name)
        } catch {
            throw reader.fail("\(error)")
        }
    }

    /// What a host is made of: as stated, else the parent's, else the usual server of the GPU.
    private func shape(
        _ section: ObjectReader,
        gpu: GPUModel,
        prefix: String,
        parent: HostShape?
    ) -> (shape: HostShape, knowsCores: Bool)? {
        let usual = book.host(for: gpu)
        let inherits = parent?.gpu == gpu ? parent : nil
        let gpus = integer(section, "gpus_per_host", in: 1...64) ?? inherits?.gpusPerHost ?? usual?.gpus ?? 8
        let statedCores = integer(section, "cores_per_host", in: 1...4_096)
        let cores = statedCores ?? inherits?.cores ?? usual?.cores ?? 64
        let sockets = integer(section, "sockets_per_host", in: 1...64) ?? inherits?.sockets ?? usual?.sockets ?? 2
        if statedCores == nil, inherits == nil, let usual {
            findings.note(
                "Hosts are taken as \(usual.cores) cores on \(usual.sockets) sockets unless the study says otherwise "
                    + "(\(usual.source.title))."
            )
        }
        if let reader = section["cores_per_host"], sockets > cores {
            findings.add(reader.fail("\(cores) cores cannot stand on \(sockets) sockets; mend one of them"))
        }
        // The book prices the usual server; one with another number of GPUs is another product.
        let model = gpus == (usual?.gpus ?? 8) ? gpu.id : "\(gpu.id) with \(gpus)"
        let priceSpec = QuantitySpec(
            "\(prefix).server_price",
            "New server with \(gpus) \(gpu.name)",
            unit: "¤ per host",
            kind: .money,
            book: "server_price.\(model)",
            neutral: nil
        )
        let powerSpec = QuantitySpec(
            "\(prefix).power_kw",
            "Server power at full load",
            unit: "kW",
            kind: .number,
            bounds: 0...1_000,
            book: "power_kw.\(model)"
        )
        guard let price = serverPrice(section, priceSpec, gpu: gpu, gpus: gpus, inherited: inherits?.price) else {
            return nil
        }
        let power = numbers.read(
            section,
            "power_kw",
            powerSpec,
            default: inherits?.power ?? self.power(powerSpec, gpu: gpu, gpus: gpus)
        )
        let shape = HostShape(
            gpu: gpu,
            gpusPerHost: gpus,
            cores: cores,
            sockets: sockets,
            memoryGiB: integer(section, "host_memory_gib", in: 1...1_048_576) ?? inherits?.memoryGiB,
            price: price,
            power: power
        )
        return (shape, statedCores != nil || inherits != nil || usual != nil)
    }

    /// A GPU without a price is an error, never a default.
    private func serverPrice(
        _ section: ObjectReader,
        _ spec: QuantitySpec,
        gpu: GPUModel,
        gpus: Int,
        inherited: Quantity?
    ) -> Quantity? {
        if section.has("server_price") { return numbers.read(section, "server_price", spec) }
        if let inherited { return inherited }
        if let price = numbers.fromBook(spec) { return price }
        let reason = numbers.book == nil ? "the price book is switched off" : "the price book has no price for it"
        findings.add(
            DocumentError(
                file: file,
                line: section.reader.line,
                path: spec.key,
                problem:
                    "is missing: a host with \(gpus) \(gpu.id) has no price (\(reason)); write what a new one costs, "
                    + "such as 'server_price: {low: …, mode: …, high: …, source: …, date: …}'"
            )
        )
        return numbers.broken(spec)
    }

    /// The power of a host that the book does not know, by the maximum of its GPUs; nil leaves it to the book.
    private func power(_ spec: QuantitySpec, gpu: GPUModel, gpus: Int) -> Quantity? {
        guard let book = numbers.book, spec.book.flatMap(book.entry) == nil, let watts = gpu.maximumPowerWatts?.value
        else { return nil }
        return numbers.assumed(
            spec,
            try? .point(Double(gpus * watts) / 1_000 * 1.8),
            source: "1.8 times the maximum of its GPUs (\(watts) W each), as in DGX H100 and B200; derived"
        )
    }

    private func hostGroups(_ section: ObjectReader, shape: HostShape) -> [HostGroup] {
        let purchased = day(section, "purchased")
        let retires = day(section, "retires")
        guard let groups = list(section["groups"], maximum: 1_000) else {
            guard let hosts = section["hosts"].flatMap({ self.hosts($0) }), hosts.count > 0 else { return [] }
            return [
                HostGroup(
                    names: hosts.names,
                    count: hosts.count,
                    shape: shape,
                    purchased: purchased,
                    retires: retires
                )
            ]
        }
        if let reader = section["hosts"] {
            findings.add(reader.fail("stands beside 'groups'; name the hosts in the groups alone"))
        }
        var result: [HostGroup] = []
        for reader in groups {
            guard let object = self.section(reader, StudySchema.hostGroup) else { continue }
            let hosts = value(object, "hosts", expected: "a hostlist such as 'gpu[01-08]', or how many") {
                reader throws(DocumentError) in reader
            }.flatMap { self.hosts($0) }
            let gpu = optional(object["gpu"]) { reader throws(DocumentError) in try self.gpu(reader) } ?? shape.gpu
            guard let hosts, hosts.count > 0 else { continue }
            let name = hosts.names.first ?? "group-\(result.count + 1)"
            guard let made = self.shape(object, gpu: gpu, prefix: "estate.groups.\(name)", parent: shape) else {
                continue
            }
            result.append(
                HostGroup(
                    names: hosts.names,
                    count: hosts.count,
                    shape: made.shape,
                    purchased: day(object, "purchased") ?? purchased,
                    retires: day(object, "retires") ?? retires
                )
            )
        }
        let names = result.flatMap(\.names)
        var seen: Set<String> = []
        if let twice = names.first(where: { !seen.insert($0).inserted }), let reader = section["groups"] {
            findings.add(reader.fail("the host \(quoted(twice)) stands in two groups; keep it in one"))
        }
        return result
    }

    /// Hosts by name or by count; a count has no names.
    private func hosts(_ reader: Reader) -> (names: [String], count: Int)? {
        findings.attempt { () throws(DocumentError) in
            if reader.isNumber { return ([], try reader.int(in: 0...Hostlist.maximumCount)) }
            let text =
                try reader.isArray ? reader.texts(maximum: 10_000).joined(separator: ",") : reader.nonEmptyString()
            do {
                let names = try Hostlist(parsing: text).names
                return (names, names.count)
            } catch {
                throw reader.fail("\(error)")
            }
        }
    }

    private func expansion(_ reader: Reader?) -> Expansion? {
        guard let reader, let object = section(reader, StudySchema.expansion) else { return nil }
        let price = numbers.read(
            object,
            "price",
            QuantitySpec("estate.expansion.price", "Planned expansion", unit: "¤", kind: .money, neutral: nil)
        )
        let gpus = value(object, "gpus", expected: "how many GPUs it adds") { reader throws(DocumentError) in
            try reader.int(in: 1...1_000_000)
        }
        let date = value(object, "date", expected: "when it is to be paid, such as 2027-01") {
            reader throws(DocumentError) in try reader.calendarDate()
        }
        guard let gpus, let date else { return nil }
        if date < numbers.date, let reader = object["date"] {
            findings.add(
                reader.fail(
                    "\(date) is before the study's date, \(numbers.date); a purchase already made belongs in 'hosts'"
                )
            )
        }
        return Expansion(price: price, gpus: gpus, date: date)
    }
}
