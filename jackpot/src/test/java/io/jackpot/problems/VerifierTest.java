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
  private final Verifier finalAnswer = new MathVerifier();
  private final Verifier scratchpad = new ScratchpadVerifier();

  @Test
  void findsTheAnswer() {
    judged("42", "6*7 is the same as 7*6 #### 42", CORRECT, "42");
    judged("42", "#### 41\nWait. #### 42", CORRECT, "42");
    judged("42", "#### 42\n\nThat was easy.", CORRECT, "42");
    judged("0", "3+7=0;0*2=0;#0$", CORRECT, "0");
    judged("7", "#7", CORRECT, "7");
    judged("42", "The answer is 42", CORRECT, "42");
    judged("42", "the ANSWER is: 42. That was easy.", CORRECT, "42");
    judged("42", "Final answer:\n**42**.", CORRECT, "42");
    judged("42", "So \\boxed{41}, no, \\boxed{ 42 }.", CORRECT, "42");
    judged("42", "The answer is $\\boxed{42}$.", CORRECT, "42");
    judged("42", "The answer is 41.\n#### 42", CORRECT, "42");
    judged("42", "#### 41\nThe answer is 42.", CORRECT, "42");
    judged("42", "42", CORRECT, "42");
    judged("42", " $42$ ", CORRECT, "42");
    judged("42", "#### $42", CORRECT, "42");
    judged("It costs 6*7. #### 42", "42", CORRECT, "42");
    judged("42", "#### 41", WRONG, "41");
    judged("42", "The answer is 4.2", WRONG, "4.2");
    judged("42", "#### 42\n#### 43", WRONG, "43");
  }

  @Test
  void comparesNumbersExactly() {
    judged("42", "42.0", CORRECT, "42.0");
    judged("42", "+042", CORRECT, "+042");
    judged("42", "4.2e1", CORRECT, "4.2e1");
    judged("0.5", ".50", CORRECT, ".50");
    judged("0.5", "1/2", CORRECT, "1/2");
    judged("2/3", "#### 4 / 6", CORRECT, "4 / 6");
    judged("-3", "−3", CORRECT, "-3");
    judged("0", "-0", CORRECT, "-0");
    judged("1234567", "1,234,567", CORRECT, "1,234,567");
    judged("1,234.5", "1234.50", CORRECT, "1234.50");
    judged("1/3", "0.333", WRONG, "0.333");
    judged("0.3333333333333333", "1/3", WRONG, "1/3");
    judged("9007199254740993", "9007199254740992", WRONG, "9007199254740992");
    judged("0.1", "0.10000000000000001", WRONG, "0.10000000000000001");
    judged("3", "-3", WRONG, "-3");
    judged("1e-999", "0", WRONG, "0");
    judged("1e999", "1e-999", WRONG, "1e-999");
  }

  @Test
  void whatIsNotOneNumberIsUnreadable() {
    String[] answers = {
      "",
      " ",
      "$",
      "#",
      "####",
      "#### ",
      "no idea",
      "#### forty-two",
      "42 or 43",
      "42 43",
      "42, 43",
      "42 apples",
      "42%",
      "42/0",
      "4 2",
      "42 is it",
      "x = 42",
      "42.0.0",
      "42...",
      "1,23",
      "0,042",
      "42,0000",
      "--42",
      "4-2",
      "40+2",
      "6*7",
      "*42",
      "0x2A",
      "NaN",
      "Infinity",
      "٤٢",
      "42d",
      "42f",
      "1/2/3",
      "1e",
      "4e1e1",
      "The answer is not 42",
      "The answer is 42 or 43",
      "The answer is 42. No, 43.",
      "The answer is 42\n43",
      "The answer is 42. Wait, #",
      "\\boxed{42",
      "\\boxed{}",
      "\\boxed{42 or 43}",
      "answers is 42",
      "\\boxed{{42}}",
      "It is 42",
      "# The solution\n42",
      "42 #### ",
      "\0",
      "42\0",
      "(42)",
      "1e99999",
      "1e999999999",
      "1e-999999999",
      "4".repeat(201),
      "#".repeat(100),
      "\\boxed{".repeat(100)
    };
    for (String answer : answers) {
      judged("42", answer, UNPARSED, null);
    }
  }

  @Test
  void aGoldAnswerThatCannotBeReadIsNeverRight() {
    for (String gold : new String[] {"", "n/a", "forty-two", "42 apples", "1/0", "1e999999999"}) {
      judged(gold, gold, BAD_GOLD, null);
      judged(gold, "42", BAD_GOLD, "42");
    }
  }

  @Test
  void longHostileTextIsReadInLinearTime() {
    String[] parts = {
      "\\boxed{",
      "}",
      "{",
      "#",
      "####\n",
      "answer ",
      "answer is ",
      " ",
      "$",
      "**",
      "1",
      "1,111",
      "1/",
      ".",
      "\n",
      "e9"
    };
    for (String part : parts) {
      String text = part.repeat(1_000_000 / part.length());
      judged("42", text, UNPARSED, null);
      judged("42", "answer is" + text + "x", UNPARSED, null);
      judged("42", text + "\n#### 42", CORRECT, "42");
    }
  }

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
      assertThat(finalAnswer.verify(problem.answer(), completion).verdict()).isEqualTo(CORRECT);
      int other = (Integer.parseInt(problem.answer()) + 1) % 10;
      assertThat(scratchpad.verify("" + other, completion).verdict()).isEqualTo(WRONG);
    }
  }

  private void judged(String gold, String answer, Verdict verdict, @Nullable String extracted) {
    check(finalAnswer, gold, answer, verdict, extracted);
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
