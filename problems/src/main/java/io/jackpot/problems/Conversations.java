package io.jackpot.problems;

import io.jackpot.input.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads conversations: {@code [{"role": …, "content": …}, …]}, or ShareGPT's form {@code [{"from":
 * …, "value": …}, …]}. A content is a text, or a list of text parts {@code {"type": "text", "text":
 * …}}, whose texts follow each other without anything in between, as chat templates write them. A
 * turn that calls tools needs no content.
 */
public final class Conversations {
  /** The roles of ShareGPT's form under the names that chat templates know. */
  private static final Map<String, String> SHARE_GPT =
      Map.of("human", "user", "gpt", "assistant", "observation", "tool");

  static final String PROMPT = "a string, or a conversation that ends in a user's turn";

  private Conversations() {}

  /**
   * A problem from its prompt: a text, or a conversation that ends in a user's turn.
   *
   * @param where the row, for messages
   * @param field the field that holds the prompt
   * @throws InputException if the prompt is neither
   */
  public static Problem problem(
      String where, String field, JsonNode prompt, String answer, @Nullable String completion) {
    if (prompt.isString()) {
      return new Problem(prompt.stringValue(), answer, completion);
    }
    List<Message> turns = read(where, field, prompt, PROMPT);
    if (!turns.getLast().role().equals("user")) {
      throw InputLines.wrong(where, field, prompt, PROMPT);
    }
    return new Problem(turns.getLast().content(), answer, completion, turns);
  }

  /**
   * The turns of a conversation.
   *
   * @param where the row, for messages
   * @param field the field that holds it
   * @param expected what else the field may hold, for messages
   * @throws InputException if it is not a conversation, is empty, or has parts that are not text
   */
  public static List<Message> read(String where, String field, JsonNode node, String expected) {
    if (!node.isArray() || node.isEmpty()) {
      throw InputLines.wrong(where, field, node, expected);
    }
    List<Message> turns = new ArrayList<>();
    for (JsonNode turn : node) {
      Message read = turn(where, field, turn);
      if (read == null) {
        throw InputLines.wrong(where, field, node, expected);
      }
      turns.add(read);
    }
    return List.copyOf(turns);
  }

  /** A turn; null if it is none. */
  private static @Nullable Message turn(String where, String field, JsonNode turn) {
    boolean shareGpt = !turn.has("role") && turn.path("from").isString();
    JsonNode role = turn.path(shareGpt ? "from" : "role");
    JsonNode content = turn.path(shareGpt ? "value" : "content");
    Map<String, @Nullable Object> keys = new LinkedHashMap<>();
    turn.properties()
        .forEach(entry -> {
          if (!InputLines.isNothing(entry.getValue())) {
            keys.put(entry.getKey(), value(entry.getValue()));
          }
        });
    boolean silent = InputLines.isNothing(content) && keys.containsKey("tool_calls");
    if (!role.isString() || (!content.isString() && !content.isArray() && !silent)) {
      return null;
    }
    String name = role.stringValue();
    String known = shareGpt ? SHARE_GPT.getOrDefault(name, name) : name;
    String text = silent ? "" : text(where, field, content);
    keys.put("role", known);
    keys.put("content", silent ? null : text);
    return new Message(known, text, keys);
  }

  private static String text(String where, String field, JsonNode content) {
    if (content.isString()) {
      return content.stringValue();
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      JsonNode value = part.isObject() ? part.path("text") : part;
      String type = part.path("type").asString("text");
      if (!type.equals("text") || !value.isString()) {
        throw new InputException(
            "%s: \"%s\": a content part of type %s, expected text parts only: models here read text"
                .formatted(where, field, InputLines.quote(type)));
      }
      text.append(value.stringValue());
    }
    return text.toString();
  }

  /** The tools of a row, which may be JSON inside of a text, as a chat template sees them. */
  public static @Nullable Object tools(String where, JsonNode row) {
    JsonNode tools = row.path("tools");
    JsonNode inside = tools.isString() ? GoldAnswers.json(where, tools.stringValue()) : tools;
    return inside == null || inside.isEmpty() ? null : value(inside);
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(each -> list.add(value(each)));
      return list;
    }
    if (node.isObject()) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
      return map;
    }
    if (InputLines.isNothing(node)) {
      return null;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isNumber()) {
      return node.canConvertToExactIntegral() && node.canConvertToLong()
          ? (Object) node.longValue()
          : (Object) node.decimalValue().doubleValue();
    }
    return node.asString();
  }
}
