package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.weights.CharTokenizer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArithmeticProblemsTest {

  @Test
  void theFirstProblemsNeverChange() {
    assertThat(first(ArithmeticProblems.training(5, 10, 0), 3))
        .containsExactly(
            "6-6*9*7*9-7=6-6=0;0*9=0;0*7=0;0*9=0;0-7=3;#3$",
            "8+0-8-1+6*9=8+0=8;8-8=0;0-1=9;9+6=5;5*9=5;#5$",
            "0-9+8+5-4-9=0-9=1;1+8=9;9+5=4;4-4=0;0-9=1;#1$");
    assertThat(first(ArithmeticProblems.training(2, 7, 1), 2))
        .containsExactly("6-1-3=6-1=5;5-3=2;#2$", "1-5-6=1-5=3;3-6=4;#4$");
    assertThat(first(ArithmeticProblems.heldOut(5, 10, 500), 3))
        .containsExactly(
            "2-7-1*3-0-8=2-7=5;5-1=4;4*3=2;2-0=2;2-8=4;#4$",
            "6*9-5-3-3+5=6*9=4;4-5=9;9-3=6;6-3=3;3+5=8;#8$",
            "0+5+3-1*6-8=0+5=5;5+3=8;8-1=7;7*6=2;2-8=4;#4$");
  }

  @ParameterizedTest
  @CsvSource({"1, 10", "2, 2", "3, 7", "5, 10", "100, 10"})
  void everyStepAndAnswerIsRight(int operations, int modulus) {
    ProblemSource training = ArithmeticProblems.training(operations, modulus, 3);
    CharTokenizer tokenizer = ArithmeticProblems.tokenizer();
    Set<Character> used = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      Problem problem = training.get(i);
      String completion = completion(problem);
      assertThat(problem.prompt()).matches("[0-9]([-+*][0-9]){" + operations + "}=");
      problem.prompt().chars().forEach(c -> used.add((char) c));
      int value = problem.prompt().charAt(0) - '0';
      String[] steps = completion.split(";", -1);
      assertThat(steps).hasSize(operations + 1);
      for (int step = 0; step < operations; step++) {
        String operation = problem.prompt().substring(2 * step + 1, 2 * step + 3);
        int right = Integer.parseInt(operation.substring(1));
        assertThat(right).isLessThan(modulus);
        int result = ScratchpadReference.apply(value, operation.charAt(0), right, modulus);
        assertThat(steps[step]).isEqualTo(value + operation + "=" + result);
        value = result;
      }
      assertThat(problem.answer()).isEqualTo("" + value);
      assertThat(steps[operations]).isEqualTo("#" + value + "$");
      String text = problem.prompt() + completion;
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
    assertThat(used).hasSize(modulus + 4); // every digit, three operators, =
  }

  @Test
  void aProblemDependsOnSeedAndIndexAlone() {
    ProblemSource source = ArithmeticProblems.training(5, 10, 42);
    List<Problem> forwards = IntStream.range(0, 50).mapToObj(source::get).toList();
    ProblemSource again = ArithmeticProblems.training(5, 10, 42);
    for (int i = 49; i >= 0; i--) {
      assertThat(again.get(i)).isEqualTo(forwards.get(i));
    }
    assertThat(source.get(Integer.MAX_VALUE - 1)).isNotEqualTo(source.get(0));
    assertThat(source.size()).isEqualTo(Integer.MAX_VALUE);
    assertThat(prompts(ArithmeticProblems.training(5, 10, 43), 50))
        .doesNotContainAnyElementsOf(prompts(source, 50));
  }

  @Test
  void trainingNeverGivesAHeldOutProblem() {
    // 9000 problems in all, so that both sides come across every one of theirs.
    Set<String> trained = new HashSet<>();
    for (long seed = 0; seed < 4; seed++) {
      trained.addAll(prompts(ArithmeticProblems.training(2, 10, seed), 20_000));
    }
    int heldOut = 9000 - trained.size();
    assertThat(heldOut).isBetween(1000, 1250); // 1125 expected, standard deviation 31
    ProblemSource all = ArithmeticProblems.heldOut(2, 10, heldOut);
    assertThat(prompts(all, heldOut)).doesNotHaveDuplicates().doesNotContainAnyElementsOf(trained);
    assertThatThrownBy(() -> ArithmeticProblems.heldOut(2, 10, heldOut + 1))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "held-out problems: %d, but only %d exist for 2 operations modulo 10; ask for fewer problems or more operations"
                .formatted(heldOut + 1, heldOut));
  }

  @Test
  void heldOutProblemsAreDistinctAndTheFirstOfMore() {
    List<String> many = prompts(ArithmeticProblems.heldOut(5, 10, 2000), 2000);
    assertThat(many).doesNotHaveDuplicates();
    assertThat(prompts(ArithmeticProblems.heldOut(5, 10, 500), 500))
        .isEqualTo(many.subList(0, 500));
    assertThat(ArithmeticProblems.heldOut(1, 2, 0).size()).isZero();
  }

  @Test
  void trainingHasProblemsHoweverFewThereAre() {
    for (int modulus = 2; modulus <= 10; modulus++) {
      assertThat(ArithmeticProblems.training(1, modulus, 0).get(0).prompt()).hasSize(4);
    }
  }

  @Test
  void argumentsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> ArithmeticProblems.training(0, 10, 0))
        .isInstanceOf(InputException.class)
        .hasMessage("operations: 0, expected 1 to 100");
    assertThatThrownBy(() -> ArithmeticProblems.training(101, 10, 0))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> ArithmeticProblems.heldOut(5, 11, 1))
        .isInstanceOf(InputException.class)
        .hasMessage("modulus: 11, expected 2 to 10");
    assertThatThrownBy(() -> ArithmeticProblems.training(5, 1, 0))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> ArithmeticProblems.heldOut(5, 10, -1))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> ArithmeticProblems.heldOut(5, 10, Integer.MAX_VALUE))
        .isInstanceOf(InputException.class)
        .hasMessage("held-out problems: found 2147483647, expected 0 to 1000000");
    ProblemSource one = ArithmeticProblems.heldOut(5, 10, 1);
    assertThatThrownBy(() -> one.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> one.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void theTokenizerHasEighteenSymbols() {
    assertThat(ArithmeticProblems.tokenizer().vocabularySize()).isEqualTo(18);
    assertThat(
            ArithmeticProblems.tokenizer()
                .decode(ArithmeticProblems.tokenizer().endIds().getFirst()))
        .isEqualTo("$");
  }

  private static List<String> first(ProblemSource source, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> source.get(i).prompt() + source.get(i).completion())
        .toList();
  }

  private static List<String> prompts(ProblemSource source, int count) {
    return IntStream.range(0, count).mapToObj(i -> source.get(i).prompt()).toList();
  }

  private static String completion(Problem problem) {
    return String.valueOf(problem.completion());
  }
}
