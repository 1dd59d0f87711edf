package io.jackpot.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.jackpot.input.InputException;
import io.jackpot.weights.Json;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Compares with Oniguruma as the Python library uses it; see bench/peers/tokenizer_golden.py. */
class RegexTest {
  private static final JsonNode GOLDEN =
      Json.read(Path.of("src/test/resources/golden/tokenizers/features.json")).path("regexes");

  private static List<String> pieces(String pattern, String text) {
    List<String> pieces = new ArrayList<>();
    PreTokenizer.pattern(Regex.compile(pattern), SplitBehavior.ISOLATED, false)
        .split(new Piece(text, true), piece -> pieces.add(piece.text()), new Effort(text.length()));
    return pieces;
  }

  @Test
  void findsWhatOnigurumaFinds() {
    assertThat(GOLDEN.path("examples").size()).isGreaterThan(30);
    for (JsonNode example : GOLDEN.path("examples")) {
      String pattern = example.path("pattern").stringValue();
      for (int i = 0; i < GOLDEN.path("texts").size(); i++) {
        String text = GOLDEN.path("texts").get(i).stringValue();
        List<String> expected = new ArrayList<>();
        example.path("pieces").get(i).forEach(piece -> expected.add(piece.stringValue()));
        assertThat(pieces(pattern, text)).as("%s in \"%s\"", pattern, text).isEqualTo(expected);
      }
    }
  }

  @Test
  void setsHaveTheSameCharacters() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        all.appendCodePoint(c);
      }
    }
    String text = all.toString();
    for (JsonNode set : GOLDEN.path("sets")) {
      Regex.Search search =
          Regex.compile(set.path("pattern").stringValue()).search(text, new Effort(text.length()));
      int count = 0;
      long hash = 0;
      while (search.find()) {
        hash = (hash * 31 + text.codePointAt(search.start())) % 1_000_000_007;
        count++;
      }
      assertThat(List.of(count, hash))
          .as(set.path("pattern").stringValue())
          .isEqualTo(List.of(set.path("count").intValue(), set.path("hash").longValue()));
    }
  }

  @ParameterizedTest
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  @ValueSource(
      strings = {
        "(?:a|b)*",
        "(?:a|aa)+",
        "(?:a*)*",
        "(?:a+)+b",
        "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "(?>a|b)+c?",
        "(?:(?=a)a)+",
        "(a|b|ab)*?c",
        "(?:a?){0,900}b"
      })
  void longTextsOverflowNothing(String pattern) {
    for (String unit : new String[] {"a", " ", "ab", "\u0301"}) {
      Regex.Search search = Regex.compile(pattern).search(unit.repeat(10_000), new Effort(10_000));
      try {
        while (search.find()) {
          assertThat(search.end()).isGreaterThanOrEqualTo(search.start());
        }
      } catch (InputException e) {
        assertThat(e.getMessage()).contains("takes too many steps").contains(pattern);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "a(b        # expected )",
        "a)         # unmatched )",
        "[a         # it ends too early",
        "*a         # nothing to repeat",
        "(a)\\1     # back references are not supported",
        "\\X        # \\X is not supported",
        "\\p{Nope}  # unknown property \"Nope\"",
        "\\p{L      # expected }",
        "(?<=a+)b   # a look behind of no greatest length",
        "(?y)a      # unknown kind of group",
        "[b-a]      # expected a range",
        "a{3,2}     # expected bounds in order",
        "\\u12      # expected four",
        "(?:ab){1000}{1000} # its repetitions are too large",
        "(?:){1000}{1000}{1000}{1000} # its repetitions are too large",
        "a*????????????????????????    # more than 10 quantifiers one after the other",
      })
  void whatIsNotSupportedIsNamed(String pattern, String message) {
    assertThatThrownBy(() -> Regex.compile(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  void hostilePatternsTakeLittleMemoryAndTime() {
    pieces("(?i)\\w[\\W]", "a");
    StringBuilder letters = new StringBuilder("(?i)");
    StringBuilder loops = new StringBuilder();
    for (int c = 0x4E00; c < 0x4E00 + 4000; c++) {
      letters.appendCodePoint(c - 0x4E00 + 'a');
      loops.appendCodePoint(c).append('+');
    }
    for (String pattern :
        List.of(
            "\\s++{1000}$",
            "(?:a*){1000}{99}",
            "(?:(?:a*)*){1000}{9}",
            "(?:|b){1000}{30}",
            "(?:\\b){1000}{99}",
            letters.toString(),
            loops.toString(),
            "\\W".repeat(4000),
            "[" + "[a]".repeat(3000) + "]",
            "(?i)" + "ab".repeat(4000))) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        Regex.Search search =
            Regex.compile(pattern).search("a b\n".repeat(2500), new Effort(10_000));
        while (search.find()) {
          assertThat(search.end()).isGreaterThanOrEqualTo(search.start());
        }
      } catch (IllegalArgumentException | InputException e) {
        assertThat(e).hasMessageContaining("regular expression");
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as(pattern)
          .isLessThan(64L << 20);
    }
  }

  /** 65 million steps of at most 13 ns on the slowest of these patterns: under a second. */
  @ParameterizedTest
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  @ValueSource(
      strings = {
        "(a+)+$",
        "(a|aa)+$",
        "(.*)*x",
        ".*.*.*x",
        "(?:a?){0,900}b",
        "(?<!(?:a{0,1000}){90})b",
        "(?=(?=(?=a*b)a*b)a*b)",
        "(?:(?=(?:(?=a*b)|a)*b)|a)*b",
        "(?:(?!a*b)a)*c",
        "(?>a*)b",
        "([a-zA-Z]+)*$"
      })
  void aCatastrophicPatternIsRefusedAfterSomeStepsForEachCharacter(String pattern) {
    String text = "aaaaaaaaaaaaaaaaaaaaaaaaa!".repeat(20_000) + "a".repeat(480_000);
    Effort effort = new Effort(text.length());
    Regex.Search search = Regex.compile(pattern).search(text, effort);
    assertThatThrownBy(
            () -> {
              while (search.find()) {
                assertThat(search.end()).isGreaterThan(0);
              }
            })
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("the regular expression " + pattern + " takes too many ");
    assertThat(new Effort(1_000_000).take(65_000_000)).isTrue();
    assertThat(new Effort(1_000_000).take(65_000_001)).isFalse();
  }
}
