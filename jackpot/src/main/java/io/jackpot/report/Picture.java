package io.jackpot.report;

import io.jackpot.weights.AtomicFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The frame of pictures: an SVG that is self-contained, fits light and dark pages, and says in
 * words what it shows.
 */
final class Picture {
  private Picture() {}

  /**
   * Frames a picture.
   *
   * @param width in pixels
   * @param height in pixels
   * @param words what it shows, for those who do not see it
   * @param content SVG elements
   */
  static String of(int width, int height, String words, CharSequence content) {
    return """
    <svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" \
    aria-label="%s">
    <style>
    %s</style>
    <rect class="card" x=".5" y=".5" width="%s" height="%s" rx="12"/>
    %s</svg>
    """
        .formatted(
            width,
            height,
            width,
            height,
            Markup.escape(words),
            Markup.resource("picture.css"),
            width - 1,
            height - 1,
            content);
  }

  /**
   * Writes a picture.
   *
   * @param svg the file to write; an existing one is replaced
   * @throws io.jackpot.input.InputException if it cannot be written
   */
  static void write(String picture, Path svg) {
    byte[] bytes = picture.getBytes(StandardCharsets.UTF_8);
    AtomicFiles.writeAtomically(svg, out -> out.write(bytes));
  }
}
