package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.ScalarOps;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.Threefry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bodies, put together as the kernels do it for one query, give what the oracle gives. */
class AttentionTasksTest {
  private static final int DIM = 6;
  private static final float SCALE = 0.4f;

  private static Tensor random(int seed, float spread, int... dims) {
    Tensor x = Tensor.zeros(dims);
    for (int i = 0; i < x.size(); i++) {
      x.data()[i] = spread * (2 * Threefry.uniformFloat(seed, i, 0) - 1);
    }
    return x;
  }

  private static float dot(Tensor x, int row, Tensor y, int otherRow) {
    return RowsTasks.dot(x.data(), row * DIM, y.data(), otherRow * DIM, DIM, 0, 1);
  }

  /** A query in the middle of a sequence; the tiles are of three keys and begin before it does. */
  @ParameterizedTest
  @ValueSource(floats = {1, 30})
  void softmaxTileByTile(float spread) {
    Packing packing = Packing.ofLengths(4, 13, 2);
    int tokens = packing.tokens();
    Tensor q = random(1, spread, tokens, 1, DIM);
    Tensor k = random(2, spread, tokens, 1, DIM);
    Tensor v = random(3, 1, tokens, 1, DIM);
    Tensor o = Tensor.zeros(tokens, 1, DIM);
    Tensor logSumExp = Tensor.zeros(tokens, 1);
    new ScalarOps()
        .attentionForward(
            new Attention(q, k, v, packing, SCALE), new Attention.Output(o, logSumExp));

    int from = 4;
    int query = 14;
    float max = AttentionTasks.NO_SCORE;
    float sum = 0;
    float[] output = new float[DIM];
    for (int tile = 0; tile < tokens; tile += 3) {
      int end = Math.min(tokens, tile + 3);
      float newMax = max;
      for (int j = tile; j < end; j++) {
        float score = AttentionTasks.score(dot(q, query, k, j), SCALE, from, j, query + 1);
        newMax = AttentionTasks.greater(newMax, score);
      }
      float before = sum * AttentionTasks.decay(max, newMax);
      float[] weights = new float[3];
      float part = 0;
      for (int j = tile; j < end; j++) {
        float score = AttentionTasks.score(dot(q, query, k, j), SCALE, from, j, query + 1);
        weights[j - tile] = AttentionTasks.weight(score, newMax, from, j, query + 1);
        part += weights[j - tile];
      }
      sum = before + part;
      max = newMax;
      float inverse = AttentionTasks.reciprocal(sum);
      for (int c = 0; c < DIM; c++) {
        output[c] *= before * inverse;
        for (int j = tile; j < end; j++) {
          output[c] += weights[j - tile] * inverse * v.data()[j * DIM + c];
        }
      }
    }
    assertThat(AttentionTasks.logSumExp(max, sum))
        .isCloseTo(logSumExp.data()[query], within(1e-6f * Math.max(1, Math.abs(max))));
    for (int c = 0; c < DIM; c++) {
      assertThat(output[c]).isCloseTo(o.data()[query * DIM + c], within(2e-5f * spread));
    }
  }

  @Test
  void gradientOfProducts() {
    Packing packing = Packing.ofLengths(2, 9);
    int tokens = packing.tokens();
    Tensor q = random(1, 1, tokens, 1, DIM);
    Tensor k = random(2, 1, tokens, 1, DIM);
    Tensor v = random(3, 1, tokens, 1, DIM);
    Tensor dO = random(4, 1, tokens, 1, DIM);
    Tensor o = Tensor.zeros(tokens, 1, DIM);
    Tensor logSumExp = Tensor.zeros(tokens, 1);
    Tensor dQ = Tensor.zeros(tokens, 1, DIM);
    Tensor dK = Tensor.zeros(tokens, 1, DIM);
    Tensor dV = Tensor.zeros(tokens, 1, DIM);
    ScalarOps oracle = new ScalarOps();
    Attention in = new Attention(q, k, v, packing, SCALE);
    Attention.Output out = new Attention.Output(o, logSumExp);
    oracle.attentionForward(in, out);
    oracle.attentionBackward(in, out, dO, new Attention.Gradients(dQ, dK, dV));

    float[] found = new float[DIM];
    int query = 8;
    float delta = dot(dO, query, o, query);
    for (int j = 0; j < tokens; j++) {
      float p =
          AttentionTasks.probability(
              dot(q, query, k, j), SCALE, logSumExp.data()[query], 2, j, query + 1);
      float gradient = AttentionTasks.productGradient(p, dot(dO, query, v, j), delta, SCALE);
      for (int c = 0; c < DIM; c++) {
        found[c] += gradient * k.data()[j * DIM + c];
      }
    }
    for (int c = 0; c < DIM; c++) {
      assertThat(found[c]).isCloseTo(dQ.data()[query * DIM + c], within(1e-5f));
    }
  }

  @Test
  void exponentialInFloat() {
    for (float x = -87; x < 87; x += 0.0137f) {
      double expected = Math.exp(x);
      assertThat((double) FloatMath.exp(x))
          .as("exp(%s)", x)
          .isCloseTo(expected, within(2.5e-7 * expected));
    }
    assertThat(FloatMath.exp(0)).isEqualTo(1);
    assertThat(FloatMath.exp(-0f)).isEqualTo(1);
    assertThat(FloatMath.exp(1e-30f)).isEqualTo(1);
    assertThat(FloatMath.exp(-88)).isZero();
    assertThat(FloatMath.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(FloatMath.exp(AttentionTasks.NO_SCORE)).isZero();
    assertThat(FloatMath.exp(Float.POSITIVE_INFINITY)).isInfinite();
    assertThat(FloatMath.exp(Float.NaN)).isNaN();
  }

  @Test
  void aScoreThatIsNoNumberStaysVisible() {
    float max = AttentionTasks.greater(1, Float.NaN);
    assertThat(max).isNaN();
    float weight = AttentionTasks.weight(Float.NaN, 1, 0, 0, 1);
    assertThat(weight).isNaN();
    assertThat(AttentionTasks.logSumExp(1, weight)).isNaN();
    assertThat(AttentionTasks.weight(Float.NaN, 1, 0, 1, 1)).isZero();
  }
}
