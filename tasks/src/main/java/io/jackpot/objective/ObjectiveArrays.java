package io.jackpot.objective;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.stream.IntStream;

/**
 * The arrays on which the objective is computed, for mini-batches of up to {@code capacity} tokens:
 * the CPU's loops and a device's kernels read and write the same ones. Arrays are {@code
 * [capacity]} where nothing else is said; a mini-batch fills the first elements. The meaning of
 * inputs is that of {@link TokenBatch}, of results that of {@link ObjectiveResult}.
 */
public final class ObjectiveArrays {
  private final int capacity;

  // Inputs
  public final double[] logInf = tokens();
  public final double[] logRef = tokens();
  public final double[] logNew = tokens();
  public final double[] logTarget = tokens();

  public final double[] actorLogRef = tokens();
  public final double[] actorLogNew = tokens();
  public final double[] advantage = tokens();
  public final double[] zTopK = tokens();
  public final double[] zExact = tokens();
  public final double[] divergence = tokens();

  public final double[] entropy = tokens();
  public final double[] logReference = tokens();
  public final double[] referenceExact = tokens();

  /** 1 where a token carries a loss. */
  public final int[] lossMask = new int[capacity];

  /** Uniforms that are given. */
  public final double[] given = tokens();

  /** Threefry's key and counter of uniforms that are drawn, {@code [capacity × 4]}. */
  public final int[] words = new int[4 * capacity];

  /** The sequence of each token, numbered without gaps. */
  public final int[] sequence = new int[capacity];

  /** Tokens in order of sequence. */
  public final int[] order = new int[capacity];

  /** Where each sequence begins in {@code order}, and the end, {@code [capacity + 1]}. */
  public final int[] starts = new int[capacity + 1];

  /** {@link ObjectiveInputs}. */
  public final double[] numbers = new double[ObjectiveInputs.NUMBERS];

  /** {@link ObjectiveInputs}. */
  public final int[] choices = new int[ObjectiveInputs.CHOICES];

  // Between one task and the next
  public final double[] uniform = tokens();
  public final double[] targetRatio = tokens();
  public final double[] accepted = tokens();
  public final double[] policySums = tokens();
  public final double[] actorSums = tokens();
  public final double[] corrected = tokens();
  public final double[] ratioSums = tokens();
  public final double[] actorRatioSums = tokens();
  public final double[] referenceKl = tokens();
  public final double[] referenceDerivative = tokens();
  public final double[] derivative = tokens();
  public final double[] actorRatio = tokens();
  public final double[] actorDerivative = tokens();
  public final double[] maskedWeight = tokens();
  public final int[] clipped = new int[capacity];
  public final int[] actorClipped = new int[capacity];

  /** {@code [TOTALS × capacity]}. */
  public final double[] contributions = new double[LossTasks.TOTALS * capacity];

  // Results
  public final double[] acceptProbability = tokens();
  public final double[] mask = tokens();
  public final double[] z = tokens();
  public final double[] obrsWeight = tokens();
  public final double[] rho = tokens();

  /** 1 where a cap cuts the weight. */
  public final int[] capped = new int[capacity];

  public final double[] ratio = tokens();
  public final double[] ppo = tokens();
  public final double[] actorWeight = tokens();
  public final double[] actorPpo = tokens();
  public final double[] policyCoefficient = tokens();
  public final double[] actorCoefficient = tokens();
  public final double[] distillWeight = tokens();

  /** Of each token in the losses. */
  public final double[] share = tokens();

  /** The accepted share and κ, {@code [2]}. */
  public final double[] calibration = new double[2];

  /** The largest mask·ρ, {@code [1]}. */
  public final double[] largest = new double[1];

  /** {@code [TOTALS]}. */
  public final double[] totals = new double[LossTasks.TOTALS];

  public ObjectiveArrays(int capacity) {
    this.capacity = capacity;
    super(); // the arrays are made after it
  }

  private double[] tokens() {
    return new double[capacity];
  }

  public int tokenCount() {
    return choices[ObjectiveInputs.TOKENS];
  }

  public int sequenceCount() {
    return choices[ObjectiveInputs.SEQUENCES];
  }

  /** Fills the inputs from a batch of at most {@code capacity} tokens. */
  public void load(ObjectiveOptions options, TokenBatch batch) {
    int n = batch.tokens();
    copy(batch.logInf(), logInf);
    copy(batch.logRef(), logRef);
    copy(batch.logNew(), logNew);
    copy(batch.logProbs(options.target()), logTarget);
    copy(batch.actorLogRef(), actorLogRef);
    copy(batch.actorLogNew(), actorLogNew);
    copy(batch.advantage(), advantage);
    copy(batch.zTopK(), zTopK);
    copy(batch.zExact(), zExact);
    copy(batch.divergence(), divergence);
    copy(batch.beside().entropy(), entropy);
    copy(batch.beside().logReference(), logReference);
    copy(batch.beside().referenceKl(), referenceExact);
    System.arraycopy(batch.beside().lossMask(), 0, lossMask, 0, n);
    int sequences = group(batch.sequence(), n);
    ObjectiveInputs.write(options, n, sequences, numbers, choices);
    choices[ObjectiveInputs.LOSS_TOKENS] = IntStream.range(0, n).map(t -> lossMask[t]).sum();
    choices[ObjectiveInputs.LOSS_SEQUENCES] =
        IntStream.range(0, sequences).map(s -> lossMask[order[starts[s]]]).sum();
    switch (batch.uniforms()) {
      case Uniforms.Given(double[] values) -> {
        copy(values, given);
        choices[ObjectiveInputs.DRAWN] = 0;
      }
      case Uniforms.Drawn(long[] keys, int[] counters) -> {
        for (int t = 0; t < n; t++) {
          words[4 * t] = (int) keys[t];
          words[4 * t + 1] = (int) (keys[t] >> 32);
          words[4 * t + 2] = counters[t];
          words[4 * t + 3] = 0;
        }
        choices[ObjectiveInputs.DRAWN] = 1;
      }
    }
  }

  private static void copy(double[] from, double[] to) {
    System.arraycopy(from, 0, to, 0, from.length);
  }

  /**
   * Numbers the sequences that have tokens, and lists the tokens of each.
   *
   * @return how many sequences
   */
  private int group(int[] ids, int n) {
    int[] distinct = Arrays.stream(ids).distinct().sorted().toArray();
    int[] next = new int[distinct.length];
    for (int t = 0; t < n; t++) {
      sequence[t] = Arrays.binarySearch(distinct, ids[t]);
      next[sequence[t]]++;
    }
    int start = 0;
    for (int s = 0; s < distinct.length; s++) {
      starts[s] = start;
      start += next[s];
      next[s] = starts[s];
    }
    starts[distinct.length] = start;
    for (int t = 0; t < n; t++) {
      order[next[sequence[t]]++] = t;
    }
    return distinct.length;
  }

  /** The results of the batch loaded last, in arrays of its size. */
  public ObjectiveResult result() {
    double policyLoss = 0 - totals[LossTasks.POLICY_TERM];
    double actorLoss = 0 - totals[LossTasks.ACTOR_TERM];
    double distillLoss = totals[LossTasks.DIVERGENCE];
    ObjectiveResult.Beside beside = beside();
    return new ObjectiveResult(
        filled(acceptProbability),
        filled(mask),
        filled(z),
        filled(obrsWeight),
        filled(rho),
        filled(ratio),
        filled(ppo),
        filled(actorWeight),
        filled(actorPpo),
        filled(policyCoefficient),
        filled(actorCoefficient),
        filled(distillWeight),
        calibration[NormalizerTasks.ACCEPTED_SHARE],
        calibration[NormalizerTasks.KAPPA],
        policyLoss,
        actorLoss,
        distillLoss,
        policyLoss
            + actorLoss
            + numbers[ObjectiveInputs.DISTILL] * distillLoss
            + numbers[ObjectiveInputs.REFERENCE] * beside.referenceKlLoss()
            + numbers[ObjectiveInputs.ENTROPY] * beside.entropyLoss(),
        largest[0] == 0,
        metrics(tokenCount()),
        beside);
  }

  private ObjectiveResult.Beside beside() {
    boolean exact = choices[ObjectiveInputs.ESTIMATOR] == RegularizerTasks.EXACT;
    DoubleSummaryStatistics ratios =
        IntStream.range(0, tokenCount()).mapToDouble(t -> ratio[t]).summaryStatistics();
    boolean regularizes =
        numbers[ObjectiveInputs.REFERENCE] > 0 || numbers[ObjectiveInputs.ENTROPY] > 0;
    int lossTokens = choices[ObjectiveInputs.LOSS_TOKENS];
    return new ObjectiveResult.Beside(
        lossTokens,
        lossTokens > 0 && regularizes,
        shared(exact ? numbers[ObjectiveInputs.REFERENCE] : 0),
        shared(0 - numbers[ObjectiveInputs.ENTROPY]),
        totals[LossTasks.REFERENCE_KL] / tokenCount(),
        totals[LossTasks.REFERENCE_TERM],
        0 - totals[LossTasks.ENTROPY_TERM],
        totals[LossTasks.DUAL_CLIPPED] / tokenCount(),
        ratios.getMin(),
        ratios.getMax());
  }

  /** The tokens' shares of a part of the total loss that has this coefficient. */
  private double[] shared(double coefficient) {
    double[] weights = new double[tokenCount()];
    Arrays.setAll(weights, t -> share[t] * coefficient);
    return weights;
  }

  private ObjectiveResult.Metrics metrics(int tokens) {
    double scaled = totals[LossTasks.SCALED_WEIGHT];
    double effective = scaled * scaled / (tokens * totals[LossTasks.SCALED_SQUARE]);
    double zero =
        IntStream.range(0, tokens).filter(t -> share[t] == 0 || mask[t] * rho[t] == 0).count();
    double atCap = IntStream.range(0, tokens).map(t -> share[t] == 0 ? 0 : capped[t]).sum();
    return new ObjectiveResult.Metrics(
        totals[LossTasks.Z] / tokens,
        totals[LossTasks.WEIGHT] / tokens,
        largest[0],
        largest[0] == 0 ? 0 : effective,
        zero / tokens,
        atCap / tokens,
        totals[LossTasks.CLIPPED_LOW] / tokens,
        totals[LossTasks.CLIPPED_HIGH] / tokens,
        totals[LossTasks.ACTOR_CLIPPED] / tokens,
        totals[LossTasks.ABOVE_BOUND] / tokens);
  }

  private double[] filled(double[] values) {
    return Arrays.copyOf(values, tokenCount());
  }
}
