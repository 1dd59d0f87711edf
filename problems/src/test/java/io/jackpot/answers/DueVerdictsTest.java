package io.jackpot.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.answers.AnswerJudge.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rows of gold answers and answers with the verdict that is due. Those of {@code everywhere} are
 * pairs that SymPy and NumPy judged ({@code bench/peers/verifier_everywhere.py}).
 */
class DueVerdictsTest {
  private final AnswerJudge judge = new AnswerJudge();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "radicals",
        "sampled-equality",
        "letter-before-brackets",
        "logic-and-vectors",
        "membership-and-lists",
        "identical-text",
        "words-around-a-box",
        "marks-and-units",
        "equal-everywhere",
        "everywhere",
      })
  void eachRowHasItsVerdict(String name) throws IOException {
    String text;
    try (InputStream in =
        Objects.requireNonNull(DueVerdictsTest.class.getResourceAsStream(name + ".jsonl"))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String line : text.lines().toList()) {
      JsonNode row = JsonMapper.shared().readTree(line);
      String due = row.get("due").stringValue();
      Outcome outcome =
          judge.judge(row.get("gold").stringValue(), row.get("answer").stringValue()).outcome();
      if (due.startsWith("not ")) {
        assertThat(outcome).as(line).isNotEqualTo(outcome(due.substring("not ".length())));
      } else {
        assertThat(outcome).as(line).isEqualTo(outcome(due));
      }
    }
  }

  private static Outcome outcome(String verdict) {
    return Outcome.valueOf(verdict.replace('-', '_').toUpperCase(Locale.ROOT));
  }
}
