package io.jackpot.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.jackpot.answers.AnswerJudge.Judgement;
import io.jackpot.answers.AnswerJudge.Outcome;
import io.jackpot.answers.Cases.Case;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The cost of answers made to be expensive. The budget is counted, not timed. */
class HostileAnswersTest {
  private static final int MUTATIONS = Integer.getInteger("verifier.mutations", 4_000);
  private static final int LENGTH = Integer.getInteger("verifier.length", 200_000);

  private final AnswerJudge judge = new AnswerJudge();

  @Test
  void whatCostsTooMuchIsUnparsedWithinTheBudget() {
    List<String> answers =
        new ArrayList<>(
            List.of(
                "9**9**9**9",
                "9^{9^{9^{9}}}",
                "10^(10^10)",
                "1e999999999",
                "1e-999999999",
                "1e99999999999999999999",
                "170000!",
                "2000!!",
                "((2000!)!)!",
                "2000!^2000",
                "\\binom{1000000}{500000}",
                "(1+x)^{1000000}",
                "(a+b+c+d+e+f+g+h)^{99}",
                "(\\sqrt{2}+\\sqrt{3}+\\sqrt{5}+\\sqrt{7}+\\sqrt{11}+\\sqrt{13}+\\sqrt{17})^{400}",
                "\\frac{1}{(1+x+y+z)^{80}}+\\frac{1}{(1-x-y-z)^{80}}",
                "(2^{16000})^{16000}",
                "\\sqrt[100000]{2^{99999}+1}^{100000000}",
                "x^{x^{x^{x^{2^{99999}}}}}",
                "0.\\overline{" + "12".repeat(5_000) + "}",
                "1.5e-" + "9".repeat(300)));
    answers.add("(" + "x+1)(".repeat(400) + "x+1)");
    answers.add("\\sqrt{2+".repeat(59) + "1" + "}".repeat(59));
    answers.add("\\sin(".repeat(59) + "1" + ")".repeat(59));
    answers.add("e^{".repeat(59) + "1" + "}".repeat(59));
    answers.add("3" + "!".repeat(900));
    answers.add("\\sin(5" + "°".repeat(900) + ")");
    answers.add("5" + "^2".repeat(400));
    answers.add("1" + "+1".repeat(450));
    answers.add("5=".repeat(400) + "6");
    answers.add("2^".repeat(500) + "2");
    answers.add("\\frac{".repeat(500) + "1}{2}".repeat(500));
    answers.add("\\begin{pmatrix}" + "9^{9999}&".repeat(150) + "1\\end{pmatrix}");
    answers.add("{" + "9^{4999},".repeat(150) + "1}");
    answers.add("x_1+" + "(x_1+y)^{20}(z+w)^{20}+".repeat(40) + "1");
    for (String answer : answers) {
      Judgement judgement = judge.judge("42", "\\boxed{" + answer + "}");
      assertThat(judgement.outcome()).as("%.60s", answer).isIn(Outcome.UNPARSED, Outcome.WRONG);
      assertThat(judgement.spent()).as("%.60s", answer).isLessThanOrEqualTo(2 * AnswerJudge.BUDGET);
      assertThat(judge.judge(answer, "42").outcome())
          .as("%.60s", answer)
          .isIn(Outcome.BAD_GOLD, Outcome.WRONG, Outcome.UNPARSED);
    }
  }

  @Test
  void listsOfManyItemsAreComparedWithinTheBudget() {
    StringBuilder gold = new StringBuilder("0");
    StringBuilder answer = new StringBuilder("1");
    for (int i = 1; i < 150; i++) {
      gold.append(",\\sqrt{2+\\sqrt{").append(i).append("}}");
      answer.append(",\\sqrt{2+\\sqrt{").append(i + 1).append("}}");
    }
    Judgement judgement = judge.judge(gold.toString(), answer.toString());
    assertThat(judgement.outcome()).isIn(Outcome.UNPARSED, Outcome.WRONG, Outcome.BAD_GOLD);
    assertThat(judgement.spent()).isLessThanOrEqualTo(2 * AnswerJudge.BUDGET);
  }

  /** Judges random pieces of the cases with some characters replaced: never an exception. */
  @Test
  void anythingHasAVerdict() throws IOException {
    List<Case> cases = Cases.all().stream().filter(each -> each.answer().length() < 200).toList();
    Random random = new Random(7);
    for (int i = 0; i < MUTATIONS; i++) {
      StringBuilder text = new StringBuilder();
      for (int pieces = 1 + random.nextInt(4); pieces > 0; pieces--) {
        Case each = cases.get(random.nextInt(cases.size()));
        String piece = random.nextBoolean() ? each.gold() : each.answer();
        int from = random.nextInt(piece.length() + 1);
        text.append(piece, from, from + random.nextInt(piece.length() - from + 1));
      }
      for (int changes = random.nextInt(3); changes > 0 && !text.isEmpty(); changes--) {
        String characters = "\\{}[]()^_=<>,.:;!$%&|+-*/0129xeπ√±∪° \n#'";
        char other = characters.charAt(random.nextInt(characters.length()));
        text.setCharAt(random.nextInt(text.length()), other);
      }
      String answer = text.toString();
      String gold = cases.get(random.nextInt(cases.size())).gold();
      assertThatCode(() -> judge.judge(gold, "\\boxed{" + answer + "}"))
          .as("gold %s, answer %s", gold, answer)
          .doesNotThrowAnyException();
      assertThatCode(() -> judge.judge(answer, answer)).as(answer).doesNotThrowAnyException();
    }
  }

  /**
   * A scan in quadratic time would take minutes here; {@code -Dverifier.length} sets the number of
   * characters.
   */
  @Test
  void aLongTextOfAnythingIsReadInLinearTime() {
    String[] parts = {
      "\\boxed{",
      "\\boxed",
      "\\boxed{}",
      "\\boxed{1} and ",
      "}",
      "{",
      "(",
      ")",
      "[",
      "|",
      "\\{",
      "#",
      "####\n",
      "#### 1 2\n",
      "answer ",
      "answer is ",
      "answer is 1. ",
      "answer is 1. Wait, ",
      "answer to the ",
      "answer:\n",
      " ",
      "\n",
      "$",
      "$1$ ",
      "\\(",
      "\\[",
      "**",
      "*",
      "1",
      "1,111",
      "1/",
      ".",
      "1.",
      "e9",
      "<think>",
      "</think>",
      "<answer>",
      "</answer>",
      "<|im_end|>",
      "\\",
      "\\text{",
      "^",
      "_",
      "-",
      "\\frac",
      "\\sqrt{",
      "the ",
      "\u0663",
      "√",
      "\0",
      "Actually, ",
      "\"",
      "`",
      "a",
      "A. ",
      "(A) ",
      "\\!"
    };
    for (String part : parts) {
      String text = part.repeat(LENGTH / part.length());
      assertThat(judge.judge("42", text).outcome()).as(part).isIn(Outcome.UNPARSED, Outcome.WRONG);
      assertThat(judge.judge("42", "The answer is " + text + "x").outcome())
          .as(part)
          .isIn(Outcome.UNPARSED, Outcome.WRONG);
      assertThat(judge.judge("42", "\\boxed{" + text + "}").outcome())
          .as(part)
          .isIn(Outcome.UNPARSED, Outcome.WRONG);
      if (!part.contains("think") && !part.contains("box")) {
        assertThat(judge.judge("42", text + "\n\\boxed{42}\n").outcome())
            .as(part)
            .isIn(Outcome.CORRECT, Outcome.UNPARSED);
      }
      judge.judge(text, "42");
    }
  }
}
