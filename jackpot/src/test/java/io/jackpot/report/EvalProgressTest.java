package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class EvalProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final StringWriter printed = new StringWriter();
  private long now;

  private EvalProgress progress(boolean terminal, long total, long before) {
    return new EvalProgress(new PrintWriter(printed), terminal, () -> 60, total, before, () -> now);
  }

  @Test
  void aLogHasALineAtEveryTenth() {
    try (EvalProgress progress = progress(false, 40, 0)) {
      for (int i = 1; i <= 10; i++) {
        now += SECOND;
        progress.response("gsm8k", i / 4, 10, 0.25, 100);
      }
    }
    assertThat(printed.toString().lines())
        .containsExactly(
            "eval: 10 %, gsm8k: 1 of 10 problems, 0.250 right, 100 tokens/s, 0:36 left",
            "eval: 20 %, gsm8k: 2 of 10 problems, 0.250 right, 100 tokens/s, 0:32 left");
  }

  @Test
  void aSlowOneIsHeardOfEveryHalfMinute() {
    try (EvalProgress progress = progress(false, 1000, 0)) {
      for (int i = 1; i <= 12; i++) {
        now += 10 * SECOND;
        progress.response("aime", 0, 30, 0, 1000);
      }
    }
    assertThat(printed.toString().lines())
        .hasSize(4)
        .first()
        .isEqualTo("eval: 0 %, aime: 0 of 30 problems, 0.000 right, 100 tokens/s, 2:46:10 left");
  }

  @Test
  void oneThatGoesOnCountsWhatWasThere() {
    try (EvalProgress progress = progress(false, 20, 18)) {
      now += SECOND;
      progress.response("a", 9, 10, 0.5, 10);
      now += SECOND;
      progress.response("a", 10, 10, 0.5, 10);
    }
    assertThat(printed.toString().lines())
        .containsExactly("eval: 100 %, a: 10 of 10 problems, 0.500 right, 10 tokens/s, 0:00 left");
  }

  @Test
  void aTerminalRewritesItsLine() {
    try (EvalProgress progress = progress(true, 1000, 0)) {
      for (int i = 1; i <= 30; i++) {
        now += SECOND / 50;
        progress.response("a", i, 1000, 0.5, 1);
      }
    }
    String text = printed.toString();
    assertThat(text.lines().filter(line -> !line.isEmpty())).hasSizeBetween(5, 7);
    assertThat(text).startsWith("\reval: 0 %, a: 5 of").endsWith(System.lineSeparator());
    assertThat(text.lines()).allMatch(line -> line.length() < 60);
  }
}
