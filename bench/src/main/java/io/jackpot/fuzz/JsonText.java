package io.jackpot.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Writes JSON with some of its values changed: numbers at edges, other types, repeated or other
 * keys, nesting, great length, JSON inside of a text.
 */
final class JsonText {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "-1",
          "1",
          "0.5",
          "1.0",
          "1e2",
          "2147483647",
          "2147483648",
          "-2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "1e38",
          "3.5e38",
          "1e308",
          "1e400",
          "-1e400",
          "4.9e-324",
          "1e-46",
          "1e-400",
          "1e999999999",
          "1e-999999999",
          "1e2147483647",
          "1e99999999999999999999",
          "NaN",
          "Infinity",
          "-Infinity",
          "01",
          "0x1");

  private final Choices choices;
  private final StringBuilder text = new StringBuilder();
  private final Set<Integer> changed = new HashSet<>();
  private int next;

  private JsonText(Choices choices) {
    this.choices = choices;
  }

  /** The JSON that a text is, for valid inputs. */
  static JsonNode valid(String json) {
    return MAPPER.readTree(json);
  }

  /** A valid document with none to three of its values changed, sometimes damaged as a file. */
  static byte[] changed(Choices choices, JsonNode valid) {
    byte[] bytes = text(choices, valid).getBytes(StandardCharsets.UTF_8);
    return choices.oneIn(6) ? choices.damaged(bytes) : bytes;
  }

  /** A valid document with none to three of its values changed. */
  static String text(Choices choices, JsonNode valid) {
    JsonText writer = new JsonText(choices);
    int values = count(valid);
    for (int i = choices.below(4); i > 0; i--) {
      writer.changed.add(choices.below(values));
    }
    writer.write(valid);
    return writer.text.toString();
  }

  private static int count(JsonNode node) {
    int count = 1;
    for (JsonNode child : node.values()) {
      count += count(child);
    }
    return count;
  }

  private void write(JsonNode node) {
    if (changed.contains(next++)) {
      writeChanged(node);
    } else if (node.isObject()) {
      text.append('{');
      Iterator<Map.Entry<String, JsonNode>> entries = node.properties().iterator();
      while (entries.hasNext()) {
        Map.Entry<String, JsonNode> entry = entries.next();
        boolean other = changed.contains(next) && choices.oneIn(4);
        String key = other ? choices.text() : entry.getKey();
        text.append(quoted(key)).append(": ");
        write(entry.getValue());
        if (other && choices.oneIn(2)) {
          text.append(", ").append(quoted(key)).append(": 1");
        }
        text.append(entries.hasNext() ? ", " : "");
      }
      text.append('}');
    } else if (node.isArray()) {
      text.append('[');
      for (int i = 0; i < node.size(); i++) {
        text.append(i > 0 ? ", " : "");
        write(node.get(i));
      }
      text.append(']');
    } else {
      text.append(node);
    }
  }

  private void writeChanged(JsonNode node) {
    next += count(node) - 1;
    String json = node.toString();
    switch (choices.below(12)) {
      case 0, 1, 2 -> text.append(choices.pick(NUMBERS));
      case 3 -> text.append(choices.edge(node.isNumber() ? node.asLong(0) : 0));
      case 4 -> text.append(quoted(choices.text()));
      case 5 -> text.append(choices.pick(List.of("null", "true", "[]", "{}", "\"\"", "[null]")));
      case 6 -> {
        int depth = choices.size(100_000);
        String open = choices.pick(List.of("[", "{\"a\":", "[{\"a\":"));
        String close = open.equals("[") ? "]" : open.startsWith("{") ? "}" : "}]";
        text.append(open.repeat(depth)).append(json).append(close.repeat(depth));
      }
      case 7 -> {
        int times = Math.max(1, Math.min(choices.size(20_000), 1_000_000 / json.length()));
        text.append('[').append((json + ",").repeat(times)).append(json).append(']');
      }
      case 8 -> text.append(quoted(json));
      case 9 -> text.append(choices.oneIn(2) ? "" : "-").append("7".repeat(choices.size(5_000)));
      case 10 -> {
        int keys = choices.size(20_000);
        text.append('{');
        for (int i = 0; i < keys; i++) {
          text.append("\"k").append(i).append("\": 1, ");
        }
        text.append("\"k\": ").append(json).append('}');
      }
      default -> text.append(quoted("x".repeat(choices.size(1 << 20))));
    }
  }

  private static String quoted(String string) {
    return JsonNodeFactory.instance.stringNode(string).toString();
  }
}
