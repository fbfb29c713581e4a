import Foundation
import Testing

/// The page of a replay in a browser as narrow as a phone.
@Suite struct SimulatePageTests {
    private static let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(.enabled(if: SimulatePageTests.browser != nil))
    func `nothing of the page is wider than 390 pixels, but what scrolls within itself`() throws {
        let browser = try #require(Self.browser)
        let folder = try TemporaryFolder()
        var text = "job,submit_s,duration_s,gpus,gpu_memory_mib,team,class\n"
        for job in 0..<40 {
            let team = job % 2 == 0 ? "a-team-with-a-name-that-no-phone-has-room-for-on-one-line" : "b"
            text += "job-\(job),\(job * 500),\(3_000 + job * 70),\(job % 5 == 0 ? 8 : 1),6000,\(team),c\n"
        }
        try folder.write("t.csv", text)
        let outcome = try AssayBinary.run(
            [
                "simulate", "t.csv", "--gpus", "16", "--gpu", "a100-sxm-80gb", "--model", "bare-metal-mig", "-o", "out",
                "--quota", "b=4", "--objective", "95:600", "--growth", "0.5", "--replications", "2",
            ],
            in: folder.path
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        // The page has no script; the frame around it measures.
        try folder.write(
            "frame.html",
            """
            <!DOCTYPE html><body><iframe id="f" width="390" height="800" style="border:0" src="out/index.html"></iframe>
            <script>f.onload = () => {
              const d = f.contentDocument
              const scrolls = e => { for (let p = e.parentElement; p; p = p.parentElement)
                if (getComputedStyle(p).overflowX != 'visible') return true; return false }
              const wide = [...d.body.querySelectorAll('*')]
                .filter(e => e.getBoundingClientRect().right > 391 && !scrolls(e)).length
              document.body.id = `width-${d.documentElement.scrollWidth}-wide-${wide}`
            }</script>
            """
        )
        let process = Process()
        process.executableURL = URL(fileURLWithPath: browser)
        process.arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
            "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=4000", "--dump-dom",
            "file://\(folder.path)/frame.html",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let dom = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(dom.contains("id=\"width-390-wide-0\""), "\(dom.prefix(200))")
    }
}
