package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.copy;
import static io.jackpot.tensor.Fixtures.random;
import static io.jackpot.tensor.Fixtures.randomIds;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the ops over rows: several blocks of rows, with and without a vector's tail. */
interface RowsContract extends OpsContract {
  int ROWS = 700;

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void addBias(int dim) {
    compare(
        2e-5,
        ops -> {
          Tensor y = random(1, 3, ROWS, dim);
          ops.addBias(random(2, 1, dim), y);
          return List.of(y.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void addBiasBackward(int dim) {
    compare(
        2e-5,
        ops -> {
          Tensor dBias = random(6, 1, dim);
          ops.addBiasBackward(random(3, 1, ROWS, dim), dBias);
          return List.of(dBias.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void gatherRows(int dim) {
    compare(
        2e-5,
        ops -> {
          int[] rows = {3, 600, 0, 42};
          Tensor y = Tensor.zeros(rows.length, dim);
          ops.gatherRows(random(1, 3, ROWS, dim), rows, y);
          return List.of(y.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void gatherRowsBackward(int dim) {
    compare(
        2e-5,
        ops -> {
          int[] rows = {3, 600, 0, 42};
          Tensor dx = random(10, 1, ROWS, dim);
          ops.gatherRowsBackward(random(1, 3, rows.length, dim), rows, dx);
          return List.of(dx.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void embeddingForward(int dim) {
    compare(
        2e-5,
        ops -> {
          Tensor y = Tensor.zeros(ROWS, dim);
          ops.embeddingForward(randomIds(7, ROWS, 13), random(8, 1, 13, dim), y);
          return List.of(y.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void embeddingBackward(int dim) {
    compare(
        2e-5,
        ops -> {
          Tensor dTable = random(9, 1, 13, dim);
          ops.embeddingBackward(randomIds(7, ROWS, 13), random(3, 1, ROWS, dim), dTable);
          return List.of(dTable.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void rmsNormForward(int dim) {
    compare(
        2e-5,
        ops -> {
          Tensor x = random(1, 3, ROWS, dim);
          x.data()[3] = 0;
          Tensor y = Tensor.zeros(ROWS, dim);
          Tensor inverseRms = Tensor.zeros(ROWS);
          ops.rmsNormForward(x, random(2, 1, dim), 1e-6f, y, inverseRms);
          return List.of(y.data(), inverseRms.data());
        });
  }

  /** Into a gradient that is added to, and in place. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void rmsNormBackward(int dim) {
    compare(
        2e-5,
        ops -> {
          Tensor x = random(1, 3, ROWS, dim);
          x.data()[3] = 0;
          Tensor gain = random(2, 1, dim);
          Tensor inverseRms = Tensor.zeros(ROWS);
          ops.rmsNormForward(x, gain, 1e-6f, Tensor.zeros(ROWS, dim), inverseRms);
          Tensor dy = random(3, 1, ROWS, dim);
          Tensor dx = random(4, 1, ROWS, dim);
          Tensor dGain = random(5, 1, dim);
          ops.rmsNormBackward(dy, x, gain, inverseRms, dx, dGain, true);
          Tensor inPlace = copy(dy);
          ops.rmsNormBackward(inPlace, x, gain, inverseRms, inPlace, dGain, false);
          return List.of(dx.data(), dGain.data(), inPlace.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16, 24, 32, 64, 66, 96, 128, 256})
  default void rope(int headDim) {
    Packing packing = Packing.ofLengths(1, 37, 4, 0, 18, 16);
    compare(
        2e-5,
        ops -> {
          Tensor x = random(1, 2, packing.tokens(), 6, headDim);
          Tensor cos = random(4, 1, 40, headDim / 2);
          Tensor sin = random(5, 1, 40, headDim / 2);
          ops.rope(x, packing.positions(), cos, sin);
          return List.of(x.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16, 24, 32, 64, 66, 96, 128, 256})
  default void ropeBackward(int headDim) {
    Packing packing = Packing.ofLengths(1, 37, 4, 0, 18, 16);
    compare(
        2e-5,
        ops -> {
          Tensor x = random(2, 2, packing.tokens(), 3, headDim);
          Tensor cos = random(4, 1, 40, headDim / 2);
          Tensor sin = random(5, 1, 40, headDim / 2);
          ops.ropeBackward(x, packing.positions(), cos, sin);
          return List.of(x.data());
        });
  }

  @Test
  default void copyRows() {
    compare(
        0,
        ops -> {
          Tensor x = random(1, 1, 40, 7);
          Tensor y = random(2, 1, 50, 7);
          ops.copyRows(x, 3, y, 44, 6);
          ops.copyRows(x, 0, y, 0, 0);
          ops.blockEnd();
          Tensor none = Tensor.zeros(0, 7);
          ops.copyRows(none, 0, y, 0, 0);
          return List.of(x.data(), y.data());
        });
  }

  @Test
  default void embeddingForwardRefusesOtherIds() {
    run(ops -> {
      Tensor table = Tensor.zeros(4, 5);
      assertThatThrownBy(() -> ops.embeddingForward(new int[] {0, 7}, table, Tensor.zeros(2, 5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("id 7 at 1, expected 0 to 3");
      return List.of();
    });
  }
}
