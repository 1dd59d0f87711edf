package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemSetTest {
  private static final Settings<TrainSettings> TRAIN = Settings.of(TrainSettings.class);

  @TempDir Path folder;

  @Test
  void arithmeticIsJudgedByItsFormat() {
    TrainSettings settings = TRAIN.build(TRAIN.flags(Map.of("operations", "3", "seed", "5")));
    ProblemSet training = ProblemSet.forTraining(settings);
    assertThat(training.verifier()).isInstanceOf(ScratchpadVerifier.class);
    assertThat(training.source().get(8)).isEqualTo(ArithmeticProblems.training(3, 10, 5).get(8));
    ProblemSet heldOut = ProblemSet.heldOut(settings);
    assertThat(heldOut.verifier()).isInstanceOf(ScratchpadVerifier.class);
    assertThat(heldOut.source().size()).isEqualTo(512);
    assertThat(heldOut.source().get(8)).isEqualTo(ArithmeticProblems.heldOut(3, 10, 512).get(8));
  }

  @Test
  void aFileIsJudgedByTheFinalAnswerAndHeldOutOnlyAsFarAsAsked() {
    Path file = folder.resolve("p.jsonl");
    ArithmeticProblems problems = ArithmeticProblems.training(5, 10, 0);
    ProblemFile.write(file, problems, 0, 20);
    Map<String, String> flags =
        Map.of("problems", file.toString(), "heldOut", file.toString(), "evalProblems", "12");
    TrainSettings settings = TRAIN.build(TRAIN.flags(flags));
    ProblemSet training = ProblemSet.forTraining(settings);
    assertThat(training.verifier()).isInstanceOf(MathVerifier.class);
    assertThat(training.source().size()).isEqualTo(20);
    ProblemSet heldOut = ProblemSet.heldOut(settings);
    assertThat(heldOut.verifier()).isInstanceOf(MathVerifier.class);
    assertThat(heldOut.source().size()).isEqualTo(12);
    assertThat(heldOut.source().get(11)).isEqualTo(problems.get(11));
    assertThat(ProblemSet.heldOut(file.toString(), Fields.KNOWN, 5, 10, 99).source().size())
        .isEqualTo(20);
  }
}
