package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.jackpot.input.InputException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts of a tokenizer that expand a text, or take too long, are named in one line. */
class TokenizerLimitsTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final String MODEL =
      """
      "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "aa": 2, "": 3}, "merges": [["a", "a"]]}
      """;

  private static Tokenizer read(String section) {
    byte[] file = ("{" + section + ", " + MODEL + "}").getBytes(StandardCharsets.UTF_8);
    return TokenizerReader.read(file, "t.json", new TokenizerFolder(Path.of("t"), Map.of()));
  }

  private static String sequence(String key, String list, String part, int times) {
    return "\"%s\": {\"type\": \"Sequence\", \"%s\": [%s]}"
        .formatted(key, list, (part + ",").repeat(times - 1) + part);
  }

  private static void assertRefused(String section, String text, String... message) {
    long time = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(
            () -> {
              Tokenizer tokenizer = read(section);
              tokenizer.decode(tokenizer.encodePlain(text));
            })
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("t.json: ")
        .hasMessageNotContaining("\n")
        .hasMessageContainingAll(message);
    assertThat(THREADS.getCurrentThreadCpuTime() - time).isLessThan(4_000_000_000L);
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - bytes).isLessThan(1L << 30);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "normalizer # normalizers # {\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaa\"} # normalizers[3]",
        "normalizer # normalizers # {\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"a\"} # normalizers[",
        "pre_tokenizer # pretokenizers # {\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\".\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"use_regex\":false}]} # pretokenizers[",
        "decoder # decoders # {\"type\":\"BPEDecoder\",\"suffix\":\"\"} # decoders[",
      })
  void expansionIsLimited(String key, String list, String part, String where) {
    assertRefused(
        sequence(key, list, part, 15), "a".repeat(10_000), key + "." + where, "s more than ");
  }

  @Test
  void oneReplacementIsLimited() {
    String content = "b".repeat(1_000);
    assertRefused(
        "\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"%s\"}"
            .formatted(content),
        "a".repeat(10_000),
        "normalizer: makes more than 1,128,576 characters of a text of 10,000");
  }

  @ParameterizedTest
  @CsvSource({"(a*)*b", "(?:a|a)*b", "(?<=a{1000})b", "a{1000}b", "(?:a?){500}b"})
  void patternsThatTakeTooLongAreRefused(String pattern) {
    String regex = "\"pattern\": {\"Regex\": \"%s\"}".formatted(pattern);
    String text = "a".repeat(1_000_000);
    assertRefused(
        "\"pre_tokenizer\": {\"type\": \"Split\", %s, \"behavior\": \"Isolated\", \"invert\": false}"
            .formatted(regex),
        text,
        "t.json: pre_tokenizer: the regular expression " + pattern + " takes too many ");
  }

  /** A text cut into many pieces has as many steps as a whole one. */
  @Test
  void piecesShareTheirSteps() {
    String split =
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"%s\"},\"behavior\":\"Isolated\",\"invert\":false}";
    assertRefused(
        "\"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [%s, %s]}"
            .formatted(split.formatted("a{16}"), split.formatted("(?:a|a)*b")),
        "a".repeat(100_000),
        "pre_tokenizer.pretokenizers[1]: the regular expression (?:a|a)*b takes too many steps");
  }

  @Test
  void addedTokensTakeNoMoreThanTheirSize() {
    String almost =
        "\"added_tokens\": [{\"id\": 9, \"content\": \"%sb\", \"normalized\": false}]"
            .formatted("a".repeat(100_000));
    assertThatThrownBy(() -> read(almost).encodePlain("a".repeat(500_000)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("takes more than 35,000,000 steps on a text of 500,000 characters");
    Tokenizer many =
        read(
            "\"added_tokens\": [{\"id\": 4, \"content\": \"<a\"}, {\"id\": 5, \"content\": \"<ab>\"},"
                + " {\"id\": 6, \"content\": \"<\"}, {\"id\": 7, \"content\": \"<abc\"}]");
    assertThat(many.encodePlain("a<ab<ab><abcb<")).containsExactly(0, 4, 1, 5, 7, 1, 6);
  }

  @Test
  void partsAndAffixesAreLimited() {
    assertRefused(
        sequence("normalizer", "normalizers", "{\"type\":\"Lowercase\"}", 1000),
        "a",
        "normalizer.normalizers: more than 50 parts");
    assertThatThrownBy(() ->
            TokenizerReader.read(
                ("{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": [], \"end_of_word_suffix\": \""
                        + "x".repeat(200)
                        + "\"}}")
                    .getBytes(StandardCharsets.UTF_8),
                "t.json",
                new TokenizerFolder(Path.of("t"), Map.of())))
        .isInstanceOf(InputException.class)
        .hasMessage("t.json: model.end_of_word_suffix: found 200 characters, expected 100 at most");
    assertRefused(
        "\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"String\": \"%s\"}, \"content\": \"\"}"
            .formatted("a".repeat(100_000)),
        "a",
        "normalizer.pattern: regular expression");
  }
}
