package io.jackpot.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.problems.FileProblems;
import io.jackpot.problems.MathVerifier;
import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.problems.Verifier;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.problems.Verifier.Verification;
import io.jackpot.prompts.PromptTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program that uses this module alone: it is in a package of its own, so it sees public types
 * only.
 */
class VerifierUseTest {
  @Test
  void aResponseIsJudged() {
    Verifier verifier = new MathVerifier();
    Verification judged = verifier.verify("\\frac{1}{2}", "So the area is \\boxed{0.5}.");
    assertThat(judged.verdict()).isEqualTo(Verdict.CORRECT);
    assertThat(judged.extracted()).isEqualTo("0.5");
    assertThat(verifier.verify("1/3", "0.333").verdict()).isEqualTo(Verdict.WRONG);
    assertThat(verifier.verify("1/3", "I do not know.").verdict()).isEqualTo(Verdict.UNPARSED);
    assertThat(verifier.verify("n/a", "1/3").verdict()).isEqualTo(Verdict.BAD_GOLD);
    assertThat(verifier.canRead("1/3")).isTrue();
    assertThat(verifier.canRead("see figure")).isFalse();
  }

  @Test
  void aDataSetIsReadPromptedAndJudged(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("problems.jsonl");
    Files.writeString(
        file,
        """
        {"question": "What is 6 times 7?", "answer": "6 * 7 = 42\\n#### 42"}
        {"question": "Solve 2x = 3.", "answer": 1.5}
        """);
    ProblemSource problems = FileProblems.read(file);
    PromptTemplate template = new PromptTemplate.Text("Q: {problem}\nA:", false);
    Verifier verifier = new MathVerifier();
    List<String> prompts = new ArrayList<>();
    List<Verdict> verdicts = new ArrayList<>();
    for (int i = 0; i < problems.size(); i++) {
      Problem problem = problems.get(i);
      prompts.add(template.render(problem));
      verdicts.add(verifier.verify(problem.answer(), "The answer is x = 3/2.").verdict());
    }
    assertThat(prompts).containsExactly("Q: What is 6 times 7?\nA:", "Q: Solve 2x = 3.\nA:");
    assertThat(verdicts).containsExactly(Verdict.WRONG, Verdict.CORRECT);
  }

  @Test
  void threadsShareAVerifier() {
    Verifier verifier = new MathVerifier();
    List<Verdict> verdicts =
        IntStream.range(0, 400)
            .parallel()
            .mapToObj(i -> verifier.verify("\\sqrt{" + i * i + "}", "" + (i + i % 2)).verdict())
            .toList();
    for (int i = 0; i < 400; i++) {
      assertThat(verdicts.get(i)).isEqualTo(i % 2 == 0 ? Verdict.CORRECT : Verdict.WRONG);
    }
  }
}
