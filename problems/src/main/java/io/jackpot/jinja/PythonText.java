package io.jackpot.jinja;

import io.jackpot.jinja.Values.Loop;
import io.jackpot.jinja.Values.Namespace;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes values as Python does: {@code repr}, and {@code json.dumps} as transformers calls it. */
final class PythonText {
  private static final HexFormat HEX = HexFormat.of();

  /** Work for the shortest decimal of a number. */
  private static final int DECIMAL = 1000;

  private final Budget budget;
  private final BoundedText out;

  /** The namespaces whose text is being written. */
  private final List<Namespace> open = new ArrayList<>();

  private PythonText(Budget budget) {
    this.budget = budget;
    out = new BoundedText(budget);
  }

  static String repr(Budget budget, @Nullable Object value) {
    PythonText text = new PythonText(budget);
    text.repr(value);
    return text.out.toString();
  }

  private void repr(@Nullable Object value) {
    budget.step();
    budget.enter();
    switch (value) {
      case null -> out.append("None");
      case Boolean bool -> out.append(bool ? "True" : "False");
      case Long number -> out.append(number.toString());
      case Double number -> out.append(number(number));
      case String text -> quoted(text);
      case Collection<?> list -> {
        out.append('[');
        String separator = "";
        for (Object item : list) {
          out.append(separator);
          repr(item);
          separator = ", ";
        }
        out.append(']');
      }
      case Map<?, ?> map -> dict(map);
      case Namespace namespace -> {
        out.append("<Namespace ");
        if (isOpen(namespace)) {
          out.append("{...}");
        } else {
          open.add(namespace);
          dict(namespace.attributes());
          open.removeLast();
        }
        out.append('>');
      }
      case Loop loop ->
          out.append("<LoopContext " + (loop.at() + 1) + "/" + loop.items().size() + ">");
      case Values.Undefined undefined -> out.append("Undefined");
      default -> throw new IllegalArgumentException(Values.kind(value) + " has no text");
    }
    budget.leave();
  }

  private void dict(Map<?, ?> map) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      repr(entry.getKey());
      out.append(": ");
      repr(entry.getValue());
      separator = ", ";
    }
    out.append('}');
  }

  private boolean isOpen(Namespace namespace) {
    budget.items(open.size());
    return open.contains(namespace);
  }

  /** The shortest decimal of this number, with an exponent below 1e-4 and from 1e16 on. */
  private String number(double number) {
    if (!Double.isFinite(number)) {
      return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number > 0 ? "0.0" : "-0.0";
    }
    budget.characters(DECIMAL);
    BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return digits.scale() <= 0 ? digits.setScale(1).toPlainString() : digits.toPlainString();
    }
    String mantissa = digits.scaleByPowerOfTen(-exponent).toPlainString();
    return mantissa
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private void quoted(String text) {
    budget.characters(2L * text.length());
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int known = "\n\r\t\\".indexOf(c);
      if (known >= 0) {
        out.append('\\').append("nrt\\".charAt(known));
      } else if (c == quote) {
        out.append('\\').append(quote);
      } else if (c < ' ' || (c >= 0x7f && c <= 0xa0) || c == 0xad) {
        out.append("\\x").append(HEX.toHexDigits((byte) c));
      } else {
        out.append(c);
      }
    }
    out.append(quote);
  }

  /** The layout of JSON. */
  record Layout(@Nullable Long indent, String itemSeparator, String keySeparator, boolean sorted) {}

  /**
   * Writes a value as JSON.
   *
   * @throws IllegalArgumentException if a value has no JSON form
   */
  static String json(Budget budget, @Nullable Object value, Layout layout) {
    PythonText text = new PythonText(budget);
    text.json(value, layout, 0);
    return text.out.toString();
  }

  private void json(@Nullable Object value, Layout layout, int depth) {
    budget.step();
    budget.enter();
    switch (value) {
      case String text -> jsonString(text);
      case Collection<?> list -> {
        out.append('[');
        Iterator<?> items = list.iterator();
        while (items.hasNext()) {
          newLine(layout, depth + 1);
          json(items.next(), layout, depth + 1);
          out.append(items.hasNext() ? layout.itemSeparator : "");
        }
        close(list.isEmpty(), layout, depth, ']');
      }
      case Map<?, ?> map -> {
        out.append('{');
        Iterator<? extends Map.Entry<?, ?>> items = entries(map, layout.sorted).iterator();
        while (items.hasNext()) {
          Map.Entry<?, ?> entry = items.next();
          newLine(layout, depth + 1);
          jsonString(entry.getKey() instanceof String text ? text : plain(entry.getKey()));
          out.append(layout.keySeparator);
          json(entry.getValue(), layout, depth + 1);
          out.append(items.hasNext() ? layout.itemSeparator : "");
        }
        close(map.isEmpty(), layout, depth, '}');
      }
      case null, default -> out.append(plain(value));
    }
    budget.leave();
  }

  private List<? extends Map.Entry<?, ?>> entries(Map<?, ?> map, boolean sorted) {
    budget.list(map.size());
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort((a, b) -> Values.compare(budget, a.getKey(), b.getKey()));
    }
    return entries;
  }

  private String plain(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Boolean bool -> bool.toString();
      case Long number -> number.toString();
      case Double number ->
          switch (number(number)) {
            case "nan" -> "NaN";
            case "inf" -> "Infinity";
            case "-inf" -> "-Infinity";
            case String text -> text;
          };
      default -> throw new IllegalArgumentException(Values.kind(value) + " has no JSON");
    };
  }

  private void newLine(Layout layout, int depth) {
    if (layout.indent != null) {
      out.append('\n').repeat(" ", Math.multiplyExact(layout.indent, depth));
    }
  }

  private void close(boolean empty, Layout layout, int depth, char bracket) {
    if (!empty) {
      newLine(layout, depth);
    }
    out.append(bracket);
  }

  private void jsonString(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int known = "\n\r\t\f\b\\\"".indexOf(c);
      if (known >= 0) {
        out.append('\\').append("nrtfb\\\"".charAt(known));
      } else if (c < ' ') {
        out.append("\\u").append(HEX.toHexDigits(c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
