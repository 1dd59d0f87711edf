package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.tensor.Threefry;
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

  private static EvalResults run(EvalSettings settings) {
    return Evaluation.run(settings, null, NOWHERE, false);
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
          assertThat(Tally.passAtK(n, c, k))
              .as("n %d, c %d, k %d", n, c, k)
              .isCloseTo(right / (double) subsets, within(1e-12));
        }
      }
    }
    assertThat(Tally.passAtK(10, 0, 10)).isZero();
    assertThat(Tally.passAtK(10, 1, 10)).isOne();
    assertThat(Tally.passAtK(10, 10, 1)).isOne();
    // Far beyond what factorials in a double can do: 1 − C(9990, 5000)/C(10000, 5000).
    assertThat(Tally.passAtK(10_000, 10, 5000)).isCloseTo(0.9990278263190201, within(1e-12));
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
    Estimate student = Estimate.of(new double[] {0.25, 0.5, 0.75, 0.5});
    assertThat(student.interval()).isEqualTo("t");
    // 3 degrees of freedom, sd √(1/24), divided by √4
    double half = 3.1824463053 * Math.sqrt(1 / 24.0) / 2;
    assertThat(student.low()).isCloseTo(0.5 - half, within(1e-10));
    assertThat(student.high()).isCloseTo(0.5 + half, within(1e-10));
    // Equal scores have no variance and yet say little.
    Estimate equal = Estimate.of(new double[] {0.5, 0.5, 0.5});
    assertThat(equal.interval()).isEqualTo("wilson");
    // Of 1 and of 2 in 3; proportion_confint as above.
    assertThat(equal.low()).isCloseTo(0.0614919, within(1e-6));
    assertThat(equal.high()).isCloseTo(0.9385081, within(1e-6));
  }

  @Test
  void studentsQuantiles() {
    // Bisected so that the density, integrated from 0 by the rule of Simpson, gives 0.475.
    Map<Integer, Double> golden =
        Map.of(
            1,
            12.7062047364,
            2,
            4.3026527297,
            3,
            3.1824463053,
            4,
            2.7764451052,
            9,
            2.2621571628,
            29,
            2.0452296421,
            511,
            1.9646172223,
            100_000,
            1.9599877077);
    golden.forEach((freedom, quantile) -> {
      int n = freedom + 1;
      double[] scores = new double[n];
      Arrays.setAll(scores, i -> i % 2 == 0 ? 0.5001 : 0.4999);
      Estimate estimate = Estimate.of(scores);
      double squares =
          Arrays.stream(scores).map(s -> (s - estimate.value()) * (s - estimate.value())).sum();
      double standardError = Math.sqrt(squares / freedom / n);
      assertThat((estimate.high() - estimate.value()) / standardError / quantile)
          .as("%d degrees of freedom", freedom)
          .isCloseTo(1, within(1e-8));
    });
  }

  /** The interval has the true mean in 95 % of all samples, for few problems as for many. */
  @Test
  void intervalsCoverTheTruth() {
    for (int n : new int[] {5, 30, 200}) {
      int covered = 0;
      int trials = 2000;
      for (int trial = 0; trial < trials; trial++) {
        long key = Threefry.fold(5, n, trial);
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
          // A problem is solved with a probability of its own, uniform on [0, 1), in 8 tries.
          double p = Threefry.uniform(key, i, 100);
          for (int sample = 0; sample < 8; sample++) {
            scores[i] += Threefry.uniform(key, i, sample) < p ? 0.125 : 0;
          }
        }
        Estimate estimate = Estimate.of(scores);
        covered += estimate.low() <= 0.5 && 0.5 <= estimate.high() ? 1 : 0;
      }
      assertThat(covered / (double) trials).as("%d problems", n).isBetween(0.93, 0.97);
    }
  }

  /** Of estimates of two data sets of very different size. */
  @Test
  void theMeanOverDataSets() {
    Estimate small = new Estimate(0.2, 0.1, 0.4, "t");
    Estimate large = new Estimate(0.6, 0.58, 0.62, "t");
    Estimate mean = Estimate.mean(List.of(small, large));
    assertThat(mean.value()).isCloseTo(0.4, within(1e-12));
    assertThat(mean.low()).isCloseTo(0.4 - Math.hypot(0.1, 0.02) / 2, within(1e-12));
    assertThat(mean.high()).isCloseTo(0.4 + Math.hypot(0.2, 0.02) / 2, within(1e-12));
    assertThat(mean.interval()).isEqualTo("mover");
    assertThat(Estimate.mean(List.of(small))).isEqualTo(small);
  }

  /**
   * The mean of the estimates over many draws of n responses is 1 − (1 − p)^k; the estimate from
   * the share of right ones, 1 − (1 − c/n)^k, is too small.
   */
  @Test
  void passAtKIsUnbiased() {
    int n = 10;
    int draws = 40_000;
    for (double p : new double[] {0.05, 0.3, 0.8}) {
      for (int k : new int[] {1, 4, 10}) {
        double sum = 0;
        double plain = 0;
        for (int draw = 0; draw < draws; draw++) {
          int c = 0;
          for (int i = 0; i < n; i++) {
            c += Threefry.uniform(Threefry.fold(9, k, draw), i, 0) < p ? 1 : 0;
          }
          sum += Tally.passAtK(n, c, k);
          plain += 1 - Math.pow(1 - c / (double) n, k);
        }
        double truth = 1 - Math.pow(1 - p, k);
        // Four standard errors of a mean of scores in [0, 1] with that mean.
        double error = 4 * Math.sqrt(truth * (1 - truth) / draws);
        assertThat(sum / draws).as("p %s, k %d", p, k).isCloseTo(truth, within(error));
        if (k == 4 && p == 0.3) {
          assertThat(plain / draws).isLessThan(truth - 2 * error);
        }
      }
    }
  }

  @Test
  void aModelThatAlwaysAnswersThreeIsRightWhereTheAnswerIsThree() {
    Path model = ScriptedModel.save(folder, Map.of('=', "#", '#', "3", '3', "$"));
    ArithmeticProblems problems = ArithmeticProblems.heldOut(5, 10, 300);
    long threes = IntStream.range(0, 300).filter(i -> problems.get(i).answer().equals("3")).count();
    EvalResults evaluation = run(settings(model, "limit", "300"));
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
    EvalResults evaluation = run(settings);
    JsonNode json = evaluation.toJson();
    assertThat(json.propertyNames()).contains("mean@8", "pass@1", "pass@4", "pass@8");
    double mean = json.get("mean@8").get("value").doubleValue();
    assertThat(mean).isCloseTo(0.1, within(0.03));
    assertThat(json.get("pass@1").get("value").doubleValue()).isCloseTo(mean, within(1e-12));
    assertThat(json.get("pass@8").get("value").doubleValue())
        .isCloseTo(1 - Math.pow(0.9, 8), within(0.1));
    assertThat(run(settings).correct(0)).isEqualTo(evaluation.correct(0));
    assertThat(run(settings(model, "limit", "200", "samples", "8")).correct(0))
        .isNotEqualTo(evaluation.correct(0));
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
    int[] many = run(settings(model, "limit", "400")).correct(0);
    int[] few = run(settings(model, "limit", "100")).correct(0);
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
        {"prompt": "1+2=", "answer": "1 +"}
        {"prompt": "1+1=", "answer": 2}
        {"prompt": "2+1=", "answer": "6/2"}
        """);
    Path model = ScriptedModel.save(folder.resolve("m"), Map.of('=', "#", '#', "3", '3', "$"));
    JsonNode json = run(settings(model, "problems", file.toString())).toJson();
    assertThat(json.get("n").intValue()).isEqualTo(3);
    assertThat(json.get("badGold").intValue()).isEqualTo(1);
    assertThat(json.get("mean@1").get("value").doubleValue()).isEqualTo(2 / 3.0);
    JsonNode limited = run(settings(model, "problems", file.toString(), "limit", "1")).toJson();
    assertThat(limited.get("n").intValue()).isEqualTo(1);
  }

  @Test
  void whatIsCutOffIsUnparsed() {
    Path model = ScriptedModel.save(folder, Map.of('=', "3", '3', "3"));
    JsonNode json = run(settings(model, "limit", "10", "maxTokens", "5")).toJson();
    assertThat(json.get("unparsedShare").doubleValue()).isOne();
    assertThat(json.get("truncatedShare").doubleValue()).isOne();
    assertThat(json.get("lengthMean").doubleValue()).isEqualTo(5);
    assertThat(json.get("maxTokens").intValue()).isEqualTo(5);
    int room = ScriptedModel.POSITIONS - "1+2+3+4+5+6=".length();
    assertThat(run(settings(model, "limit", "10")).maxTokens()).containsExactly(room);
    assertThatThrownBy(() -> run(settings(model, "maxTokens", String.valueOf(room + 1))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--max-response-tokens: found 53, expected at most 52");
  }

  @Test
  void moreThanTheSamplesCannotBePassed() {
    assertThatThrownBy(() -> settings(folder, "k", "1,3", "samples", "2"))
        .isInstanceOf(InputException.class)
        .hasMessage("k 3: pass@3 needs as many responses per problem, but samplesPerPrompt is 2");
  }
}
