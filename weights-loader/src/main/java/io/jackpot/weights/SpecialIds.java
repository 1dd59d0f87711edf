package io.jackpot.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The ids that a post-processor adds around those of a text.
 *
 * @param before the ids before the text
 * @param after the ids after the text
 */
record SpecialIds(int[] before, int[] after) {
  private static final SpecialIds NONE = new SpecialIds(new int[0], new int[0]);

  static SpecialIds of(JsonPart part) {
    if (part.isAbsent()) {
      return NONE;
    }
    return switch (part.text("type")) {
      // It only affects the offsets of tokens.
      case "ByteLevel" -> NONE;
      case "TemplateProcessing" -> template(part);
      case "RobertaProcessing", "BertProcessing" ->
          new SpecialIds(new int[] {id(part, "cls")}, new int[] {id(part, "sep")});
      case "Sequence" -> {
        SpecialIds all = NONE;
        for (JsonPart each : part.elements("processors")) {
          if (each.node().path("type").toString().equals("\"Sequence\"")) {
            throw each.error("a sequence in a sequence, expected one of other post-processors");
          }
          SpecialIds next = of(each);
          if (!all.isEmpty() && !next.isEmpty()) {
            throw each.error("two post-processors that add tokens, expected at most one");
          }
          all = all.isEmpty() ? next : all;
        }
        yield all;
      }
      default ->
          throw part.at("type")
              .expected(
                  "ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing or Sequence");
    };
  }

  private boolean isEmpty() {
    return before.length + after.length == 0;
  }

  private static int id(JsonPart part, String key) {
    List<JsonPart> pair = part.elements(key);
    if (pair.size() != 2) {
      throw part.at(key).expected("a token and its id");
    }
    return pair.get(1).count();
  }

  private static SpecialIds template(JsonPart part) {
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    boolean inFront = true;
    for (JsonPart piece : part.elements("single")) {
      JsonPart special = piece.at("SpecialToken");
      if (special.isAbsent()) {
        if (!piece.at("Sequence").text("id").equals("A") || !inFront) {
          throw piece.expected("the sequence A once and special tokens");
        }
        inFront = false;
        continue;
      }
      String name = special.text("id");
      for (JsonPart id : part.at("special_tokens").at(name).elements("ids")) {
        (inFront ? before : after).add(id.count());
      }
    }
    if (inFront) {
      throw part.at("single").expected("the sequence A once and special tokens");
    }
    return new SpecialIds(array(before), array(after));
  }

  private static int[] array(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns {@code before}, {@code ids} and {@code after} as one array. */
  int[] around(int[] ids) {
    return isEmpty() ? ids : Stream.of(before, ids, after).flatMapToInt(IntStream::of).toArray();
  }
}
