package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemSetTest {
  @TempDir Path folder;

  @Test
  void arithmeticIsJudgedByItsFormat() {
    ProblemSet training =
        ProblemSet.training(ProblemSet.ARITHMETIC, Fields.KNOWN, DataLimits.DEFAULT, 3, 10, 5);
    assertThat(training.verifier()).isInstanceOf(ScratchpadVerifier.class);
    assertThat(training.source().get(8)).isEqualTo(ArithmeticProblems.training(3, 10, 5).get(8));
    ProblemSet heldOut =
        ProblemSet.heldOut(ProblemSet.ARITHMETIC, Fields.KNOWN, DataLimits.DEFAULT, 3, 10, 512);
    assertThat(heldOut.verifier()).isInstanceOf(ScratchpadVerifier.class);
    assertThat(heldOut.source().size()).isEqualTo(512);
    assertThat(heldOut.source().get(8)).isEqualTo(ArithmeticProblems.heldOut(3, 10, 512).get(8));
  }

  @Test
  void aFileIsJudgedByTheFinalAnswerAndHeldOutOnlyAsFarAsAsked() {
    Path file = folder.resolve("p.jsonl");
    ArithmeticProblems problems = ArithmeticProblems.training(5, 10, 0);
    ProblemFile.write(file, problems, 0, 20);
    ProblemSet training =
        ProblemSet.training(file.toString(), Fields.KNOWN, DataLimits.DEFAULT, 5, 10, 0);
    assertThat(training.verifier()).isInstanceOf(MathVerifier.class);
    assertThat(training.source().size()).isEqualTo(20);
    ProblemSet heldOut =
        ProblemSet.heldOut(file.toString(), Fields.KNOWN, DataLimits.DEFAULT, 5, 10, 12);
    assertThat(heldOut.verifier()).isInstanceOf(MathVerifier.class);
    assertThat(heldOut.source().size()).isEqualTo(12);
    assertThat(heldOut.source().get(11)).isEqualTo(problems.get(11));
    assertThat(
            ProblemSet.heldOut(file.toString(), Fields.KNOWN, DataLimits.DEFAULT, 5, 10, 99)
                .source()
                .size())
        .isEqualTo(20);
  }
}
