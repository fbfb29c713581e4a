package import Estate

/// How GPUs are handed out when a trace is replayed: the deployment models, as far as a scheduler sees them.
package enum ReplayModel: Sendable, Hashable {
    /// Whole GPUs on bare metal; a job that needs less has a whole one.
    case wholeGPU
    /// Virtual machines with whole GPUs, of fixed shapes: a job has the smallest shape that holds it.
    ///
    /// Shapes are GPUs of one machine, ascending; a job larger than the largest has several of that. CPU and memory go
    /// with the shape, as the host's divided by its GPUs.
    case passthrough(shapes: [Int])
    /// Instances that come and go with the jobs: an instance is created in what is idle, and only idle ones are
    /// destroyed. A job that needs a whole GPU waits until one has drained, as its queue has it.
    case dynamicMIG
    /// Some hosts cut into one layout for good, the others whole; a job has one place to go: parts to the layout.
    case staticMIG(layout: MIGLayout, hosts: Int)
    /// Time-sliced vGPU: GPUs have `slots` equal frame buffers, and those on a GPU take turns.
    ///
    /// A job whose memory fits a slot, and whose least speed its turn keeps, has a slot; any other has the whole GPU.
    case timeSliced(slots: Int)
    /// Several models side by side, each on hosts of its own.
    case mixed([Part])

    /// A part of a mixed estate.
    package struct Part: Sendable, Hashable {
        /// A name for messages.
        package var name: String
        /// The model; not itself mixed.
        package var model: ReplayModel
        /// What it costs.
        package var overheads: ModelOverheads
        /// How many hosts, from where the part before ended.
        package var hosts: Int
        /// The classes that it serves, by ``TraceJob/speedClass``.
        package var classes: Set<Int32>

        package init(
            name: String,
            model: ReplayModel,
            overheads: ModelOverheads,
            hosts: Int,
            classes: Set<Int32>
        ) {
            self.name = name
            self.model = model
            self.overheads = overheads
            self.hosts = hosts
            self.classes = classes
        }
    }
}

/// Hosts that are alike, before any model cuts them.
package struct HostPool: Sendable, Hashable {
    /// A name for messages and charts.
    package var name: String
    /// How many.
    package var hosts: Int
    /// GPUs of each, 0 to 64.
    package var gpusPerHost: Int
    /// The type of GPU, as traces name it.
    package var gpuType: String
    /// Memory of a GPU, in MiB; 0 where it is not known, and then no job is given a slot.
    package var gpuMemoryMiB: Int
    /// How a GPU can be cut; nil where it cannot.
    package var geometry: MIGGeometry?
    /// CPU of a host in thousandths; nil where it limits nothing.
    package var cpuMilli: Int64?
    /// Memory of a host in MiB; nil where it limits nothing.
    package var memoryMiB: Int64?

    package init(
        name: String = "host",
        hosts: Int,
        gpusPerHost: Int,
        gpuType: String = "",
        gpuMemoryMiB: Int,
        geometry: MIGGeometry? = nil,
        cpuMilli: Int64? = nil,
        memoryMiB: Int64? = nil
    ) {
        self.name = name
        self.hosts = hosts
        self.gpusPerHost = gpusPerHost
        self.gpuType = gpuType
        self.gpuMemoryMiB = gpuMemoryMiB
        self.geometry = geometry
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
    }
}
