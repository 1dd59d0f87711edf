package io.jackpot.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.answers.AnswerJudge.Outcome;
import io.jackpot.answers.RandomAnswers.Pair;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EquivalencePropertyTest {
  private static final int CASES = Integer.getInteger("verifier.cases", 1_000);

  private final AnswerJudge judge = new AnswerJudge();

  @Test
  void whatIsWrittenOtherwiseIsTheSame() {
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (int seed = 0; seed < CASES; seed++) {
      Pair pair = new RandomAnswers(seed, seed % 2 == 0).expression(1 + seed % 3);
      Outcome outcome = judge.judge(pair.left(), "\\boxed{" + pair.right() + "}").outcome();
      assertThat(outcome).as(pair.toString()).isNotEqualTo(Outcome.WRONG);
      outcomes.merge(outcome, 1, Integer::sum);
    }
    // The rest are divisions by zero and products of too many terms.
    assertThat(outcomes.getOrDefault(Outcome.CORRECT, 0)).isGreaterThan(CASES * 97 / 100);
  }

  @Test
  void whatDiffersIsNeverTheSame() {
    int wrong = 0;
    for (int seed = 0; seed < CASES; seed++) {
      RandomAnswers random = new RandomAnswers(~seed, seed % 2 == 0);
      Pair pair = random.expression(1 + seed % 3);
      String other = random.perturbed(pair.right());
      Outcome outcome = judge.judge(pair.left(), other).outcome();
      assertThat(outcome).as("%s and %s", pair.left(), other).isNotEqualTo(Outcome.CORRECT);
      wrong += outcome == Outcome.WRONG ? 1 : 0;
    }
    assertThat(wrong).isGreaterThan(CASES * 97 / 100);
  }

  /** Values nested in a root or a function, which are compared by many digits. */
  @Test
  void functionsOfWhatDiffersAreNeverTheSame() {
    String[] functions = {
      "\\sqrt{%s}", "\\sin(%s)", "e^{%s}", "\\ln(1+|%s|)", "\\arctan(%s)", "2^{%s}"
    };
    int wrong = 0;
    for (int seed = 0; seed < CASES / 3; seed++) {
      RandomAnswers random = new RandomAnswers(31L * seed + 5, seed % 2 == 0);
      Pair pair = random.leaf();
      String function = functions[seed % functions.length];
      String other = function.replace("%s", random.perturbed(pair.right()));
      String gold = function.replace("%s", pair.left());
      Outcome outcome = judge.judge(gold, other).outcome();
      assertThat(outcome).as("%s and %s", gold, other).isNotEqualTo(Outcome.CORRECT);
      wrong += outcome == Outcome.WRONG ? 1 : 0;
      assertThat(judge.judge(gold, function.replace("%s", pair.right())).outcome())
          .as(gold)
          .isEqualTo(Outcome.CORRECT);
    }
    assertThat(wrong).isGreaterThan(CASES / 3 * 90 / 100);
  }
}
