/// The frame of a page: head, style, skip link.
///
/// It loads nothing and runs nothing.
enum Shell {
    /// A whole document.
    static func page(title: String, body: Markup) -> String {
        let document: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="generator" content="Assay">
            <title>\(title)</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the content</a>
            <main id="main" tabindex="-1">
            \(body)</main>
            </body>
            </html>

            """
        return document.html
    }

    /// The style sheet: a file of ours, which needs no escaping.
    private static let style = Markup(stringLiteral: String(decoding: PackageResources.report_css, as: UTF8.self))
}
