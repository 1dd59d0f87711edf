package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.fuzz.Target.Input;
import io.jackpot.input.InputException;
import io.jackpot.tokenizer.Effort;
import io.jackpot.tokenizer.Regex;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Tokenizers and patterns, each with a text of up to a megabyte. */
final class TokenizerTargets {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String PATTERN = "pattern.txt";
  private static final String TEXT = "text.txt";
  private static final int LONGEST = 1_000_000;

  private static final List<String> UNITS =
      List.of(
          "a",
          "ab",
          " ",
          "\n",
          "\r\n",
          "aaaaaaaaaaaaaaaaaaaaaaaaa!",
          "a b",
          "The quick, brown 12 ",
          "\uFDFA",
          "\u0301",
          "é",
          "😀",
          "漢字",
          "Σ",
          "İ",
          "1",
          "<e>",
          "▁",
          "a\u0301\u0316 ");

  private static final List<String> PATTERNS =
      List.of(
          "(a+)+$",
          "(a*)*b",
          "(?:a|a)*b",
          "(?:a|aa)+b",
          "(?:a?){0,900}b",
          "a*a*a*a*a*b",
          "(?:a{1000}){90}b",
          "a{1000}b",
          "(?<=a{1000})b",
          "(?<=(?:a{1000}){90})b",
          "(?<!(?:a{0,1000}){90})b",
          "(?=a*b)",
          "(?:(?=a*b)|a)+",
          "(?:(?:|b){900}a)*b",
          "(?:\\b){1000}{19}a",
          "(?:a??){500}b",
          "(?:.*?,){20}x",
          ".*.*.*x",
          "(?>a*)b",
          "(?i)(?:a|A)*b",
          "(?:\\ba|a\\b|a)*c",
          "(?:\\p{L}*\\s*)*\\d",
          "\\s*\\n",
          "\\s+$",
          "(?:a|(?:a|(?:a|b)*)*)*c",
          "(?:(?:(?:(?:a*)*)*)*)*b",
          "(?:a+b+){1000}{4}",
          "[\\x{0}-\\x{10FFFF}]*x",
          "\\X",
          "\\1(a)",
          "(?<n>a)\\k<n>",
          "a{1000000}",
          "{1,99999}");

  private TokenizerTargets() {}

  static List<Target> all() {
    return List.of(
        new Target(
            "tokenizer pipelines",
            knownTokenizers(),
            choices -> {
              String json = TokenizerText.random(choices);
              byte[] bytes = json.getBytes(UTF_8);
              return input(
                  TOKENIZER, choices.oneIn(20) ? choices.damaged(bytes) : bytes, text(choices));
            },
            TokenizerTargets::tokenize),
        new Target(
            "patterns",
            knownPatterns(),
            choices ->
                input(PATTERN, TokenizerText.pattern(choices, 4).getBytes(UTF_8), text(choices)),
            TokenizerTargets::search));
  }

  private static String text(Choices choices) {
    StringBuilder text = new StringBuilder();
    int parts = 1 + choices.below(3);
    for (int i = 0; i < parts; i++) {
      String unit = choices.pick(UNITS);
      text.append(unit.repeat(choices.size(LONGEST / parts / unit.length())));
    }
    return text.toString();
  }

  private static Input input(String name, byte[] content, String text) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(name, content);
    files.put(TEXT, text.getBytes(UTF_8));
    return new Input(files);
  }

  private static Map<String, Supplier<Input>> knownPatterns() {
    Map<String, Supplier<Input>> known = new LinkedHashMap<>();
    for (String pattern : PATTERNS) {
      for (String unit : List.of("a", "ab", " ", "\n", "aaaaaaaaaaaaaaaaaaaaaaaaa!", "a\u0301 ")) {
        known.put(
            "pattern " + (known.size() + 1),
            () -> input(PATTERN, pattern.getBytes(UTF_8), unit.repeat(LONGEST / unit.length())));
      }
    }
    Map<String, Supplier<String>> large = new LinkedHashMap<>();
    large.put("groups", () -> "(?:".repeat(100_000));
    large.put("alternatives", () -> "(?:" + "a|".repeat(4_900) + "b)*c");
    large.put("classes", () -> "[" + "[^a-z]".repeat(1_600) + "]");
    large.put("ranges", () -> "[" + "\\x{0}-\\x{10FFFF}".repeat(600) + "]+b");
    large.put("sets", () -> "[^a]\\W\\P{Greek}".repeat(30));
    large.put("scripts", () -> "\\p{Greek}|\\p{Han}|\\p{Latin}|\\p{Arabic}".repeat(20));
    large.put("quantifiers", () -> "a" + "?".repeat(9_000));
    large.put("loops", () -> "a*b*".repeat(40) + "c");
    large.put("a long one", () -> "a".repeat(1_000_000));
    large.forEach((name, pattern) ->
        known.put(name, () -> input(PATTERN, pattern.get().getBytes(UTF_8), "a".repeat(LONGEST))));
    return known;
  }

  private static Map<String, Supplier<Input>> knownTokenizers() {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    String replace = "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"%s\"}";
    files.put("a long content", () -> normalized(replace.formatted("b".repeat(1_000_000))));
    files.put("contents that multiply", () -> normalized(many(replace.formatted("aaaa"), 40)));
    files.put(
        "a replacement everywhere",
        () -> normalized(many(replace.replace("\"a\"", "\"\"").formatted("bb"), 40)));
    files.put(
        "a long prefix",
        () -> normalized("{\"type\":\"Prepend\",\"prepend\":\"" + "a".repeat(5_000_000) + "\"}"));
    files.put(
        "prefixes",
        () ->
            normalized(
                many("{\"type\":\"Prepend\",\"prepend\":\"" + "a".repeat(90_000) + "\"}", 49)));
    files.put(
        "NFKD in NFKC", () -> normalized(many("{\"type\":\"NFKD\"},{\"type\":\"NFKC\"}", 20)));
    files.put("many parts", () -> normalized(many("{\"type\":\"Lowercase\"}", 100_000)));
    files.put("bytes of bytes", () -> normalized(many("{\"type\":\"ByteLevel\"}", 40)));
    files.put(
        "a long literal",
        () ->
            normalized(
                replace.replace("\"a\"", "\"" + "a".repeat(1_000_000) + "\"").formatted("b")));
    files.put(
        "a catastrophic replacement",
        () ->
            normalized(replace.replace("\"String\":\"a\"", "\"Regex\":\"(a*)*b\"").formatted("b")));
    String split =
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"%s\"},\"behavior\":\"Isolated\",\"invert\":false}";
    String prefix = "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"use_regex\":false}";
    files.put("a catastrophic split", () -> split(split.formatted("(a*)*b")));
    files.put(
        "a catastrophic split of pieces",
        () -> split(split.formatted("a{9}") + "," + split.formatted("(?:a|a)*b")));
    files.put("pieces with prefixes", () -> split(many(split.formatted(".") + "," + prefix, 20)));
    files.put("bytes in pieces", () -> split(many(prefix, 40)));
    files.put(
        "marks in pieces",
        () ->
            split(
                many(
                    "{\"type\":\"Metaspace\",\"replacement\":\"b\",\"prepend_scheme\":\"always\",\"split\":true},"
                        + split.formatted("."),
                    20)));
    files.put(
        "many patterns",
        () -> split(many(split.formatted("[^a]\\\\W\\\\P{Greek}".repeat(30)), 49)));
    files.put(
        "parts in parts",
        () -> split("{\"type\":\"Sequence\",\"pretokenizers\":[".repeat(400) + "]}".repeat(400)));
    files.put("no split", () -> split(""));
    files.put(
        "decoders that multiply",
        () ->
            file(
                "\"decoder\":{\"type\":\"Sequence\",\"decoders\":["
                    + many(replace.formatted("aaaa"), 40)
                    + "]}"));
    files.put(
        "suffixes everywhere",
        () ->
            file(
                "\"decoder\":{\"type\":\"Sequence\",\"decoders\":["
                    + many("{\"type\":\"BPEDecoder\",\"suffix\":\"\"}", 40)
                    + "]}"));
    files.put("an added token that nearly matches", () -> added("a".repeat(100_000) + "b", 1));
    files.put("a long added token", () -> added("b".repeat(10_000_000), 1));
    files.put("many added tokens", () -> added("ab".repeat(500), 2_000));
    files.put(
        "long affixes",
        () ->
            file("\"decoder\":null")
                .replace(
                    "\"type\":\"BPE\"",
                    "\"type\":\"BPE\",\"continuing_subword_prefix\":\""
                        + "a".repeat(100_000)
                        + "\",\"end_of_word_suffix\":\""
                        + "b".repeat(100_000)
                        + "\""));
    Map<String, Supplier<Input>> known = new LinkedHashMap<>();
    files.forEach((name, file) -> {
      for (String unit : List.of("a", "\uFDFA", "a ab")) {
        known.put(
            name + " " + known.size(),
            () ->
                input(TOKENIZER, file.get().getBytes(UTF_8), unit.repeat(LONGEST / unit.length())));
      }
    });
    return known;
  }

  private static String many(String part, int times) {
    return (part + ",").repeat(times - 1) + part;
  }

  private static String normalized(String parts) {
    return file("\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[" + parts + "]}");
  }

  private static String split(String parts) {
    return file("\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[" + parts + "]}");
  }

  private static String added(String content, int count) {
    StringBuilder tokens = new StringBuilder();
    for (int i = 0; i < count; i++) {
      tokens
          .append(i > 0 ? "," : "")
          .append("{\"id\":")
          .append(9 + i)
          .append(",\"content\":\"")
          .append(content)
          .append(i)
          .append("\",\"normalized\":")
          .append(i % 2 == 0)
          .append('}');
    }
    return file("\"added_tokens\":[" + tokens + "]");
  }

  private static String file(String section) {
    return "{\"version\":\"1.0\"," + section + "," + TokenizerText.MODEL + "}";
  }

  private static void tokenize(Path folder) throws IOException {
    Tokenizer tokenizer = Tokenizers.load(folder.resolve(TOKENIZER));
    tokenizer.decode(tokenizer.encode(Files.readString(folder.resolve(TEXT))));
  }

  private static void search(Path folder) throws IOException {
    String text = Files.readString(folder.resolve(TEXT));
    Regex pattern;
    try {
      pattern = Regex.compile(Files.readString(folder.resolve(PATTERN)));
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()), e);
    }
    Regex.Search search = pattern.search(text, new Effort(text.length()));
    while (search.find()) {
      if (search.end() < search.start()) {
        throw new IllegalStateException("a match that ends before it begins");
      }
    }
  }
}
