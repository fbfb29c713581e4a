import Documents
import Probability

extension PriceBook {
    /// Reads the book's own file.
    init(json: [UInt8], file: String) throws(DocumentError) {
        let root = try Reader(JSONDocument.parse(json, file: file), file: file)
            .object(["format", "version", "currency", "sources", "prices", "hypervisors", "hosts"])
        var sources: [String: Source] = [:]
        for reader in try root.require("sources").array(maximum: 1_000) {
            let source = try Source(reader)
            sources[source.id] = source
        }
        var entries: [Entry] = []
        for reader in try root.require("prices").array(maximum: 10_000) {
            let entry = try Entry(reader, sources: sources)
            guard !entries.contains(where: { $0.key == entry.key }) else {
                throw reader.fail("the key '\(entry.key)' stands twice")
            }
            entries.append(entry)
        }
        var hypervisors: [Hypervisor] = []
        for reader in try root.require("hypervisors").array(maximum: 1_000) {
            hypervisors.append(try Hypervisor(reader, entries: entries))
        }
        var hosts: [Host] = []
        for reader in try root.require("hosts").array(maximum: 1_000) {
            let object = try reader.object(["gpu", "gpus", "cores", "sockets", "source"])
            hosts.append(
                Host(
                    gpu: try object.require("gpu").string(),
                    gpus: try object.require("gpus").int(in: 1...64),
                    cores: try object.require("cores").int(in: 1...4_096),
                    sockets: try object.require("sockets").int(in: 1...64),
                    source: try sources.cited(by: object)
                )
            )
        }
        self.init(
            currency: try root.require("currency").string(),
            entries: entries,
            hypervisors: hypervisors,
            hosts: hosts
        )
    }
}

extension [String: PriceBook.Source] {
    fileprivate func cited(by object: ObjectReader) throws(DocumentError) -> PriceBook.Source {
        let reader = try object.require("source")
        let id = try reader.string()
        guard let source = self[id] else { throw reader.fail("\(quoted(id)) is not a source of the book") }
        return source
    }
}

extension PriceBook.Source {
    fileprivate init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["id", "title", "date", "url"])
        id = try object.require("id").nonEmptyString()
        title = try object.require("title").nonEmptyString()
        url = try object["url"]?.nonEmptyString()
        guard let written = object["date"] else {
            date = nil
            return
        }
        guard let day = CalendarDate(try written.string()) else { throw written.unexpected("a date such as 2026-11") }
        date = day
    }
}

extension PriceBook.Entry {
    fileprivate init(_ reader: Reader, sources: [String: PriceBook.Source]) throws(DocumentError) {
        let object = try reader.object([
            "key", "title", "unit", "value", "low", "mode", "high", "scan", "confidence", "source",
        ])
        key = try object.require("key").nonEmptyString()
        title = try object.require("title").nonEmptyString()
        unit = try object.require("unit").nonEmptyString()
        confidence = try object.require("confidence").choice("confidence")
        source = try sources.cited(by: object)
        do {
            if let value = object["value"] {
                distribution = try .point(value.double())
            } else if let mode = object["mode"] {
                distribution = try .triangular(
                    low: object.require("low").double(),
                    mode: mode.double(),
                    high: object.require("high").double()
                )
            } else {
                distribution = try .range(
                    low: object.require("low").double(),
                    high: object.require("high").double()
                )
            }
        } catch let error as DocumentError {
            throw error
        } catch {
            throw reader.fail("is no distribution: \(error)")
        }
        guard let bounds = try object["scan"]?.doubles() else {
            scan = nil
            return
        }
        guard bounds.count == 2, bounds[0] <= bounds[1] else { throw reader.fail("'scan' is not a low and a high") }
        scan = bounds[0]...bounds[1]
    }
}

extension PriceBook.Hypervisor {
    fileprivate init(_ reader: Reader, entries: [PriceBook.Entry]) throws(DocumentError) {
        let object = try reader.object([
            "id", "name", "aliases", "per", "minimum_per_socket", "minimum_order", "key",
        ])
        id = try object.require("id").nonEmptyString()
        name = try object.require("name").nonEmptyString()
        var names: [String] = []
        for alias in try object.require("aliases").array(maximum: 100) { names.append(try alias.nonEmptyString()) }
        aliases = names
        price = try object["key"]?.string()
        if let price, !entries.contains(where: { $0.key == price }) {
            throw reader.fail("\(quoted(price)) is not a price of the book")
        }
        switch try object["per"]?.string() {
        case nil: metric = nil
        case "core":
            metric = .perCore(
                minimumPerSocket: try object["minimum_per_socket"]?.int(in: 0...1_024) ?? 0,
                minimumOrder: try object["minimum_order"]?.int(in: 0...1_000_000) ?? 0
            )
        case "socket": metric = .perSocket
        case "gpu": metric = .perGPU
        case "host": metric = .perHost
        case .some(let other): throw reader.fail("\(quoted(other)) is not what a licence counts")
        }
    }
}
