package io.jackpot.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** Escapes text of any origin for HTML and SVG pages. */
final class Markup {
  private Markup() {}

  /** The text of a resource of this package. */
  static String resource(String name) {
    try (InputStream stream = Markup.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(stream, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A string unchanged, an empty one for a missing value, otherwise the value's JSON. */
  static String plain(JsonNode value) {
    return value.isString() ? value.stringValue() : value.isMissingNode() ? "" : value.toString();
  }

  /** Text without markup, both between tags and in a quoted attribute. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> escaped.append("&amp;");
            case '<' -> escaped.append("&lt;");
            case '>' -> escaped.append("&gt;");
            case '"' -> escaped.append("&quot;");
            case '\'' -> escaped.append("&#39;");
            default -> escaped.appendCodePoint(isCharacter(c) ? c : 0xFFFD);
          }
        });
    return escaped.toString();
  }

  /**
   * The text of a model as HTML: at most {@code most} characters, with invisible and formatting
   * characters shown as their code.
   */
  static String visible(String text, int most) {
    StringBuilder html = new StringBuilder();
    int length = text.codePointCount(0, text.length());
    text.codePoints()
        .limit(most)
        .forEach(c -> {
          if (isHidden(c)) {
            html.append("<i class=\"code\">%s</i>".formatted(code(c)));
          } else {
            html.append(escape(Character.toString(c)));
          }
        });
    if (length > most) {
      html.append("<i class=\"code\">… %s more characters</i>".formatted(length - most));
    }
    return html.toString();
  }

  private static String code(int c) {
    return c < 0x10000
        ? "\\u" + HexFormat.of().toHexDigits((char) c)
        : "\\u{" + Integer.toHexString(c) + "}";
  }

  private static boolean isHidden(int c) {
    if (c == '\n' || c == '\t') {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  /** Whether XML has the character. */
  private static boolean isCharacter(int c) {
    return c == '\n'
        || c == '\t'
        || (c >= 0x20 && c != 0x7F && !(c >= 0xD800 && c <= 0xDFFF) && (c & 0xFFFE) != 0xFFFE);
  }
}
