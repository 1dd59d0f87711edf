package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.config.Settings;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.tensor.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class EvaluationTest {
  private static final PrintWriter NOWHERE = new PrintWriter(Writer.nullWriter());

  @TempDir private Path folder;

  private static EvalSettings settings(Path model, String... flags) {
    Map<String, String> texts = new HashMap<>(Map.of("model", model.toString()));
    for (int i = 0; i < flags.length; i += 2) {
      texts.put(flags[i], flags[i + 1]);
    }
    Settings<EvalSettings> settings = Settings.of(EvalSettings.class);
    return settings.build(settings.flags(texts));
  }

  /** Every subset of k of n responses, c of them right: how often is one of them right? */
  @Test
  void passAtKIsTheShareOfSubsetsWithARightOne() {
    for (int n = 1; n <= 7; n++) {
      for (int c = 0; c <= n; c++) {
        for (int k = 1; k <= n; k++) {
          int subsets = 0;
          int right = 0;
          for (int set = 0; set < 1 << n; set++) {
            if (Integer.bitCount(set) == k) {
              subsets++;
              right += (set & ((1 << c) - 1)) != 0 ? 1 : 0;
            }
          }
          assertThat(Evaluation.passAtK(n, c, k))
              .as("n %d, c %d, k %d", n, c, k)
              .isCloseTo(right / (double) subsets, within(1e-12));
        }
      }
    }
    assertThat(Evaluation.passAtK(10, 0, 10)).isZero();
    assertThat(Evaluation.passAtK(10, 1, 10)).isOne();
  }

  @Test
  void intervals() {
    // statsmodels.stats.proportion.proportion_confint(8, 10, method="wilson")
    Estimate wilson = Estimate.of(new double[] {1, 1, 1, 1, 0, 1, 0, 1, 1, 1});
    assertThat(wilson.value()).isEqualTo(0.8);
    assertThat(wilson.interval()).isEqualTo("wilson");
    assertThat(wilson.low()).isCloseTo(0.4901625, within(1e-6));
    assertThat(wilson.high()).isCloseTo(0.9433178, within(1e-6));
    Estimate all = Estimate.of(new double[] {1, 1});
    assertThat(all.high()).isCloseTo(1, within(1e-12));
    assertThat(all.low()).isCloseTo(0.3423802, within(1e-6));
    Estimate normal = Estimate.of(new double[] {0.25, 0.5, 0.75, 0.5});
    assertThat(normal.interval()).isEqualTo("normal");
    // sd 0.2041241, divided by √4
    assertThat(normal.low()).isCloseTo(0.5 - 1.959964 * 0.1020621, within(1e-6));
    assertThat(normal.high()).isCloseTo(0.5 + 1.959964 * 0.1020621, within(1e-6));
    Estimate one = Estimate.of(new double[] {0.5});
    assertThat(List.of(one.low(), one.high())).containsExactly(0.0, 1.0);
  }

  @Test
  void aModelThatAlwaysAnswersThreeIsRightWhereTheAnswerIsThree() {
    Path model = ScriptedModel.save(folder, Map.of('=', "#", '#', "3", '3', "$"));
    ArithmeticProblems problems = ArithmeticProblems.heldOut(5, 10, 300);
    long threes = IntStream.range(0, 300).filter(i -> problems.get(i).answer().equals("3")).count();
    Evaluation evaluation = Evaluation.run(settings(model, "limit", "300"), NOWHERE);
    JsonNode json = evaluation.toJson();
    assertThat(threes).isPositive();
    assertThat(json.get("n").intValue()).isEqualTo(300);
    assertThat(json.get("badGold").intValue()).isZero();
    assertThat(json.get("mean@1").get("value").doubleValue()).isEqualTo(threes / 300.0);
    assertThat(json.get("pass@1").get("value").doubleValue())
        .isCloseTo(threes / 300.0, within(1e-12));
    assertThat(json.get("unparsedShare").doubleValue()).isZero();
    assertThat(json.get("truncatedShare").doubleValue()).isZero();
    assertThat(json.get("lengthMean").doubleValue()).isEqualTo(3);
    assertThat(evaluation.table()).contains("300 problems x 1", "mean@1", "pass@1", "wilson");
  }

  @Test
  void aModelThatGuessesPassesMoreOftenWithMoreResponses() {
    Path model = ScriptedModel.save(folder, guesses("0123456789"));
    EvalSettings settings =
        settings(model, "limit", "200", "samples", "8", "k", "4,8,1", "seed", "3");
    Evaluation evaluation = Evaluation.run(settings, NOWHERE);
    JsonNode json = evaluation.toJson();
    assertThat(json.propertyNames()).contains("mean@8", "pass@1", "pass@4", "pass@8");
    double mean = json.get("mean@8").get("value").doubleValue();
    assertThat(mean).isCloseTo(0.1, within(0.03));
    assertThat(json.get("pass@1").get("value").doubleValue()).isCloseTo(mean, within(1e-12));
    assertThat(json.get("pass@8").get("value").doubleValue())
        .isCloseTo(1 - Math.pow(0.9, 8), within(0.1));
    assertThat(Evaluation.run(settings, NOWHERE).correct()).isEqualTo(evaluation.correct());
    assertThat(Evaluation.run(settings(model, "limit", "200", "samples", "8"), NOWHERE).correct())
        .isNotEqualTo(evaluation.correct());
  }

  /** A digit of {@code digits} at random, whatever the problem. */
  private static Map<Character, String> guesses(String digits) {
    Map<Character, String> next = new HashMap<>(Map.of('=', "#", '#', digits));
    digits.chars().forEach(digit -> next.put((char) digit, "$"));
    return next;
  }

  @Test
  void fewerThanAChunkOrMoreTheResultIsTheSame() {
    Path model = ScriptedModel.save(folder, guesses("0123456789"));
    int[] many = Evaluation.run(settings(model, "limit", "400"), NOWHERE).correct();
    int[] few = Evaluation.run(settings(model, "limit", "100"), NOWHERE).correct();
    assertThat(Arrays.copyOf(many, 100)).isEqualTo(few);
    assertThat(Arrays.stream(many).skip(256).sum()).isPositive();
  }

  @Test
  void aFilesBadGoldIsCountedAndNotSampled() throws IOException {
    Path file = folder.resolve("p.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "1+2=", "answer": "3"}
        {"prompt": "1+2=", "answer": "about three"}
        {"prompt": "1+1=", "answer": 2}
        {"prompt": "2+1=", "answer": "6/2"}
        """);
    Path model = ScriptedModel.save(folder.resolve("m"), Map.of('=', "#", '#', "3", '3', "$"));
    JsonNode json = Evaluation.run(settings(model, "problems", file.toString()), NOWHERE).toJson();
    assertThat(json.get("n").intValue()).isEqualTo(3);
    assertThat(json.get("badGold").intValue()).isEqualTo(1);
    assertThat(json.get("mean@1").get("value").doubleValue()).isEqualTo(2 / 3.0);
    JsonNode limited =
        Evaluation.run(settings(model, "problems", file.toString(), "limit", "1"), NOWHERE)
            .toJson();
    assertThat(limited.get("n").intValue()).isEqualTo(1);
  }

  @Test
  void whatIsCutOffIsUnparsed() {
    Path model = ScriptedModel.save(folder, Map.of('=', "3", '3', "3"));
    JsonNode json =
        Evaluation.run(settings(model, "limit", "10", "maxTokens", "5"), NOWHERE).toJson();
    assertThat(json.get("unparsedShare").doubleValue()).isOne();
    assertThat(json.get("truncatedShare").doubleValue()).isOne();
    assertThat(json.get("lengthMean").doubleValue()).isEqualTo(5);
    assertThat(json.get("maxTokens").intValue()).isEqualTo(5);
    int room = ScriptedModel.POSITIONS - "1+2+3+4+5+6=".length();
    assertThat(Evaluation.run(settings(model, "limit", "10"), NOWHERE).maxTokens()).isEqualTo(room);
    assertThatThrownBy(
            () -> Evaluation.run(settings(model, "maxTokens", String.valueOf(room + 1)), NOWHERE))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--max-tokens: found 53, expected at most 52");
  }

  @Test
  void moreThanTheSamplesCannotBePassed() {
    assertThatThrownBy(() -> settings(folder, "k", "1,3", "samples", "2"))
        .isInstanceOf(InputException.class)
        .hasMessage("k 3: pass@3 needs as many responses a problem, but samples is 2");
  }
}
