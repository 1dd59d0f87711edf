package io.jackpot.report;

/** A page: one self-contained HTML file. */
abstract class Page {
  private final StringBuilder body = new StringBuilder();

  /** Adds HTML to the body. */
  void add(String html) {
    body.append(html);
  }

  /** Adds an entry of a list of facts, as text; the note may be empty. */
  void fact(String name, String value, String note) {
    String small = note.isEmpty() ? "" : " <small>" + Markup.escape(note) + "</small>";
    add(
        "<div><dt>%s</dt><dd>%s%s</dd></div>\n"
            .formatted(Markup.escape(name), Markup.escape(value), small));
  }

  /**
   * The whole page.
   *
   * @param title as text
   */
  String html(String title) {
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%s</title>
    <style>
    %s</style>
    </head>
    <body>
    %s\
    <script>
    %s</script>
    </body>
    </html>
    """
        .formatted(
            Markup.escape(title),
            Markup.resource("report.css"),
            body,
            Markup.resource("report.js"));
  }
}
