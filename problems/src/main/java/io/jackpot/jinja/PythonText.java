package io.jackpot.jinja;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes values as Python does: {@code repr}, and {@code json.dumps} as transformers calls it. */
final class PythonText {
  private PythonText() {}

  static String repr(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean bool -> bool ? "True" : "False";
      case Long number -> number.toString();
      case Double number -> number(number);
      case String text -> quoted(text);
      case Collection<?> list -> {
        StringBuilder all = new StringBuilder("[");
        for (Object item : list) {
          all.append(all.length() > 1 ? ", " : "").append(repr(item));
        }
        yield all.append(']').toString();
      }
      case Map<?, ?> map -> {
        StringBuilder all = new StringBuilder("{");
        map.forEach((key, item) ->
            all.append(all.length() > 1 ? ", " : "")
                .append(repr(key))
                .append(": ")
                .append(repr(item)));
        yield all.append('}').toString();
      }
      case Values.Undefined undefined -> "Undefined";
      default -> throw new IllegalArgumentException(Values.kind(value) + " has no text");
    };
  }

  /** The shortest decimal of this number, with an exponent below 1e-4 and from 1e16 on. */
  private static String number(double number) {
    if (!Double.isFinite(number)) {
      return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number > 0 ? "0.0" : "-0.0";
    }
    BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return digits.scale() <= 0 ? digits.setScale(1).toPlainString() : digits.toPlainString();
    }
    String mantissa = digits.scaleByPowerOfTen(-exponent).toPlainString();
    return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static String quoted(String text) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    text.codePoints()
        .forEach(c -> {
          int known = "\n\r\t\\".indexOf(c);
          if (known >= 0) {
            quoted.append('\\').append("nrt\\".charAt(known));
          } else if (c == quote) {
            quoted.append('\\').append(quote);
          } else if (c < ' ' || (c >= 0x7f && c <= 0xa0) || c == 0xad) {
            quoted.append("\\x%02x".formatted(c));
          } else {
            quoted.appendCodePoint(c);
          }
        });
    return quoted.append(quote).toString();
  }

  /** The layout of JSON. */
  record Layout(
      @Nullable Integer indent, String itemSeparator, String keySeparator, boolean sorted) {}

  /**
   * Writes a value as JSON.
   *
   * @throws IllegalArgumentException if a value has no JSON form
   */
  static String json(@Nullable Object value, Layout layout) {
    StringBuilder out = new StringBuilder();
    json(value, layout, 0, out);
    return out.toString();
  }

  private static void json(@Nullable Object value, Layout layout, int depth, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case Boolean bool -> out.append(bool);
      case Long number -> out.append(number);
      case Double number ->
          out.append(
              switch (repr(number)) {
                case "nan" -> "NaN";
                case "inf" -> "Infinity";
                case "-inf" -> "-Infinity";
                default -> repr(number);
              });
      case String text -> jsonString(text, out);
      case Collection<?> list -> {
        out.append('[');
        Iterator<?> items = list.iterator();
        while (items.hasNext()) {
          newLine(layout, depth + 1, out);
          json(items.next(), layout, depth + 1, out);
          out.append(items.hasNext() ? layout.itemSeparator : "");
        }
        close(list.isEmpty(), layout, depth, out).append(']');
      }
      case Map<?, ?> map -> {
        out.append('{');
        List<? extends Map.Entry<?, ?>> entries = List.copyOf(map.entrySet());
        if (layout.sorted) {
          entries =
              entries.stream().sorted((a, b) -> Values.compare(a.getKey(), b.getKey())).toList();
        }
        Iterator<? extends Map.Entry<?, ?>> items = entries.iterator();
        while (items.hasNext()) {
          Map.Entry<?, ?> entry = items.next();
          newLine(layout, depth + 1, out);
          Object key = entry.getKey();
          StringBuilder plain = new StringBuilder();
          json(key, layout, 0, plain);
          jsonString(key instanceof String text ? text : plain.toString(), out);
          out.append(layout.keySeparator);
          json(entry.getValue(), layout, depth + 1, out);
          out.append(items.hasNext() ? layout.itemSeparator : "");
        }
        close(map.isEmpty(), layout, depth, out).append('}');
      }
      default -> throw new IllegalArgumentException(Values.kind(value) + " has no JSON");
    }
    if (out.length() > Values.LONGEST) {
      throw Values.tooLong("JSON");
    }
  }

  private static void newLine(Layout layout, int depth, StringBuilder out) {
    if (layout.indent != null) {
      out.append('\n').repeat(" ", Math.multiplyExact(layout.indent, depth));
    }
  }

  private static StringBuilder close(boolean empty, Layout layout, int depth, StringBuilder out) {
    if (!empty) {
      newLine(layout, depth, out);
    }
    return out;
  }

  private static void jsonString(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int known = "\n\r\t\f\b\\\"".indexOf(c);
      if (known >= 0) {
        out.append('\\').append("nrtfb\\\"".charAt(known));
      } else if (c < ' ') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
