package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.random;
import static io.jackpot.tensor.Fixtures.randomIds;

import java.util.List;

/**
 * Main of a JVM with other flags: prints which ops {@link OpsLookup} gives there, and the last line
 * once they have agreed with the oracle.
 */
final class OpsProbe {
  static final String AGREE = "agrees with ScalarOps";

  private OpsProbe() {}

  public static void main(String[] args) {
    System.out.println(OpsLookup.explain());
    try (Ops ops = OpsLookup.open(2);
        Ops oracle = new ScalarOps()) {
      System.out.println(ops.describe());
      List<float[]> found = trainingStep(ops);
      List<float[]> expected = trainingStep(oracle);
      for (int i = 0; i < expected.size(); i++) {
        assertClose("output " + i, found.get(i), expected.get(i), 1e-4);
      }
      System.out.println(AGREE);
    }
  }

  /** A layer, its head and an update, with odd sizes. */
  static List<float[]> trainingStep(Ops ops) {
    int dim = 35;
    int heads = 5;
    int headDim = 14;
    int vocabulary = 301;
    Packing packing = Packing.ofLengths(17, 1, 52);
    int tokens = packing.tokens();
    Tensor x = random(1, 1, tokens, dim);
    Tensor gain = random(2, 1, dim);
    Tensor normal = Tensor.zeros(tokens, dim);
    Tensor inverseRms = Tensor.zeros(tokens);
    ops.rmsNormForward(x, gain, 1e-6f, normal, inverseRms);

    Tensor weight = random(3, 0.3f, heads * headDim, dim);
    Tensor q = Tensor.zeros(tokens, heads, headDim);
    ops.matmulNT(normal, weight, q.reshape(tokens, heads * headDim), false);
    ops.rope(q, packing.positions(), random(4, 1, 60, headDim / 2), random(5, 1, 60, headDim / 2));
    Tensor o = Tensor.zeros(tokens, heads, headDim);
    Tensor logSumExp = Tensor.zeros(tokens, heads);
    ops.attentionForward(new Attention(q, q, q, packing, 0.3f), new Attention.Output(o, logSumExp));

    Tensor flat = o.reshape(tokens, heads * headDim);
    Tensor hidden = Tensor.zeros(tokens, heads * headDim);
    ops.swigluForward(flat, flat, hidden);
    Head head = new Head(hidden, random(6, 1, vocabulary, heads * headDim), 0.9f);
    HeadStatistics statistics = HeadStatistics.allocate(tokens, 7);
    ops.headForward(head, randomIds(7, tokens, vocabulary), statistics);
    Tensor dHidden = Tensor.zeros(tokens, heads * headDim);
    Tensor dHead = Tensor.zeros(vocabulary, heads * headDim);
    ops.headBackward(head, statistics, random(8, 1, tokens).data(), null, dHidden, dHead);

    Tensor dWeight = Tensor.zeros(heads * headDim, dim);
    ops.matmulTN(dHidden, normal, dWeight, false);
    Tensor dNormal = Tensor.zeros(tokens, dim);
    ops.matmulNN(dHidden, weight, dNormal, false);
    AdamWStep step = new AdamWStep(1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 1, 1);
    ops.adamW(
        weight,
        dWeight,
        Tensor.zeros(heads * headDim, dim),
        Tensor.zeros(heads * headDim, dim),
        step);
    return List.of(
        statistics.logProb(),
        statistics.entropy(),
        statistics.topLogProbs(),
        dHidden.data(),
        dHead.data(),
        dWeight.data(),
        dNormal.data(),
        weight.data());
  }
}
