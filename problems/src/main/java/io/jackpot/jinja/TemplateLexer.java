package io.jackpot.jinja;

import io.jackpot.jinja.TemplateToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens. White space is treated as transformers configures Jinja: the line
 * feed after a block or a comment is removed ({@code trim_blocks}), and so is white space before
 * one that begins a line ({@code lstrip_blocks}); a minus removes all white space on its side, a
 * plus keeps it; the template's last line feed is removed.
 */
final class TemplateLexer {
  private static final Pattern RAW_BEGIN = Pattern.compile("\\s*raw\\s*([-+]?)%\\}");
  private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern NUMBER =
      Pattern.compile("\\d++(?:_\\d++)*+(\\.\\d++(?:_\\d++)*+)?([eE][-+]?\\d++)?");
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|<=|>=|[-+*/%~<>=().,:|\\[\\]{}]");

  /** The most characters of a template; published ones have some ten thousand. */
  private static final int LONGEST = 1 << 18;

  private final String source;
  private final List<TemplateToken> tokens = new ArrayList<>();
  private int at;

  /** The number of characters whose line feeds {@link #line} has counted. */
  private int counted;

  private int line = 1;

  /** Whether the next character begins a line. */
  private boolean lineStarts = true;

  private TemplateLexer(String source) {
    if (source.length() > LONGEST) {
      throw new TemplateException("longer than " + LONGEST + " characters");
    }
    String lines = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
  }

  /**
   * All tokens of a template; the last is the end.
   *
   * @throws TemplateException if a tag or a string has no end, or a character has no meaning
   */
  static List<TemplateToken> tokens(String source) {
    TemplateLexer lexer = new TemplateLexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        data(source.substring(at));
        at = source.length();
      } else {
        char kind = source.charAt(tag + 1);
        char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
        boolean signed = sign == '-' || sign == '+';
        data(before(source.substring(at, tag), kind, signed ? sign : ' '));
        at = tag + (signed ? 3 : 2);
        switch (kind) {
          case '#' -> comment();
          case '%' -> block();
          default -> {
            add(Kind.OUTPUT_BEGIN, "", tag);
            expression('}');
          }
        }
      }
    }
    add(Kind.END, "", source.length());
  }

  private int nextTag() {
    for (int i = at; i + 1 < source.length(); i++) {
      char next = source.charAt(i + 1);
      if (source.charAt(i) == '{' && (next == '{' || next == '%' || next == '#')) {
        return i;
      }
    }
    return -1;
  }

  /** The text before a tag, without the white space that the tag removes. */
  private String before(String text, char kind, char sign) {
    if (sign == '-') {
      return text.stripTrailing();
    }
    int line = text.lastIndexOf('\n') + 1;
    boolean aloneOnItsLine = (line > 0 || lineStarts) && text.substring(line).isBlank();
    return kind != '{' && sign != '+' && aloneOnItsLine ? text.substring(0, line) : text;
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw error(at, "a comment without #}");
    }
    char sign = source.charAt(end - 1);
    at = end + 2;
    after(end > 0 ? sign : ' ', true);
  }

  private void block() {
    Matcher raw = RAW_BEGIN.matcher(source).region(at, source.length());
    if (!raw.lookingAt()) {
      add(Kind.BLOCK_BEGIN, "", at);
      expression('%');
      return;
    }
    at = raw.end();
    after(sign(raw.group(1)), true);
    Matcher end = RAW_END.matcher(source);
    if (!end.find(at)) {
      throw error(at, "raw without endraw");
    }
    data(before(source.substring(at, end.start()), '%', sign(end.group(1))));
    at = end.end();
    after(sign(end.group(2)), true);
  }

  private static char sign(String group) {
    return group.isEmpty() ? ' ' : group.charAt(0);
  }

  /** Skips the white space that a tag removes after itself. */
  private void after(char sign, boolean trims) {
    int from = at;
    if (sign == '-') {
      while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
        at++;
      }
    } else if (trims && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    lineStarts = at > from && source.charAt(at - 1) == '\n';
  }

  /** Reads tokens up to the end of a tag. */
  private void expression(char closing) {
    int begin = at;
    int depth = 0;
    while (true) {
      while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
        at++;
      }
      if (at >= source.length()) {
        throw error(begin, "a tag without " + closing + "}");
      }
      char c = source.charAt(at);
      boolean signed = c == '-' || (c == '+' && closing == '%');
      if (depth == 0 && source.startsWith(closing + "}", signed ? at + 1 : at)) {
        add(closing == '%' ? Kind.BLOCK_END : Kind.OUTPUT_END, "", at);
        at += signed ? 3 : 2;
        after(signed ? c : ' ', closing == '%');
        return;
      }
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      token(c);
    }
  }

  private void token(char c) {
    if (c == '\'' || c == '"') {
      string(c);
      return;
    }
    Matcher number = matcher(NUMBER);
    Matcher name = matcher(NAME);
    Matcher operator = matcher(OPERATOR);
    if (number.lookingAt()) {
      boolean whole = number.group(1) == null && number.group(2) == null;
      take(whole ? Kind.INTEGER : Kind.FLOAT, number.group().replace("_", ""), number.end());
    } else if (name.lookingAt()) {
      take(Kind.NAME, name.group(), name.end());
    } else if (operator.lookingAt()) {
      take(Kind.OPERATOR, operator.group(), operator.end());
    } else {
      throw error(
          at,
          "\"" + source.substring(at, source.offsetByCodePoints(at, 1)) + "\" has no meaning here");
    }
  }

  private Matcher matcher(Pattern pattern) {
    return pattern.matcher(source).region(at, source.length());
  }

  private void take(Kind kind, String text, int end) {
    add(kind, text, at);
    at = end;
  }

  private void string(char quote) {
    StringBuilder text = new StringBuilder();
    int i = at + 1;
    for (; i < source.length() && source.charAt(i) != quote; i++) {
      char c = source.charAt(i);
      if (c == '\\' && i + 1 < source.length()) {
        i = escape(i + 1, text);
      } else {
        text.append(c);
      }
    }
    if (i >= source.length()) {
      throw error(at, "a string without its closing " + quote);
    }
    take(Kind.STRING, text.toString(), i + 1);
  }

  /** Appends the character of an escape sequence, as Python reads it; returns its last index. */
  private int escape(int i, StringBuilder text) {
    char c = source.charAt(i);
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits > 0) {
      try {
        text.appendCodePoint(Integer.parseUnsignedInt(source.substring(i + 1, i + 1 + digits), 16));
        return i + digits;
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw error(i, "\\" + c + " without " + digits + " hexadecimal digits of a character");
      }
    }
    int known = "ntrabfv0\n".indexOf(c);
    if (known >= 0) {
      text.append(new String[] {"\n", "\t", "\r", "\u0007", "\b", "\f", "\u000b", "\0", ""}[known]);
    } else if (c == '\\' || c == '\'' || c == '"') {
      text.append(c);
    } else {
      text.append('\\').append(c);
    }
    return i;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Kind.DATA, text, at);
    }
  }

  private void add(Kind kind, String text, int place) {
    tokens.add(new TemplateToken(kind, text, line(place)));
  }

  /** The line of a place, counted once: places are asked for nearly in order. */
  private int line(int place) {
    for (; counted < Math.min(place, source.length()); counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }

  private TemplateException error(int place, String message) {
    return new TemplateException(line(place), message);
  }
}
