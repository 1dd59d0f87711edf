package io.jackpot.fuzz;

import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/** Writes tokenizers of random parts, and patterns. */
final class TokenizerText {
  /** A small model. */
  static final String MODEL =
      "\"model\":{\"type\":\"BPE\",\"unk_token\":null,\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"aa\":3,\"aaaa\":4,"
          + "\"Ġ\":5,\"aba\":6,\" \":7,\"\":8},\"merges\":[[\"a\",\"a\"],[\"aa\",\"aa\"],[\"a\",\"b\"],[\"ab\",\"a\"]]}";

  private static final List<String> ATOMS =
      List.of(
          "a",
          "b",
          " ",
          ".",
          "\\s",
          "\\S",
          "\\w",
          "\\p{L}",
          "\\P{L}",
          "\\d",
          "[^a]",
          "[a-z]",
          "[\\s\\S]",
          "[^\\r\\n\\p{L}\\p{N}]",
          "^",
          "$",
          "\\b",
          "\\B",
          "\\A",
          "\\z",
          "\\R",
          "(?i:ab)",
          "\\x{1F600}",
          "[[:alpha:]&&[^a]]",
          "");
  private static final List<String> GROUPS =
      List.of("(?:", "(", "(?>", "(?=", "(?!", "(?<=", "(?<!", "(?i:", "(?<n>");
  private static final List<String> TIMES =
      List.of(
          "*",
          "+",
          "?",
          "*?",
          "+?",
          "??",
          "*+",
          "++",
          "{2}",
          "{0,9}",
          "{1000}",
          "{0,1000}",
          "{3,}");
  private static final List<String> CONTENTS =
      List.of("", "a", "aa", "ab", " ", "▁", "\uFDFA", "b".repeat(30), "a".repeat(2_000));

  private TokenizerText() {}

  static String pattern(Choices choices, int depth) {
    StringBuilder pattern = new StringBuilder();
    for (int i = 1 + choices.below(3); i > 0; i--) {
      boolean leaf = depth == 0 || choices.oneIn(3);
      pattern
          .append(
              leaf ? choices.pick(ATOMS) : choices.pick(GROUPS) + pattern(choices, depth - 1) + ")")
          .append(choices.oneIn(2) ? choices.pick(TIMES) : "")
          .append(choices.oneIn(6) ? "|" : "");
    }
    return pattern.toString();
  }

  static String random(Choices choices) {
    return "{\"version\":\"1.0\",\"added_tokens\":["
        + list(choices, 3, TokenizerText::added)
        + "],\"normalizer\":"
        + sequence(choices, "normalizers", TokenizerText::normalizer)
        + ",\"pre_tokenizer\":"
        + sequence(choices, "pretokenizers", TokenizerText::preTokenizer)
        + ",\"decoder\":"
        + sequence(choices, "decoders", TokenizerText::decoder)
        + ","
        + model(choices)
        + "}";
  }

  private interface Part {
    String write(Choices choices);
  }

  private static String list(Choices choices, int most, Part part) {
    StringBuilder list = new StringBuilder();
    for (int i = choices.below(most + 1); i > 0; i--) {
      list.append(list.isEmpty() ? "" : ",").append(part.write(choices));
    }
    return list.toString();
  }

  private static String sequence(Choices choices, String key, Part part) {
    return choices.oneIn(6)
        ? "null"
        : "{\"type\":\"Sequence\",\"" + key + "\":[" + list(choices, choices.size(48), part) + "]}";
  }

  private static String model(Choices choices) {
    String model = MODEL;
    if (choices.oneIn(4)) {
      model = model.replace("\"unk_token\":null", "\"unk_token\":\"b\",\"fuse_unk\":true");
    }
    if (choices.oneIn(4)) {
      model = model.replace("\"type\"", "\"continuing_subword_prefix\":\"a\",\"type\"");
    }
    if (choices.oneIn(4)) {
      model = model.replace("\"type\"", "\"ignore_merges\":true,\"type\"");
    }
    return model;
  }

  private static String added(Choices choices) {
    String content = choices.pick(CONTENTS) + choices.pick(List.of("", "b", "<e>"));
    return "{\"id\":%d,\"content\":%s,\"normalized\":%b,\"lstrip\":%b,\"rstrip\":%b,\"single_word\":%b}"
        .formatted(
            choices.below(12),
            quoted(content),
            choices.oneIn(2),
            choices.oneIn(2),
            choices.oneIn(2),
            choices.oneIn(2));
  }

  private static String match(Choices choices) {
    return choices.oneIn(2)
        ? "{\"String\":" + quoted(choices.pick(CONTENTS)) + "}"
        : "{\"Regex\":" + quoted(pattern(choices, 2)) + "}";
  }

  private static String normalizer(Choices choices) {
    return switch (choices.below(6)) {
      case 0 -> "{\"type\":\"" + choices.pick(List.of("NFC", "NFD", "NFKC", "NFKD")) + "\"}";
      case 1 -> "{\"type\":\"Lowercase\"}";
      case 2 -> "{\"type\":\"Prepend\",\"prepend\":" + quoted(choices.pick(CONTENTS)) + "}";
      case 3 -> "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":false}";
      case 4 -> "{\"type\":\"ByteLevel\"}";
      default -> replace(choices);
    };
  }

  private static String replace(Choices choices) {
    return "{\"type\":\"Replace\",\"pattern\":"
        + match(choices)
        + ",\"content\":"
        + quoted(choices.pick(CONTENTS))
        + "}";
  }

  private static String preTokenizer(Choices choices) {
    String behavior =
        choices.pick(
            List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"));
    return switch (choices.below(7)) {
      case 0 ->
          "{\"type\":\"ByteLevel\",\"add_prefix_space\":%b,\"use_regex\":%b}"
              .formatted(choices.oneIn(2), choices.oneIn(2));
      case 1 -> "{\"type\":\"Digits\",\"individual_digits\":true}";
      case 2 -> "{\"type\":\"Punctuation\",\"behavior\":\"" + behavior + "\"}";
      case 3 -> "{\"type\":\"" + choices.pick(List.of("Whitespace", "WhitespaceSplit")) + "\"}";
      case 4 ->
          "{\"type\":\"Metaspace\",\"replacement\":\"%s\",\"prepend_scheme\":\"%s\",\"split\":%b}"
              .formatted(
                  choices.pick(List.of("▁", "a")),
                  choices.pick(List.of("always", "first", "never")),
                  choices.oneIn(2));
      default ->
          "{\"type\":\"Split\",\"pattern\":%s,\"behavior\":\"%s\",\"invert\":%b}"
              .formatted(match(choices), behavior, choices.oneIn(2));
    };
  }

  private static String decoder(Choices choices) {
    return switch (choices.below(7)) {
      case 0 -> "{\"type\":\"ByteLevel\"}";
      case 1 -> "{\"type\":\"ByteFallback\"}";
      case 2 -> "{\"type\":\"Fuse\"}";
      case 3 ->
          "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"always\",\"split\":true}";
      case 4 -> "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":2147483647}";
      case 5 ->
          "{\"type\":\"BPEDecoder\",\"suffix\":" + quoted(choices.pick(List.of("", "a"))) + "}";
      default -> replace(choices);
    };
  }

  private static String quoted(String string) {
    return JsonNodeFactory.instance.stringNode(string).toString();
  }
}
