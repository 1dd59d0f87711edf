package io.jackpot.report;

/** The frame of all pages: one self-contained HTML file. */
final class PageFrame {
  private PageFrame() {}

  /**
   * @param title as text
   * @param body as HTML
   */
  static String html(String title, String body) {
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
