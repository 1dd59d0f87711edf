package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.copy;
import static io.jackpot.tensor.Fixtures.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;

/** Every backward of the oracle against central differences of its forward. */
class ScalarOpsGradientTest {
  private static final Packing PACKING = Packing.ofLengths(3, 1, 5);
  private static final int TOKENS = PACKING.tokens();

  private final Ops ops = new ScalarOps();

  /** Moves each element of {@code x} and compares the change of {@code loss} with the gradient. */
  private static void check(String what, Tensor x, Tensor gradient, DoubleSupplier loss) {
    double h = 1.0 / 128;
    for (int i = 0; i < x.size(); i++) {
      float before = x.data()[i];
      x.data()[i] = (float) (before + h);
      double above = loss.getAsDouble();
      x.data()[i] = (float) (before - h);
      double below = loss.getAsDouble();
      x.data()[i] = before;
      double slope = (above - below) / (2 * h);
      assertThat((double) gradient.data()[i])
          .as(what + " at " + i)
          .isCloseTo(slope, within(1e-3 * Math.max(1, Math.abs(slope))));
    }
  }

  private static double dot(Tensor a, Tensor b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += (double) a.data()[i] * b.data()[i];
    }
    return sum;
  }

  private final Tensor x = random(1, 1, 4, 3);
  private final Tensor w = random(2, 1, 5, 3);
  private final Tensor dProduct = random(3, 1, 4, 5);

  private double product() {
    Tensor y = Tensor.zeros(4, 5);
    ops.matmulNT(x, w, y, false);
    return dot(y, dProduct);
  }

  @Test
  void matmulNN() {
    Tensor dx = Tensor.zeros(4, 3);
    ops.matmulNN(dProduct, w, dx, false);
    check("dx", x, dx, this::product);
  }

  @Test
  void matmulTN() {
    Tensor dw = Tensor.zeros(5, 3);
    ops.matmulTN(dProduct, x, dw, true);
    check("dw", w, dw, this::product);
  }

  @Test
  void addBiasBackward() {
    Tensor bias = random(1, 1, 3);
    Tensor dy = random(2, 1, 4, 3);
    Tensor dBias = Tensor.zeros(3);
    ops.addBiasBackward(dy, dBias);
    check(
        "dBias",
        bias,
        dBias,
        () -> {
          Tensor y = Tensor.zeros(4, 3);
          ops.addBias(bias, y);
          return dot(y, dy);
        });
  }

  @Test
  void gatherRowsBackward() {
    Tensor x = random(1, 1, 5, 3);
    int[] rows = {4, 0, 2};
    Tensor dy = random(2, 1, 3, 3);
    Tensor y = Tensor.zeros(3, 3);
    Tensor dx = Tensor.zeros(5, 3);
    ops.gatherRowsBackward(dy, rows, dx);
    check(
        "dx",
        x,
        dx,
        () -> {
          ops.gatherRows(x, rows, y);
          return dot(y, dy);
        });
  }

  @Test
  void embeddingBackward() {
    Tensor table = random(1, 1, 5, 3);
    int[] ids = {1, 1, 3};
    Tensor dy = random(2, 1, 3, 3);
    Tensor y = Tensor.zeros(3, 3);
    Tensor dTable = Tensor.zeros(5, 3);
    ops.embeddingBackward(ids, dy, dTable);
    check(
        "dTable",
        table,
        dTable,
        () -> {
          ops.embeddingForward(ids, table, y);
          return dot(y, dy);
        });
  }

  @Test
  void rmsNormBackward() {
    Tensor x = random(1, 1, 4, 6);
    Tensor gain = random(2, 1, 6);
    Tensor dy = random(3, 1, 4, 6);
    Tensor y = Tensor.zeros(4, 6);
    Tensor inverseRms = Tensor.zeros(4);
    DoubleSupplier loss =
        () -> {
          ops.rmsNormForward(x, gain, 1e-5f, y, inverseRms);
          return dot(y, dy);
        };
    var _ = loss.getAsDouble();
    Tensor dx = Tensor.zeros(4, 6);
    Tensor dGain = Tensor.zeros(6);
    ops.rmsNormBackward(dy, x, gain, copy(inverseRms), dx, dGain, false);
    check("dx", x, dx, loss);
    check("dGain", gain, dGain, loss);
  }

  @Test
  void ropeBackward() {
    Tensor x = random(1, 1, 3, 2, 4);
    Tensor cos = random(2, 1, 5, 2);
    Tensor sin = random(3, 1, 5, 2);
    int[] positions = {0, 4, 2};
    Tensor dy = random(4, 1, 3, 2, 4);
    Tensor dx = copy(dy);
    ops.ropeBackward(dx, positions, cos, sin);
    check(
        "dx",
        x,
        dx,
        () -> {
          Tensor y = copy(x);
          ops.rope(y, positions, cos, sin);
          return dot(y, dy);
        });
  }

  @Test
  void attentionBackward() {
    Tensor q = random(1, 1, TOKENS, 4, 6);
    Tensor k = random(2, 1, TOKENS, 2, 6);
    Tensor v = random(3, 1, TOKENS, 2, 6);
    Tensor dO = random(4, 1, TOKENS, 4, 6);
    Tensor o = Tensor.zeros(TOKENS, 4, 6);
    Tensor lse = Tensor.zeros(TOKENS, 4);
    Attention in = new Attention(q, k, v, PACKING, 0.7f);
    DoubleSupplier loss =
        () -> {
          ops.attentionForward(in, new Attention.Output(o, lse));
          return dot(o, dO);
        };
    var _ = loss.getAsDouble();
    Tensor dQ = Tensor.zeros(TOKENS, 4, 6);
    Tensor dK = Tensor.zeros(TOKENS, 2, 6);
    Tensor dV = Tensor.zeros(TOKENS, 2, 6);
    Attention.Output saved = new Attention.Output(copy(o), copy(lse));
    ops.attentionBackward(in, saved, dO, new Attention.Gradients(dQ, dK, dV));
    check("dQ", q, dQ, loss);
    check("dK", k, dK, loss);
    check("dV", v, dV, loss);
  }

  @Test
  void swigluBackward() {
    Tensor gate = random(1, 4, 2, 9);
    Tensor up = random(2, 1, 2, 9);
    Tensor dy = random(3, 1, 2, 9);
    Tensor y = Tensor.zeros(2, 9);
    Tensor dGate = Tensor.zeros(2, 9);
    Tensor dUp = Tensor.zeros(2, 9);
    ops.swigluBackward(dy, gate, up, dGate, dUp);
    DoubleSupplier loss =
        () -> {
          ops.swigluForward(gate, up, y);
          return dot(y, dy);
        };
    check("dGate", gate, dGate, loss);
    check("dUp", up, dUp, loss);
  }

  /** Of the log-probs alone, and with either divergence. */
  @ParameterizedTest
  @NullSource
  @EnumSource(Distillation.Direction.class)
  void headBackward(Distillation.@Nullable Direction direction) {
    int tokens = 4;
    int vocabulary = 7;
    Tensor hidden = random(1, 1, tokens, 5);
    Tensor weight = random(2, 2, vocabulary, 5);
    Head head = new Head(hidden, weight, 0.8f);
    Head teacher = new Head(random(3, 1, tokens, 3), random(4, 2, vocabulary, 3), 0.8f);
    HeadStatistics teacherStatistics = HeadStatistics.allocate(tokens, 0);
    int[] actions = {6, 0, 3, 3};
    ops.headForward(teacher, actions, teacherStatistics);
    float[] coefficient = {0.5f, -1, 0, 2};
    float[] weights = {1, 0.5f, -0.3f, 2};
    HeadStatistics statistics = HeadStatistics.allocate(tokens, 0);
    HeadComparison comparison = HeadComparison.allocate(tokens);
    DoubleSupplier loss =
        () -> {
          ops.headForward(head, actions, statistics);
          ops.headCompare(
              head, statistics.logSumExp(), teacher, teacherStatistics.logSumExp(), 1, comparison);
          double sum = 0;
          for (int n = 0; n < tokens; n++) {
            sum += (double) coefficient[n] * statistics.logProb()[n];
            if (direction != null) {
              sum +=
                  (double) weights[n]
                      * switch (direction) {
                        case FORWARD -> comparison.klQP()[n];
                        case REVERSE -> comparison.klPQ()[n];
                      };
            }
          }
          return sum;
        };
    var _ = loss.getAsDouble();
    Distillation distillation =
        direction == null
            ? null
            : new Distillation(
                teacher,
                teacherStatistics.logSumExp(),
                weights,
                direction,
                comparison.klPQ().clone());
    Tensor dHidden = Tensor.zeros(tokens, 5);
    Tensor dWeight = Tensor.zeros(vocabulary, 5);
    ops.headBackward(head, statistics, coefficient, distillation, dHidden, dWeight);
    check("dHidden", hidden, dHidden, loss);
    check("dWeight", weight, dWeight, loss);
  }

  /** Of the entropy, and of the log-probs of several ids, the action among them. */
  @Test
  void headBackwardOfEntropyAndIds() {
    int tokens = 3;
    int vocabulary = 6;
    Tensor hidden = random(1, 1, tokens, 5);
    Tensor weight = random(2, 2, vocabulary, 5);
    Head head = new Head(hidden, weight, 0.8f);
    int[] actions = {5, 0, 2};
    float[] coefficient = {0.5f, -1, 0};
    float[] entropyWeight = {1, -0.5f, 2};
    int[] ids = {5, 1, 3, 2, -1, 4};
    float[] idCoefficient = {0.3f, -2, 1, 0.7f, 9, 1.5f};
    HeadStatistics statistics = HeadStatistics.allocate(tokens, 0);
    DoubleSupplier loss =
        () -> {
          ops.headForward(head, actions, statistics);
          float[] logProbs = new float[ids.length];
          ops.headGather(head, statistics.logSumExp(), ids, logProbs);
          double sum = 0;
          for (int n = 0; n < tokens; n++) {
            sum += (double) coefficient[n] * statistics.logProb()[n];
            sum += (double) entropyWeight[n] * statistics.entropy()[n];
          }
          for (int i = 0; i < ids.length; i++) {
            sum += ids[i] < 0 ? 0 : (double) idCoefficient[i] * logProbs[i];
          }
          return sum;
        };
    var _ = loss.getAsDouble();
    HeadLoss parts =
        new HeadLoss(coefficient, entropyWeight, new HeadLoss.Ids(ids, idCoefficient), null);
    Tensor dHidden = Tensor.zeros(tokens, 5);
    Tensor dWeight = Tensor.zeros(vocabulary, 5);
    ops.headBackward(head, statistics, parts, dHidden, dWeight);
    check("dHidden", hidden, dHidden, loss);
    check("dWeight", weight, dWeight, loss);
  }
}
