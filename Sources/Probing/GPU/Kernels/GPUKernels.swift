/// The programs that run on a GPU: PTX of our own, which the driver compiles for the GPU it finds.
///
/// `general` runs from compute capability 7.0 on and every driver since R450 takes it; `tensor` needs 8.0. Kernels are
/// grid-stride, so any grid does the whole work; the names of parameters say what they are.
package enum GPUKernels {
    /// Threads of a block, in every kernel.
    package static let blockThreads: UInt32 = 256
    /// Chains of dependent operations that a thread of `assay_fma` keeps going, enough to hide an operation's latency.
    package static let fmaChains = 8
    /// Operations of each chain in one turn of `assay_fma`'s loop.
    package static let fmaUnrolled: UInt32 = 16
    /// Products that a warp of `assay_mma` keeps going.
    package static let mmaChains = 4
    /// Products of each in one turn of `assay_mma`'s loop.
    package static let mmaUnrolled: UInt32 = 8
    /// The factor of the words that `assay_fill` writes: word i is `i * fillFactor + seed`.
    package static let fillFactor: UInt32 = 2_654_435_761

    /// Nothing, filling, reading, copying, and single-precision work.
    package static let general: String = header(target: "sm_70") + empty + fill + read + copy + fma

    /// Half-precision matrix products in the tensor cores.
    package static let tensor: String = header(target: "sm_80") + mma

    private static func header(target: String) -> String {
        """
        .version 7.0
        .target \(target)
        .address_size 64

        """
    }

    private static let empty = """
        .visible .entry assay_empty()
        {
            ret;
        }

        """

    /// The thread's number in %r1 and the grid's threads in %r2, and both as 64 bits in %rd1 and %rd2.
    private static let position = """
            mov.u32 %r3, %ctaid.x;
            mov.u32 %r4, %ntid.x;
            mov.u32 %r5, %tid.x;
            mad.lo.u32 %r1, %r3, %r4, %r5;
            mov.u32 %r6, %nctaid.x;
            mul.lo.u32 %r2, %r6, %r4;
            cvt.u64.u32 %rd1, %r1;
            cvt.u64.u32 %rd2, %r2;

        """

    /// Word i becomes i * 2654435761 + seed, four words at a time.
    private static let fill =
        """
        .visible .entry assay_fill(.param .u64 to, .param .u64 quads, .param .u32 seed)
        {
            .reg .pred %p<2>;
            .reg .b32 %r<20>;
            .reg .b64 %rd<10>;

        """ + position + """
                ld.param.u64 %rd3, [to];
                ld.param.u64 %rd4, [quads];
                ld.param.u32 %r7, [seed];
                cvta.to.global.u64 %rd3, %rd3;
            next:
                setp.ge.u64 %p1, %rd1, %rd4;
                @%p1 bra done;
                cvt.u32.u64 %r8, %rd1;
                shl.b32 %r8, %r8, 2;
                mad.lo.u32 %r9, %r8, 2654435761, %r7;
                add.u32 %r10, %r9, 2654435761;
                add.u32 %r11, %r10, 2654435761;
                add.u32 %r12, %r11, 2654435761;
                shl.b64 %rd5, %rd1, 4;
                add.u64 %rd6, %rd3, %rd5;
                st.global.v4.u32 [%rd6], {%r9, %r10, %r11, %r12};
                add.u64 %rd1, %rd1, %rd2;
                bra next;
            done:
                ret;
            }

            """

    /// Adds all words, modulo 2^32, onto the word at `sum`: four loads of 16 bytes are under way at a time.
    private static let read =
        """
        .visible .entry assay_read(.param .u64 from, .param .u64 quads, .param .u64 sum)
        {
            .reg .pred %p<3>;
            .reg .b32 %r<40>;
            .reg .b64 %rd<20>;

        """ + position + """
                ld.param.u64 %rd3, [from];
                ld.param.u64 %rd4, [quads];
                ld.param.u64 %rd5, [sum];
                cvta.to.global.u64 %rd3, %rd3;
                cvta.to.global.u64 %rd5, %rd5;
                mov.u32 %r7, 0;
                shl.b64 %rd6, %rd2, 4;
                mad.lo.u64 %rd7, %rd2, 3, %rd1;
            four:
                setp.ge.u64 %p1, %rd7, %rd4;
                @%p1 bra one;
                shl.b64 %rd8, %rd1, 4;
                add.u64 %rd9, %rd3, %rd8;
                add.u64 %rd10, %rd9, %rd6;
                add.u64 %rd11, %rd10, %rd6;
                add.u64 %rd12, %rd11, %rd6;
                ld.global.v4.u32 {%r8, %r9, %r10, %r11}, [%rd9];
                ld.global.v4.u32 {%r12, %r13, %r14, %r15}, [%rd10];
                ld.global.v4.u32 {%r16, %r17, %r18, %r19}, [%rd11];
                ld.global.v4.u32 {%r20, %r21, %r22, %r23}, [%rd12];
                add.u32 %r24, %r8, %r9;
                add.u32 %r25, %r10, %r11;
                add.u32 %r26, %r12, %r13;
                add.u32 %r27, %r14, %r15;
                add.u32 %r28, %r16, %r17;
                add.u32 %r29, %r18, %r19;
                add.u32 %r30, %r20, %r21;
                add.u32 %r31, %r22, %r23;
                add.u32 %r24, %r24, %r25;
                add.u32 %r26, %r26, %r27;
                add.u32 %r28, %r28, %r29;
                add.u32 %r30, %r30, %r31;
                add.u32 %r24, %r24, %r26;
                add.u32 %r28, %r28, %r30;
                add.u32 %r7, %r7, %r24;
                add.u32 %r7, %r7, %r28;
                shl.b64 %rd13, %rd2, 2;
                add.u64 %rd1, %rd1, %rd13;
                add.u64 %rd7, %rd7, %rd13;
                bra four;
            one:
                setp.ge.u64 %p2, %rd1, %rd4;
                @%p2 bra done;
                shl.b64 %rd8, %rd1, 4;
                add.u64 %rd9, %rd3, %rd8;
                ld.global.v4.u32 {%r8, %r9, %r10, %r11}, [%rd9];
                add.u32 %r24, %r8, %r9;
                add.u32 %r25, %r10, %r11;
                add.u32 %r24, %r24, %r25;
                add.u32 %r7, %r7, %r24;
                add.u64 %rd1, %rd1, %rd2;
                bra one;
            done:
                red.global.add.u32 [%rd5], %r7;
                ret;
            }

            """

    /// Copies, with four loads of 16 bytes under way at a time.
    private static let copy =
        """
        .visible .entry assay_copy(.param .u64 to, .param .u64 from, .param .u64 quads)
        {
            .reg .pred %p<3>;
            .reg .b32 %r<30>;
            .reg .b64 %rd<20>;

        """ + position + """
                ld.param.u64 %rd14, [to];
                ld.param.u64 %rd3, [from];
                ld.param.u64 %rd4, [quads];
                cvta.to.global.u64 %rd14, %rd14;
                cvta.to.global.u64 %rd3, %rd3;
                shl.b64 %rd6, %rd2, 4;
                mad.lo.u64 %rd7, %rd2, 3, %rd1;
            four:
                setp.ge.u64 %p1, %rd7, %rd4;
                @%p1 bra one;
                shl.b64 %rd8, %rd1, 4;
                add.u64 %rd9, %rd3, %rd8;
                add.u64 %rd10, %rd9, %rd6;
                add.u64 %rd11, %rd10, %rd6;
                add.u64 %rd12, %rd11, %rd6;
                ld.global.v4.u32 {%r8, %r9, %r10, %r11}, [%rd9];
                ld.global.v4.u32 {%r12, %r13, %r14, %r15}, [%rd10];
                ld.global.v4.u32 {%r16, %r17, %r18, %r19}, [%rd11];
                ld.global.v4.u32 {%r20, %r21, %r22, %r23}, [%rd12];
                add.u64 %rd15, %rd14, %rd8;
                add.u64 %rd16, %rd15, %rd6;
                add.u64 %rd17, %rd16, %rd6;
                add.u64 %rd18, %rd17, %rd6;
                st.global.v4.u32 [%rd15], {%r8, %r9, %r10, %r11};
                st.global.v4.u32 [%rd16], {%r12, %r13, %r14, %r15};
                st.global.v4.u32 [%rd17], {%r16, %r17, %r18, %r19};
                st.global.v4.u32 [%rd18], {%r20, %r21, %r22, %r23};
                shl.b64 %rd13, %rd2, 2;
                add.u64 %rd1, %rd1, %rd13;
                add.u64 %rd7, %rd7, %rd13;
                bra four;
            one:
                setp.ge.u64 %p2, %rd1, %rd4;
                @%p2 bra done;
                shl.b64 %rd8, %rd1, 4;
                add.u64 %rd9, %rd3, %rd8;
                ld.global.v4.u32 {%r8, %r9, %r10, %r11}, [%rd9];
                add.u64 %rd15, %rd14, %rd8;
                st.global.v4.u32 [%rd15], {%r8, %r9, %r10, %r11};
                add.u64 %rd1, %rd1, %rd2;
                bra one;
            done:
                ret;
            }

            """

    /// Eight chains x = x * a + b a thread; chain c starts at start + c + (thread mod 8), their sum is the thread's result.
    private static var fma: String {
        let chains = 0..<fmaChains
        let begin = chains.map { "    add.f32 %f\(10 + $0), %f3, \(float(Float($0)));\n" }.joined()
        let turn = (0..<fmaUnrolled).map { _ in
            chains.map { "    fma.rn.f32 %f\(10 + $0), %f\(10 + $0), %f1, %f2;\n" }.joined()
        }.joined()
        let sum = chains.map { "    add.f32 %f4, %f4, %f\(10 + $0);\n" }.joined()
        return """
            .visible .entry assay_fma(.param .u64 result, .param .u32 turns, .param .f32 a, .param .f32 b, .param .f32 start)
            {
                .reg .pred %p<2>;
                .reg .b32 %r<12>;
                .reg .b64 %rd<8>;
                .reg .f32 %f<20>;

            """ + position + """
                    ld.param.u64 %rd3, [result];
                    ld.param.u32 %r7, [turns];
                    ld.param.f32 %f1, [a];
                    ld.param.f32 %f2, [b];
                    ld.param.f32 %f3, [start];
                    cvta.to.global.u64 %rd3, %rd3;
                    and.b32 %r8, %r1, 7;
                    cvt.rn.f32.u32 %f5, %r8;
                    add.f32 %f3, %f3, %f5;
                    mov.f32 %f4, 0f00000000;

                """ + begin + """
                    next:
                        setp.eq.u32 %p1, %r7, 0;
                        @%p1 bra done;

                    """ + turn + """
                        sub.u32 %r7, %r7, 1;
                        bra next;
                    done:

                    """ + sum + """
                        shl.b64 %rd4, %rd1, 2;
                        add.u64 %rd5, %rd3, %rd4;
                        st.global.f32 [%rd5], %f4;
                        ret;
                    }

                    """
    }

    /// Four products D = A * B + D a warp, A 16 by 16 and B 16 by 8 of halves, D of floats.
    ///
    /// `input` holds each lane's four words of A and two of B. D of chain c starts at c everywhere, so that no two chains
    /// are the same work; the sum over the chains of a lane's D goes to its four words of `result`.
    private static var mma: String {
        let chains = 0..<mmaChains
        func d(_ chain: Int) -> String { (0..<4).map { "%f\(10 + 4 * chain + $0)" }.joined(separator: ", ") }
        let begin = chains.flatMap { chain in
            (0..<4).map { "    mov.f32 %f\(10 + 4 * chain + $0), \(float(Float(chain)));\n" }
        }
        .joined()
        let turn = (0..<mmaUnrolled).map { _ in
            chains.map { chain in
                "    mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {\(d(chain))}, "
                    + "{%r10, %r11, %r12, %r13}, {%r14, %r15}, {\(d(chain))};\n"
            }.joined()
        }.joined()
        let sum = chains.dropFirst().flatMap { chain in
            (0..<4).map { "    add.f32 %f\(10 + $0), %f\(10 + $0), %f\(10 + 4 * chain + $0);\n" }
        }.joined()
        return """
            .visible .entry assay_mma(.param .u64 result, .param .u64 input, .param .u32 turns)
            {
                .reg .pred %p<2>;
                .reg .b32 %r<20>;
                .reg .b64 %rd<12>;
                .reg .f32 %f<30>;

            """ + position + """
                    ld.param.u64 %rd3, [result];
                    ld.param.u64 %rd4, [input];
                    ld.param.u32 %r7, [turns];
                    cvta.to.global.u64 %rd3, %rd3;
                    cvta.to.global.u64 %rd4, %rd4;
                    and.b32 %r8, %r1, 31;
                    mul.wide.u32 %rd5, %r8, 24;
                    add.u64 %rd6, %rd4, %rd5;
                    ld.global.u32 %r10, [%rd6];
                    ld.global.u32 %r11, [%rd6+4];
                    ld.global.u32 %r12, [%rd6+8];
                    ld.global.u32 %r13, [%rd6+12];
                    ld.global.u32 %r14, [%rd6+16];
                    ld.global.u32 %r15, [%rd6+20];

                """ + begin + """
                    next:
                        setp.eq.u32 %p1, %r7, 0;
                        @%p1 bra done;

                    """ + turn + """
                        sub.u32 %r7, %r7, 1;
                        bra next;
                    done:

                    """ + sum + """
                        shl.b64 %rd7, %rd1, 4;
                        add.u64 %rd8, %rd3, %rd7;
                        st.global.v4.f32 [%rd8], {%f10, %f11, %f12, %f13};
                        ret;
                    }

                    """
    }

    /// A number as PTX writes it exactly: `0f3F800000`.
    private static func float(_ value: Float) -> String {
        let digits = String(value.bitPattern, radix: 16, uppercase: true)
        return "0f" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
