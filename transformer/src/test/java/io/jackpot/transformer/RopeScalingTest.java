package io.jackpot.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.transformer.RopeScaling.Dynamic;
import io.jackpot.transformer.RopeScaling.Linear;
import io.jackpot.transformer.RopeScaling.Llama3;
import io.jackpot.transformer.RopeScaling.None;
import io.jackpot.transformer.RopeScaling.Yarn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Frequencies of transformers; see bench/peers/rope_golden.py. */
class RopeScalingTest {
  private static final List<RopeScaling> CASES =
      List.of(
          new Linear(2.5),
          new Llama3(8, 1, 4, 8192),
          new Llama3(32, 1, 4, 8192),
          new Yarn(4, Yarn.mscale(4, 1), 32, 1, 32768, true),
          new Yarn(2, 0.8, 16, 2, 128, false),
          new Yarn(40, Yarn.mscale(40, 0.707) / Yarn.mscale(40, 1), 32, 1, 64, true));

  @Test
  void frequenciesAreThoseOfTransformers() throws IOException {
    List<String> lines;
    try (InputStream in = RopeScalingTest.class.getResourceAsStream("/golden/rope.txt")) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
    assertThat(lines).hasSameSizeAs(CASES);
    for (int c = 0; c < lines.size(); c++) {
      String[] golden = lines.get(c).split(" ", -1);
      int half = Integer.parseInt(golden[0]) / 2;
      double[] frequencies = CASES.get(c).frequencies(half, Double.parseDouble(golden[1]));
      assertThat(CASES.get(c).attentionFactor())
          .isCloseTo(Double.parseDouble(golden[2]), within(1e-12));
      assertThat(frequencies).hasSize(half).hasSize(golden.length - 3);
      for (int i = 0; i < half; i++) {
        double expected = Double.parseDouble(golden[3 + i]);
        assertThat(frequencies[i])
            .as("%s, %d", CASES.get(c), i)
            .isCloseTo(expected, within(2e-6 * expected));
      }
    }
  }

  @Test
  void shortSequencesOfADynamicModelAreUnscaled() {
    assertThat(new Dynamic(8).frequencies(4, 1e4)).isEqualTo(new None().frequencies(4, 1e4));
  }

  @Test
  void whatCannotBeIsNamed() {
    assertThatThrownBy(() -> new Linear(0)).hasMessage("factor 0.0: expected above 0");
    assertThatThrownBy(() -> new Llama3(8, 4, 4, 64)).hasMessageContaining("high_freq_factor 4.0");
    assertThatThrownBy(() -> new Yarn(2, 1, Double.NaN, 1, 64, true))
        .hasMessage("beta_fast NaN: expected above 0");
  }
}
