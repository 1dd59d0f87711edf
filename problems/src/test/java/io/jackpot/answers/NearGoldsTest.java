package io.jackpot.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.answers.AnswerJudge.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Gold answers as data sets have them, each beside all others and beside changes of itself. */
class NearGoldsTest {
  /** Answers of which no two mean the same. */
  private static final List<String> GOLDS =
      List.of(
          "|x-3|",
          "|x+3|",
          "|x-100|",
          "|x-10|+|x+10|",
          "|x-10|-|x+10|",
          "\\sqrt{x^2+9}",
          "\\sqrt{x^2-9}",
          "\\frac{1}{\\sqrt{n}}",
          "x\\sqrt{x}",
          "\\lfloor n^2/4\\rfloor",
          "\\lfloor n^2/5\\rfloor",
          "\\lfloor\\frac{2n-1}{5}\\rfloor",
          "\\lceil\\frac{n}{100}\\rceil",
          "\\lfloor\\frac{n}{100}\\rfloor",
          "\\lfloor x\\rfloor",
          "\\max(x,-50)",
          "\\min(x,-50)",
          "\\max(x,y)",
          "x",
          "-x",
          "3-x",
          "100-x",
          "20",
          "0",
          "n!",
          "(n+1)!",
          "\\binom{n}{2}",
          "\\binom{n}{3}",
          "(-1)^n",
          "2^{n-1}",
          "f(0)",
          "f(1)",
          "f(x)",
          "f(x+y)",
          "f(x)+f(y)",
          "N(0)e^{kt}",
          "k(x+1)",
          "y(0)=3",
          "\\ln|x|",
          "\\ln(x+1)",
          "[0,4]",
          "[0,4)",
          "(0,4)",
          "(-\\infty,0)\\cup(4,\\infty)",
          "x^2\\in[0,4]",
          "\\{0,4\\}",
          "x=0, \\frac{\\pi}{2}",
          "-x=0, \\frac{\\pi}{2}",
          "\\{x\\mid x\\geq 3\\},\\{x\\mid x\\geq 0\\}",
          "\\{x\\mid x\\geq 3\\}",
          "\\{x\\mid x\\geq 0\\}",
          "\\left( 3, \\frac{\\pi}{2} \\right)",
          "1 \\pm \\sqrt{19}",
          "1,-2",
          "6 - 5i",
          "\\frac{11+9a}{20}",
          "6r^2-4r-24",
          "x^3+3x-6");

  private static final Map<String, UnaryOperator<String>> CHANGES = changes();

  private final AnswerJudge judge = new AnswerJudge();

  /** Changes that make another answer of each gold in which they change anything. */
  private static Map<String, UnaryOperator<String>> changes() {
    Map<String, UnaryOperator<String>> changes = new LinkedHashMap<>();
    changes.put("bars dropped", gold -> gold.replace("|", ""));
    changes.put("floor and ceiling", gold -> gold.replace("floor", "ceil"));
    changes.put("larger and smaller", gold -> gold.replace("\\max", "\\min"));
    changes.put("root dropped", gold -> gold.replace("\\sqrt", ""));
    changes.put("another function", gold -> gold.replace("f(", "g("));
    changes.put("another name", gold -> gold.replace("x", "w").replace("n", "w"));
    changes.put("the first value alone", gold -> gold.replaceAll("^([^\\[({|]+),.*", "$1"));
    changes.put("one more value", gold -> gold + ", 77");
    changes.put("another bound", gold -> gold.replace("4]", "5]").replace("4)", "5)"));
    changes.put("open and closed", gold -> gold.replace("[", "(").replace("geq", "gt"));
    changes.put("brackets that do not match", gold -> gold + ")");
    changes.put("a function of it", gold -> "f(" + gold + ")");
    changes.put("a member's square", gold -> "x^2 \\in " + gold);
    changes.put("a sign before the name", gold -> "-x = 1, " + gold);
    changes.put("one more", gold -> gold + "+1");
    return changes;
  }

  @Test
  void noTwoGoldsAreTheSame() {
    for (String gold : GOLDS) {
      for (String other : GOLDS) {
        Outcome outcome = judge.judge(gold, "\\boxed{" + other + "}").outcome();
        if (gold.equals(other)) {
          assertThat(outcome).as(gold).isEqualTo(Outcome.CORRECT);
        } else {
          assertThat(outcome).as("%s and %s", gold, other).isNotEqualTo(Outcome.CORRECT);
        }
      }
    }
  }

  @Test
  void noChangedGoldIsTheSame() {
    int changed = 0;
    for (String gold : GOLDS) {
      for (Map.Entry<String, UnaryOperator<String>> change : CHANGES.entrySet()) {
        String other = change.getValue().apply(gold);
        if (!other.replaceAll("\\s", "").equals(gold.replaceAll("\\s", ""))) {
          changed++;
          Outcome outcome = judge.judge(gold, "\\boxed{" + other + "}").outcome();
          assertThat(outcome)
              .as("%s and %s: %s", gold, other, change.getKey())
              .isNotEqualTo(Outcome.CORRECT);
        }
      }
    }
    assertThat(changed).isGreaterThan(400);
  }

  /** A digit more or less somewhere, also in places where it changes little. */
  @Test
  void noGoldWithAnotherDigitIsTheSame() {
    Random random = new Random(3);
    for (String gold : GOLDS) {
      List<Integer> digits = new ArrayList<>();
      for (int i = 0; i < gold.length(); i++) {
        if (Character.isDigit(gold.charAt(i))) {
          digits.add(i);
        }
      }
      for (int at : digits) {
        char digit = (char) ('0' + (gold.charAt(at) - '0' + 1 + random.nextInt(8)) % 10);
        String other = gold.substring(0, at) + digit + gold.substring(at + 1);
        Outcome outcome = judge.judge(gold, "\\boxed{" + other + "}").outcome();
        assertThat(outcome).as("%s and %s", gold, other).isNotEqualTo(Outcome.CORRECT);
      }
    }
  }
}
