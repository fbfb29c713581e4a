import Estate

/// A GPU, or a MIG instance of one, as the labels of an exporter name it.
package struct GPUPlace: Sendable, Hashable, Comparable {
    /// The host; empty where no label names it.
    package var host: String
    /// The GPU's number on its host; empty where no label names it.
    package var index: String
    /// The GPU's UUID, of an instance that of its GPU; empty where no label names it.
    package var uuid: String
    /// The GPU instance's number; empty for the whole GPU.
    package var instance: String
    /// The MIG profile, `1g.10gb`; empty for the whole GPU.
    package var profile: String

    /// From labels of DCGM's exporter, of any age; nil where they name no GPU.
    init?(_ series: MetricSeries) {
        index = series.label("gpu", "GPU", "minor_number") ?? ""
        uuid = series.label("UUID", "uuid") ?? ""
        guard !index.isEmpty || !uuid.isEmpty else { return nil }
        host = series.label("hostname", "Hostname", "host", "node", "kubernetes_node", "instance") ?? ""
        instance = series.label("GPU_I_ID") ?? ""
        profile = instance.isEmpty ? "" : series.label("GPU_I_PROFILE") ?? ""
    }

    /// The GPU that it is, or is a part of.
    package var gpu: GPUPlace {
        var whole = self
        whole.instance = ""
        whole.profile = ""
        return whole
    }

    /// A name for people: `node1 gpu 0`, `node1 gpu 0 instance 7 (1g.10gb)`.
    package var words: String {
        let gpu = index.isEmpty ? uuid : "gpu \(index)"
        let part = instance.isEmpty ? "" : " instance \(instance)" + (profile.isEmpty ? "" : " (\(profile))")
        return (host.isEmpty ? "" : "\(host) ") + gpu + part
    }

    package static func < (left: GPUPlace, right: GPUPlace) -> Bool { left.key.lexicographicallyPrecedes(right.key) }

    /// Numbers sort as numbers.
    private var key: [String] {
        func padded(_ text: String) -> String {
            text.utf8.count < 8 && text.allSatisfy(\.isNumber)
                ? String(repeating: "0", count: 8 - text.count) + text : text
        }
        return [host, padded(index), uuid, padded(instance), profile]
    }

    /// The share of the GPU's compute slices that the place has: 1 for a whole GPU, nil where it is not known.
    func computeShare(model: String) -> Double? {
        guard !instance.isEmpty else { return 1 }
        let geometry = (try? GPUCatalogue.standard())?.geometry(ofModel: model)
        if let geometry, let slices = try? geometry.profile(named: profile).computeSlices,
            let total = try? geometry.totalComputeSlices(), total > 0
        {
            return Double(slices) / Double(total)
        }
        // `2g.20gb`, `1c.3g.20gb`: the number before the g. Seven slices make a GPU but for the A30, which has four.
        let parts = profile.split(separator: ".")
        guard let word = parts.first(where: { $0.hasSuffix("g") }), let slices = Int(word.dropLast()), slices > 0 else {
            return nil
        }
        let total = model.contains("A30") ? 4 : 7
        return slices <= total ? Double(slices) / Double(total) : nil
    }
}

extension GPUCatalogue {
    /// The MIG geometry of the GPU that a driver names so.
    fileprivate func geometry(ofModel name: String) -> MIGGeometry? {
        guard !name.isEmpty else { return nil }
        return (try? gpu(named: name)).flatMap { try? $0.mig() }
    }
}
