import Testing

/// What the interpreter refuses: a kernel that passes it does none of this.
@Suite struct PTXMachineTests {
    static let head = ".version 7.0\n.target sm_70\n.address_size 64\n"

    /// A kernel with 32 threads and a body, on four words of which the first two are written: what is refused, or "ran".
    static func outcome(_ body: String) -> String {
        let text =
            head + """
                .visible .entry try(.param .u64 at, .param .u32 n)
                {
                    .reg .pred %p<2>;
                    .reg .b32 %r<8>;
                    .reg .b64 %rd<4>;
                    .reg .f32 %f<4>;
                    ld.param.u64 %rd1, [at];
                    mov.u32 %r1, %tid.x;
                    \(body)
                }

                """
        do {
            let kernel = try #require(try PTXProgram(text).kernels["try"])
            let memory = PTXRegions()
            let at = memory.region(words: 2) { UInt32($0) }
            let launch = PTXLaunch(blocks: 1, threads: 32, arguments: [at, 7], mostSteps: 100)
            try PTXMachine.run(kernel, launch, memory)
            return "ran"
        } catch { return "\(error)" }
    }

    @Test("a kernel that keeps the rules runs")
    func runs() {
        #expect(Self.outcome("ld.global.u32 %r2, [%rd1+4]; red.global.add.u32 [%rd1], %r2; ret;") == "ran")
        #expect(Self.outcome("setp.eq.u32 %p1, %r1, 0; @!%p1 bra end; st.global.u32 [%rd1], %r1; end: ret;") == "ran")
        #expect(
            Self.outcome("shl.b32 %r2, %r1, 40; setp.eq.u32 %p1, %r2, 0; @%p1 ret; mov.u32 %r2, %r3; ret;") == "ran"
        )
    }

    @Test(
        "what breaks a rule is refused",
        arguments: [
            ("frob.u32 %r1, %r1; ret;", "does not have"), ("add.u16 %r1, %r1, 1; ret;", "does not have"),
            ("add.u32 %r2, %r3, 1; ret;", "never written"), ("add.u32 %r2, %r1; ret;", "operands"),
            ("add.u32 %r9, %r1, 1; ret;", "no declared register"), ("add.u32 %rd2, %r1, 1; ret;", "%rd2 is .b64"),
            ("mov.u32 %f1, %r1; ret;", "%f1 is .f32"), ("mov.u32 %r2, 4294967296; ret;", "is no .u32"),
            ("mov.f32 %f1, 1; ret;", "is no .f32"), ("ld.param.u32 %r2, [at]; ret;", "is no parameter"),
            ("ld.global.u32 %r2, [%rd1+8]; ret;", "outside"), ("ld.global.u32 %r2, [%rd1+2]; ret;", "no multiple of 4"),
            ("ld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%rd1+4]; ret;", "no multiple of 16"),
            ("ld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%rd1]; ret;", "outside"),
            ("ld.global.v4.u32 {%r2, %r3, %r4}, [%rd1]; ret;", "has not 4 elements"),
            ("st.global.u32 [%rd1], %r1; ret;", "writes over what thread 0 wrote"),
            ("mul.wide.u32 %rd2, %r1, 4; add.u64 %rd2, %rd1, %rd2; st.global.u32 [%rd2], %r1; ret;", "outside"),
            (
                "setp.eq.u32 %p1, %r1, 0; @%p1 st.global.u32 [%rd1], %r1; ld.global.u32 %r2, [%rd1]; ret;",
                "reads what thread 0"
            ),
            ("again: bra again;", "no end after 100"), ("bra nowhere; ret;", "no label nowhere"),
            ("mov.u32 %r2, 1;", "past the end"), ("mov.u32 %r2, 1", "does not end with a ;"),
            ("one: one: ret;", "there twice"),
            (
                "setp.eq.u32 %p1, %r1, 3; @%p1 ret; mov.f32 %f0, 0f00000000; mov.u32 %r2, 0;"
                    + "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f0, %f0, %f0}, {%r2, %r2, %r2, %r2}, "
                    + "{%r2, %r2}, {%f0, %f0, %f0, %f0}; ret;",
                "as a whole"
            ),
            (
                "mov.f32 %f0, 0f3E800000; mov.u32 %r2, 0;"
                    + "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f0, %f0, %f0}, {%r2, %r2, %r2, %r2}, "
                    + "{%r2, %r2}, {%f0, %f0, %f0, %f0}; ret;",
                "whole numbers"
            ),
        ]
    )
    func refuses(body: String, words: String) {
        let outcome = Self.outcome(body)
        #expect(outcome.contains(words), "\(outcome)")
    }

    @Test("memory that nobody wrote is not read")
    func unwritten() throws {
        let program = try PTXProgram(
            Self.head
                + ".visible .entry k(.param .u64 at)\n{ .reg .b32 %r<2>; .reg .b64 %rd<2>; ld.param.u64 %rd1, [at]; "
                + "ld.global.u32 %r1, [%rd1]; ret; }\n"
        )
        let memory = PTXRegions()
        let launch = PTXLaunch(blocks: 1, arguments: [memory.region(words: 1)])
        let kernel = try #require(program.kernels["k"])
        #expect(throws: PTXFault.self) { try PTXMachine.run(kernel, launch, memory) }
    }
}
