package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixtureProblemsTest {
  private static final int N = 20_000;

  @Test
  void theFirstProblemsNeverChange() {
    ProblemSource source = new MixtureProblems(5, 10, 0, 0.6, 0.3, 0.12);
    assertThat(IntStream.range(0, 6).mapToObj(i -> source.get(i).completion()))
        .containsExactly(
            "0;0*9=0;0*7=0;0*9=0;0-7=3;#3$",
            "#5$",
            "0-9=1;1+8=9;9+5=4;0;0-9=1;#1$",
            "9;9+0=9;9*8=2;5;0;#0$",
            "1*9=9;7;7-7=0;0+9=9;9-6=3;#3$",
            "#5$");
  }

  @Test
  void withoutTersenessAndNoiseItIsTheScratchpad() {
    ProblemSource plain = ArithmeticProblems.training(5, 10, 7);
    ProblemSource mixture = new MixtureProblems(5, 10, 7, 0, 0, 0);
    ProblemSource direct = new MixtureProblems(5, 10, 7, 1, 1, 1);
    for (int i = 0; i < 200; i++) {
      Problem problem = plain.get(i);
      assertThat(mixture.get(i)).isEqualTo(problem);
      assertThat(direct.get(i))
          .isEqualTo(new Problem(problem.prompt(), problem.answer(), "#" + problem.answer() + "$"));
    }
    assertThat(mixture.size()).isEqualTo(plain.size());
  }

  @Test
  void sharesAreAsAskedFor() {
    ProblemSource source = new MixtureProblems(5, 10, 1, 0.6, 0.3, 0.2);
    int direct = 0;
    int steps = 0;
    int terse = 0;
    int wrong = 0;
    for (int i = 0; i < N; i++) {
      Chain chain = Chain.of(source.get(i), 10);
      if (chain.steps == 0) {
        direct++;
      }
      steps += chain.steps;
      terse += chain.terse;
      wrong += chain.wrong;
    }
    // Four standard deviations.
    assertThat(direct / (double) N).isCloseTo(0.6, within(4 * Math.sqrt(0.24 / N)));
    assertThat(terse / (double) steps).isCloseTo(0.3, within(4 * Math.sqrt(0.21 / steps)));
    // One random digit in ten is the right one.
    assertThat(wrong / (double) steps).isCloseTo(0.18, within(4 * Math.sqrt(0.15 / steps)));
  }

  @Test
  void anErrorIsCarriedOn() {
    ProblemSource source = new MixtureProblems(5, 10, 2, 0, 0, 0.3);
    int wrongAnswers = 0;
    for (int i = 0; i < 2000; i++) {
      // Chain.of checks that each step goes on from what the one before wrote.
      Chain chain = Chain.of(source.get(i), 10);
      wrongAnswers += chain.answer.equals(source.get(i).answer()) ? 0 : 1;
    }
    assertThat(wrongAnswers).isBetween(500, 1500);
  }

  @Test
  void noisyDigitsAreUniform() {
    ProblemSource source = new MixtureProblems(1, 5, 3, 0, 1, 1);
    int[] counts = new int[5];
    for (int i = 0; i < N; i++) {
      counts[Integer.parseInt(Chain.of(source.get(i), 5).answer)]++;
    }
    for (int count : counts) {
      assertThat(count / (double) N).isCloseTo(0.2, within(4 * Math.sqrt(0.16 / N)));
    }
  }

  @Test
  void neverAHeldOutProblem() {
    ProblemSource heldOut = ArithmeticProblems.heldOut(1, 10, 20);
    List<String> prompts = IntStream.range(0, 20).mapToObj(i -> heldOut.get(i).prompt()).toList();
    ProblemSource source = new MixtureProblems(1, 10, 0, 0.5, 0.5, 0.5);
    for (int i = 0; i < 5000; i++) {
      assertThat(source.get(i).prompt()).isNotIn(prompts);
    }
  }

  @Test
  void aProblemDependsOnSeedAndIndexAlone() {
    ProblemSource source = new MixtureProblems(5, 10, 9, 0.5, 0.3, 0.3);
    Problem late = source.get(1000);
    source.get(3);
    assertThat(source.get(1000)).isEqualTo(late);
    assertThat(new MixtureProblems(5, 10, 9, 0.5, 0.3, 0.3).get(1000)).isEqualTo(late);
    assertThat(new MixtureProblems(5, 10, 8, 0.5, 0.3, 0.3).get(1000)).isNotEqualTo(late);
  }

  @Test
  void sharesOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new MixtureProblems(5, 10, 0, 1.5, 0, 0))
        .isInstanceOf(InputException.class)
        .hasMessage("direct share: 1.5, expected 0 to 1");
    assertThatThrownBy(() -> new MixtureProblems(5, 10, 0, 0, Double.NaN, 0))
        .isInstanceOf(InputException.class)
        .hasMessage("terse share: NaN, expected 0 to 1");
    assertThatThrownBy(() -> new MixtureProblems(5, 10, 0, 0, 0, -0.1))
        .isInstanceOf(InputException.class)
        .hasMessage("noise: -0.1, expected 0 to 1");
    assertThatThrownBy(() -> new MixtureProblems(0, 10, 0, 0, 0, 0))
        .isInstanceOf(InputException.class);
  }

  /**
   * A completion, parsed with its prompt.
   *
   * @param wrong the steps whose written result is not the result of the operation
   */
  private record Chain(int steps, int terse, int wrong, String answer) {
    static Chain of(Problem problem, int modulus) {
      String prompt = problem.prompt();
      String completion = Objects.requireNonNull(problem.completion());
      String[] parts = completion.split(";", -1);
      int steps = parts.length - 1;
      assertThat(steps).isIn(0, prompt.length() / 2 - 1);
      int terse = 0;
      int wrong = 0;
      int value = prompt.charAt(0) - '0';
      for (int step = 0; step < steps; step++) {
        String operation = prompt.substring(2 * step + 1, 2 * step + 3);
        int result =
            ScratchpadReference.apply(
                value, operation.charAt(0), operation.charAt(1) - '0', modulus);
        if (parts[step].length() == 1) {
          terse++;
        } else {
          assertThat(parts[step]).startsWith(value + operation + "=").hasSize(5);
        }
        value = parts[step].charAt(parts[step].length() - 1) - '0';
        assertThat(value).isBetween(0, modulus - 1);
        wrong += value == result ? 0 : 1;
      }
      String answer = steps == 0 ? problem.answer() : Integer.toString(value);
      assertThat(parts[steps]).isEqualTo("#" + answer + "$");
      return new Chain(steps, terse, wrong, answer);
    }
  }
}
