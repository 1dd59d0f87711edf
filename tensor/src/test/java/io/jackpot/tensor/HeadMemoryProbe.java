package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.random;
import static io.jackpot.tensor.Fixtures.randomIds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Main of a JVM with little memory: the LM heads of a joint step over the vocabulary of Qwen3,
 * whose logits would take 5 GB for 8192 tokens. Prints the policy's mean log-prob and, on Linux,
 * the most memory that the process ever held, in kB.
 */
final class HeadMemoryProbe {
  private static final int VOCABULARY = 151_936;
  private static final int DIM = 64;

  private HeadMemoryProbe() {}

  public static void main(String[] args) throws IOException {
    int tokens = Integer.parseInt(args[0]);
    try (Ops ops = OpsLookup.open(0)) {
      Head policy = new Head(random(1, 1, tokens, DIM), random(2, 1, VOCABULARY, DIM), 1);
      Head actor = new Head(random(3, 1, tokens, DIM), random(4, 1, VOCABULARY, DIM), 1);
      int[] actions = randomIds(5, tokens, VOCABULARY);
      HeadStatistics policyStatistics = HeadStatistics.allocate(tokens, 20);
      HeadStatistics actorStatistics = HeadStatistics.allocate(tokens, 20);
      ops.headForward(policy, actions, policyStatistics);
      ops.headForward(actor, actions, actorStatistics);
      HeadComparison comparison = HeadComparison.allocate(tokens);
      ops.headCompare(
          policy, policyStatistics.logSumExp(), actor, actorStatistics.logSumExp(), 1, comparison);
      float[] weight = random(6, 1, tokens).data();
      ops.headBackward(
          actor,
          actorStatistics,
          weight,
          new Distillation(
              policy,
              policyStatistics.logSumExp(),
              weight,
              Distillation.Direction.FORWARD,
              comparison.klPQ()),
          Tensor.zeros(tokens, DIM),
          Tensor.zeros(VOCABULARY, DIM));
      double sum = 0;
      for (float logProb : policyStatistics.logProb()) {
        sum += logProb;
      }
      System.out.println(sum / tokens);
    }
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      try (var lines = Files.lines(status)) {
        lines
            .filter(line -> line.startsWith("VmHWM:"))
            .forEach(line -> System.out.println(line.replaceAll("\\D", "")));
      }
    }
  }
}
