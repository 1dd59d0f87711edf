package io.jackpot.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadProgressTest {
  private final StringWriter out = new StringWriter();
  private final AtomicLong clock = new AtomicLong();

  @Test
  void quickLoadsSayNothing() {
    LoadProgress progress = progress(true);
    at(progress, 0.5, 50);
    at(progress, 0.9, 100);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aBarOnATerminal() {
    LoadProgress progress = progress(true);
    at(progress, 1.1, 50);
    at(progress, 1.15, 60); // too soon to show again
    at(progress, 2, 75);
    at(progress, 3, 100);
    assertThat(out)
        .hasToString(
            "\rloading m 50 % of 100 MB [###############...............]"
                + "\rloading m 75 % of 100 MB [######################........]"
                + ("\r" + " ".repeat(57) + "\r")
                + "loaded m: 100 MB in 3.0 s\n");
  }

  @Test
  void itFitsANarrowTerminal() {
    for (int columns : new int[] {20, 40, 60}) {
      LoadProgress progress =
          new LoadProgress("m", new PrintWriter(out), true, () -> columns, clock::get);
      at(progress, 1.1, 50);
      clock.set(0);
      assertThat(out.toString().split("\r")).allMatch(line -> line.length() < columns);
      out.getBuffer().setLength(0);
    }
  }

  @Test
  void oneLineElsewhere() {
    LoadProgress progress = progress(false);
    at(progress, 1.1, 50);
    at(progress, 2.25, 100);
    assertThat(out).hasToString("loaded m: 100 MB in 2.3 s\n");
  }

  private LoadProgress progress(boolean terminal) {
    return new LoadProgress("m", new PrintWriter(out), terminal, () -> 80, clock::get);
  }

  private void at(LoadProgress progress, double seconds, long percent) {
    clock.set((long) (seconds * 1e9));
    progress.loaded(percent * 1_000_000, 100_000_000);
  }
}
