package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PackingTest {

  @Test
  void laysSequencesEndToEnd() {
    Packing packing = Packing.ofLengths(3, 0, 2);
    assertThat(packing.sequences()).isEqualTo(3);
    assertThat(packing.tokens()).isEqualTo(5);
    assertThat(packing.start(2)).isEqualTo(3);
    assertThat(packing.length(1)).isZero();
    assertThat(packing.longest()).isEqualTo(3);
    assertThat(packing.positions()).containsExactly(0, 1, 2, 0, 1);
  }

  @Test
  void tensorsRefuseTooFewElements() {
    assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
        .hasMessageContaining("[2, 3]")
        .hasMessageContaining("6");
    Tensor tensor = Tensor.zeros(2, 3, 4);
    assertThat(tensor.rows()).isEqualTo(6);
    assertThat(tensor.cols()).isEqualTo(4);
  }
}
