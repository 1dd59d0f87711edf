package io.jackpot.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.answers.AnswerJudge.Judgement;
import io.jackpot.answers.AnswerJudge.Outcome;
import io.jackpot.answers.Cases.Case;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerJudgeTest {
  private static final Path DOCUMENT = Path.of("../docs/verifier.md");
  private static final String BEGIN = "<!-- table -->\n";
  private static final String END = "<!-- end of table -->\n";

  private final AnswerJudge judge = new AnswerJudge();

  /** {@code -Dverifier.document=write} writes the table instead of comparing it. */
  @Test
  void nothingIsTakenForRightThatIsNotAndTheDocumentSaysWhatIsMissed() throws IOException {
    Map<Case, Outcome> outcomes = Cases.outcomes();
    outcomes.forEach((each, outcome) -> {
      if (each.expected() != Outcome.CORRECT) {
        assertThat(outcome).as(each.toString()).isNotEqualTo(Outcome.CORRECT);
      }
    });
    String document = Files.readString(DOCUMENT);
    int begin = document.indexOf(BEGIN) + BEGIN.length();
    int end = document.indexOf(END);
    String table = "\n" + Cases.table(outcomes) + "\n";
    if ("write".equals(System.getProperty("verifier.document"))) {
      Files.writeString(DOCUMENT, document.substring(0, begin) + table + document.substring(end));
    } else {
      assertThat(document.substring(begin, end)).isEqualTo(table);
    }
  }

  @Test
  void saysWhatItRead() {
    extracts("42", "So \\boxed{41}, no, \\boxed{ 42 }.");
    extracts("\\frac{1}{2}", "$$\\boxed{\\frac{1}{2}}$$");
    extracts("42", "6*7 is the same as 7*6 #### 42");
    extracts("$42", "#### $42");
    extracts("42", "the ANSWER is: **42**. That was easy.");
    extracts("42", "The final answer is $42$. I hope it is correct.");
    extracts("$5$ or $6$", "The answer is $5$ or $6$.");
    extracts("x = 42", " x = 42 ");
    extracts("1, 2", "$\\boxed{1}$ and $\\boxed{2}$");
    extracts("\\text{(C)}", "\\boxed{\\text{(C)}}");
    Judgement none = judge.judge("42", "I think that 42 is what we want here");
    assertThat(none.outcome()).isEqualTo(Outcome.UNPARSED);
    assertThat(none.extracted()).isNull();
    assertThat(judge.judge("", "#### 42").extracted()).isEqualTo("42");
  }

  private void extracts(String extracted, String response) {
    assertThat(judge.judge("7", response).extracted()).isEqualTo(extracted);
  }
}
