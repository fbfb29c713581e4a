import Decision
import Documents
import Study

extension Page {
    /// The questions that every reader has, answered.
    var questionsSection: Markup {
        let answers = result.questions.map { "<dt>\($0.question)</dt><dd>\($0.answer)</dd>\n" as Markup }
        return section(
            "questions",
            "Questions, answered for this estate",
            """
            <dl class="questions">
            \(answers.joined())</dl>

            """
        )
    }

    /// What a reader should know about how the numbers came to be.
    var notesSection: Markup {
        let notes = notes.map { "<li>\($0)</li>\n" as Markup }
        return section(
            "notes",
            "Notes",
            """
            <ul class="notes">
            <li>\(NumberText.grouped(result.draws)) draws, seed \(String(result.seed)): the same study gives the same \
            report, byte for byte.</li>
            \(notes.joined())</ul>

            """
        )
    }

    /// Links to the sections.
    var contents: Markup {
        let places: [(Markup, Markup)] = [
            ("why", "Why"), ("evidence", "Evidence"), ("confidence", "How sure"), ("cash", "Cash"), ("bills", "Bills"),
            ("inputs", "Inputs"), ("questions", "Questions"), ("notes", "Notes"), ("glossary", "Words"),
        ]
        let links = places.map { "<li><a href=\"#\($0)\">\($1)</a></li>" as Markup }
        return "<nav aria-label=\"Sections\"><ul>\(links.joined())</ul></nav>\n"
    }
}
