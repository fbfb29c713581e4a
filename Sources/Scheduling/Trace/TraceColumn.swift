/// One number for each job of a trace; while all are the same, only that one is held.
///
/// Most traces say nothing of most fields. A column that is never written needs no memory, and none is touched for it.
package struct TraceColumn<Value: FixedWidthInteger & BitwiseCopyable & Sendable>: Sendable {
    /// The values; empty while each is ``common``.
    private var values: ContiguousArray<Value> = []
    /// The value of every job while ``values`` is empty.
    private var common: Value
    /// How many jobs there are.
    package private(set) var count = 0
    private var capacity = 0

    /// A column without jobs, whose values are expected to be `common`.
    init(_ common: Value) { self.common = common }

    /// Makes room for a number of jobs, once a value differs.
    mutating func reserveCapacity(_ count: Int) {
        capacity = count
        if !values.isEmpty { values.reserveCapacity(count) }
    }

    /// Adds the value of one job.
    @inline(__always)
    mutating func append(_ value: Value) {
        if values.isEmpty, value != common { spread() }
        count += 1
        // A first value that differs is written even though none stands before it.
        if !values.isEmpty || value != common { values.append(value) }
    }

    /// Adds a field of some jobs.
    @inline(__always)
    mutating func append<Job>(_ jobs: Span<Job>, _ value: (borrowing Job) -> Value) {
        if values.isEmpty {
            var differences: Value = 0
            for index in jobs.indices { differences |= value(jobs[unchecked: index]) ^ common }
            guard differences != 0 else {
                count += jobs.count
                return
            }
            spread()
        }
        let before = count
        count += jobs.count
        values.append(contentsOf: repeatElement(0, count: jobs.count))
        var places = values.mutableSpan
        for index in jobs.indices { places[before + index] = value(jobs[unchecked: index]) }
    }

    /// Adds the values of some jobs.
    mutating func append(contentsOf more: ContiguousArray<Value>) {
        append(more.span) { $0 }
    }

    /// Holds each value from here on.
    @inline(never)
    private mutating func spread() {
        values.reserveCapacity(Swift.max(capacity, count + 1))
        values.append(contentsOf: repeatElement(common, count: count))
    }

    /// Whether each value is held.
    var isSpread: Bool { !values.isEmpty }

    /// The values, one by one.
    package var array: ContiguousArray<Value> {
        values.isEmpty ? ContiguousArray(repeating: common, count: count) : values
    }

    /// Puts the values in an order: the index of each, from the first.
    mutating func reorder(_ order: ContiguousArray<Int>) {
        if !values.isEmpty { values = TimeOrder.apply(order, to: values) }
    }

    /// The values of some jobs, in their order; an index may stand more than once.
    func gathered(_ rows: ContiguousArray<Int32>) -> Self {
        var gathered = self
        gathered.count = rows.count
        gathered.capacity = 0
        if !values.isEmpty { gathered.values = TimeOrder.gather(rows, from: values) }
        return gathered
    }

    /// Changes every value.
    mutating func change(_ change: (Value) -> Value) {
        guard !values.isEmpty else {
            common = change(common)
            return
        }
        var places = values.mutableSpan
        for index in places.indices { places[index] = change(places[index]) }
    }
}

extension TraceColumn: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    /// The value of a job.
    package subscript(index: Int) -> Value {
        @inline(__always)
        get {
            guard values.isEmpty else { return values[index] }
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such job")
            return common
        }
        set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such job")
            if values.isEmpty {
                guard newValue != common else { return }
                spread()
            }
            values[index] = newValue
        }
    }
}
