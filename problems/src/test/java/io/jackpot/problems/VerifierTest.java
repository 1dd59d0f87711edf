package io.jackpot.problems;

import static io.jackpot.problems.Verifier.Verdict.BAD_GOLD;
import static io.jackpot.problems.Verifier.Verdict.CORRECT;
import static io.jackpot.problems.Verifier.Verdict.UNPARSED;
import static io.jackpot.problems.Verifier.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.problems.Verifier.Verification;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerifierTest {
  private final Verifier math = new MathVerifier();
  private final Verifier scratchpad = new ScratchpadVerifier();

  @Test
  void aScratchpadMustEndInItsMarkedAnswer() {
    scratchpad("0", "3+7=0;0*2=0;#0$", CORRECT, "0");
    scratchpad("7", "#7$", CORRECT, "7");
    scratchpad("7", "#8$", WRONG, "8");
    scratchpad("7", "#07$", WRONG, "07");
    String[] unfinished = {
      "7",
      "7$",
      "",
      "#",
      "#$",
      "$",
      "#7",
      "#7$$",
      "#7$7",
      "#7$ ",
      "#7$\n",
      "#7\n$",
      "# 7$",
      "#7 $",
      "#7.0$",
      "#+7$",
      "#-7$",
      "#x$",
      "##7$",
      "#7#7$",
      "#3#7$",
      "#7$#7$",
      "$#7$",
      "3$#7$",
      "#7;$",
      "#٧$",
      "#1234567890$",
      "The answer is 7$"
    };
    for (String response : unfinished) {
      scratchpad("7", response, UNPARSED, null);
    }
    scratchpad("", "#7$", BAD_GOLD, "7");
    scratchpad("7 ", "#7$", BAD_GOLD, "7");
    scratchpad("x", "x", BAD_GOLD, null);
  }

  @Test
  void generatedCompletionsAreRewarded() {
    ProblemSource source = ArithmeticProblems.heldOut(5, 10, 200);
    for (int i = 0; i < source.size(); i++) {
      Problem problem = source.get(i);
      String completion = String.valueOf(problem.completion());
      assertThat(scratchpad.verify(problem.answer(), completion).verdict()).isEqualTo(CORRECT);
      assertThat(math.verify(problem.answer(), completion).verdict()).isEqualTo(CORRECT);
      int other = (Integer.parseInt(problem.answer()) + 1) % 10;
      assertThat(scratchpad.verify("" + other, completion).verdict()).isEqualTo(WRONG);
    }
  }

  private void scratchpad(String gold, String answer, Verdict verdict, @Nullable String extracted) {
    check(scratchpad, gold, answer, verdict, extracted);
  }

  private static void check(
      Verifier verifier, String gold, String answer, Verdict verdict, @Nullable String extracted) {
    assertThat(verifier.verify(gold, answer))
        .as("gold '%.60s', answer '%.60s'", gold, answer)
        .isEqualTo(new Verification(verdict, extracted));
  }
}
