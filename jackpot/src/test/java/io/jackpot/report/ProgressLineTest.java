package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.report.ProgressTable.Style;
import io.jackpot.terminal.LiveLine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ProgressLineTest {
  private static final long SECOND = 1_000_000_000L;

  private final StringWriter printed = new StringWriter();
  private long now;

  @Test
  void aLogHasAHeaderAndARowAtEachEvaluationAndTenthStep() {
    try (ProgressLine progress = train(false, 100, new Style(120, false, true))) {
      for (int step = 0; step <= 30; step++) {
        now += step == 0 ? 0 : 2 * SECOND;
        progress.step(step % 15 == 0 ? evaluation(step, 0.2 + 0.01 * step) : line(step));
      }
    }
    assertThat(printed.toString())
        .isEqualTo(
            """
               step reward      held-out greedy     KL accept      Z  kappa  tok/s    left
              0/100  0.300  0.200         0.300 0.0850  0.921  0.930  1.004  3.12k       –
             10/100  0.310  0.200         0.300 0.0850  0.921  0.930  1.004  3.12k    3:00
             15/100  0.315  0.350 ▲0.150  0.450 0.0850  0.921  0.930  1.004  3.12k    2:50
             20/100  0.320  0.350 ▲0.150  0.450 0.0850  0.921  0.930  1.004  3.12k    2:40
             30/100  0.330  0.500 ▲0.150  0.600 0.0850  0.921  0.930  1.004  3.12k    2:20
            """
                .replace(" kappa", "     κ"));
  }

  @Test
  void aTerminalRewritesTheStepAtHandAndKeepsTheEvaluations() {
    try (ProgressLine progress = train(true, 20, new Style(80, false, true))) {
      progress.step(evaluation(0, 0.25));
      now += SECOND;
      progress.step(line(1));
      progress.step(line(2));
      assertThat(screen()).hasSize(3).last().asString().startsWith(" 2/20");
      progress.step(evaluation(3, 0.24));
      assertThat(screen())
          .hasSize(3)
          .last()
          .asString()
          .startsWith(" 3/20  0.303  0.240 ▼0.010  0.340");
      progress.step(line(4));
      progress.note("nothing accepted at step 4");
      progress.step(line(5));
      now += 89 * SECOND;
    }
    // An error stopped the run: the step it came to stays, and the cursor is on a line of its own.
    assertThat(printed.toString()).endsWith("\n");
    assertThat(screen()).hasSize(5);
    assertThat(screen().get(3)).isEqualTo("nothing accepted at step 4");
    assertThat(screen().get(4)).startsWith(" 5/20  0.305  0.240 ▼0.010");
  }

  @Test
  void theSummarySaysWhatWasReached() {
    try (ProgressLine progress = train(true, 2, new Style(80, false, true))) {
      progress.step(evaluation(0, 0.25));
      progress.step(line(1));
      progress.step(evaluation(2, 0.5));
      now += 75 * SECOND;
      progress.done();
    }
    assertThat(screen().getLast())
        .isEqualTo("step 2/2, held-out accuracy 0.250 → 0.500, 18.7k tokens, 1:15");
  }

  @Test
  void rowsFitEveryWidth() {
    for (int columns : List.of(1, 20, 40, 60, 80, 100, 120, 400)) {
      for (int total : List.of(1, 100, 1_000_000)) {
        for (boolean colours : List.of(false, true)) {
          printed.getBuffer().setLength(0);
          try (ProgressLine progress = train(true, total, new Style(columns, colours, true))) {
            progress.step(evaluation(0, 0.25));
            progress.step(line(1));
          }
          int step = Math.max(4, Integer.toString(total).length() * 2 + 1);
          assertThat(screen())
              .allSatisfy(row ->
                  assertThat(LiveLine.visibleLength(row))
                      .isLessThanOrEqualTo(Math.max(step, Math.min(120, columns) - 1)));
        }
      }
    }
  }

  @Test
  void aTerminalThatBecomesNarrowerGetsTheColumnsThatFitNow() {
    int[] columns = {100};
    PrintWriter out = new PrintWriter(printed);
    try (ProgressLine progress =
        new ProgressLine(
            out, true, 20, Run.Kind.TRAIN, () -> new Style(columns[0], false, true), () -> now)) {
      progress.step(evaluation(0, 0.25));
      progress.step(line(1));
      columns[0] = 60;
      progress.step(line(2));
      progress.step(evaluation(3, 0.3));
    }
    String[] parts = printed.toString().split("\033\\[1A\033\\[J", -1);
    assertThat(parts).as("the row of 99 is two rows of 60").hasSize(2);
    assertThat(parts[0]).contains("reward", "tok/s");
    assertThat(parts[1]).contains("reward").doesNotContain("tok/s");
    assertThat(parts[1].split("[\r\n]+")).allMatch(row -> row.length() < 60);
  }

  @Test
  void theBarTakesWhatIsLeft() {
    List<ProgressTable.Cell> cells =
        List.of(new ProgressTable.Cell("step", 9, "3/10", ProgressTable.Tone.PLAIN, 0));
    assertThat(ProgressTable.rowWithBar(cells, 0.3, new Style(22, false, true)))
        .isEqualTo("     3/10  ━━━───────");
    assertThat(ProgressTable.rowWithBar(cells, 0.3, new Style(19, false, true)))
        .isEqualTo("     3/10");
    assertThat(ProgressTable.rowWithBar(cells, 1, new Style(22, true, false)))
        .isEqualTo("     3/10  \033[32m##########\033[0m");
  }

  @Test
  void theHeaderComesBackInLongRuns() {
    try (ProgressLine progress = train(false, 1000, new Style(120, false, true))) {
      for (int step = 0; step <= 500; step += 10) {
        progress.step(line(step));
      }
    }
    assertThat(screen()).filteredOn(line -> line.contains("reward")).hasSize(3);
  }

  @Test
  void whatALineLacksIsADash() {
    try (ProgressLine progress = train(false, 10, new Style(80, false, false))) {
      progress.step(JsonNodeFactory.instance.objectNode());
      progress.step(
          JsonNodeFactory.instance
              .objectNode()
              .put("step", 10)
              .putNull("reward")
              .putNull("heldOutAccuracy"));
    }
    assertThat(screen().getLast())
        .matches("10/10 +- +- +- +- +- +- +- +- +0:00")
        .matches("\\p{ASCII}*");
  }

  @Test
  void plainOutputIsAscii() {
    try (ProgressLine progress = train(true, 10, new Style(100, false, false))) {
      progress.step(evaluation(0, 0.5));
      progress.step(evaluation(1, 0.6));
      progress.step(evaluation(2, 0.5));
      progress.step(line(3));
      progress.done();
    }
    assertThat(printed.toString())
        .matches("[\\p{ASCII}]*")
        .contains("kappa", "0.600 +0.100", "0.500 -0.100", "0.500 to 0.500");
  }

  @Test
  void colourOnlyWhereItIsWanted() {
    String saved = System.getProperty("stderr.encoding");
    try {
      System.setProperty("stderr.encoding", "UTF-8");
      assertThat(ProgressLine.style(true, 80, Map.of())).isEqualTo(new Style(80, true, true));
      assertThat(ProgressLine.style(true, 97, Map.of("NO_COLOR", "1")))
          .isEqualTo(new Style(97, false, true));
      assertThat(ProgressLine.style(true, 80, Map.of("NO_COLOR", "")))
          .isEqualTo(new Style(80, true, true));
      assertThat(ProgressLine.style(false, 120, Map.of())).isEqualTo(new Style(120, false, true));
      System.setProperty("stderr.encoding", "ANSI_X3.4-1968");
      assertThat(ProgressLine.style(true, 80, Map.of()).unicode()).isFalse();
    } finally {
      if (saved == null) {
        System.clearProperty("stderr.encoding");
      } else {
        System.setProperty("stderr.encoding", saved);
      }
    }
  }

  @Test
  void supervisedTrainingShowsItsLoss() {
    ProgressLine progress =
        new ProgressLine(
            new PrintWriter(printed),
            false,
            20,
            Run.Kind.SFT,
            () -> new Style(80, false, true),
            () -> now);
    try (progress) {
      for (int step = 0; step <= 20; step += 10) {
        progress.step(
            JsonNodeFactory.instance
                .objectNode()
                .put("step", step)
                .put("loss", 2.0 / (step + 1))
                .put("gradNorm", 0.5)
                .put("learningRate", 3e-4)
                .put("tokens", 4000)
                .put("stepSeconds", 0.5));
        now += 5 * SECOND;
      }
      progress.done();
    }
    assertThat(printed.toString())
        .isEqualTo(
            """
             step     loss grad norm     rate  tok/s    left
             0/20   2.0000     0.500   0.0003     8k       –
            10/20   0.1818     0.500   0.0003     8k    0:05
            20/20   0.0952     0.500   0.0003     8k    0:00
            step 20/20, loss 2.000 → 0.095, 12k tokens, 0:15
            """);
  }

  private ProgressLine train(boolean terminal, int total, Style style) {
    return new ProgressLine(
        new PrintWriter(printed), terminal, total, Run.Kind.TRAIN, () -> style, () -> now);
  }

  private static ObjectNode line(int step) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("step", step)
        .put("reward", 0.3 + 0.001 * step)
        .put("klPolicyActor", 0.085)
        .put("acceptance", 0.921)
        .put("z", 0.93)
        .put("kappa", 1.004)
        .put("tokens", 6240)
        .put("stepSeconds", 2);
  }

  private static ObjectNode evaluation(int step, double accuracy) {
    return line(step).put("heldOutAccuracy", accuracy).put("heldOutGreedy", accuracy + 0.1);
  }

  /** The screen of a terminal: a carriage return goes back, and later text overwrites. */
  private List<String> screen() {
    List<String> lines = new ArrayList<>();
    for (String line : printed.toString().split("\n", -1)) {
      StringBuilder shown = new StringBuilder();
      for (String part : line.split("\r", -1)) {
        shown.replace(0, Math.min(part.length(), shown.length()), part);
      }
      lines.add(shown.toString().stripTrailing());
    }
    if (lines.getLast().isEmpty()) {
      lines.removeLast(); // only the cursor is there
    }
    return lines;
  }
}
