package io.jackpot.objective;

import io.jackpot.objective.ObjectiveOptions.Target;
import java.util.Arrays;

/**
 * The arrays on which the objective is computed, for mini-batches of up to {@code capacity} tokens:
 * the CPU's loops and a device's kernels read and write the same ones. Arrays are {@code
 * [capacity]} where nothing else is said; a mini-batch fills the first elements. The meaning of
 * inputs is that of {@link TokenBatch}, of results that of {@link ObjectiveResult}.
 */
public final class ObjectiveArrays {
  // Inputs
  public final double[] logInf;
  public final double[] logRef;
  public final double[] logNew;
  public final double[] logTarget;

  /** Log-probs of the policy towards which a baseline's F corrects. */
  public final double[] logCorrected;

  public final double[] actorLogRef;
  public final double[] actorLogNew;
  public final double[] advantage;
  public final double[] zTopK;
  public final double[] zExact;
  public final double[] divergence;

  /** Uniforms that are given. */
  public final double[] given;

  /** Threefry's key and counter of uniforms that are drawn, {@code [capacity × 4]}. */
  public final int[] words;

  /** The sequence of each token, numbered without gaps. */
  public final int[] sequence;

  /** Tokens in order of sequence. */
  public final int[] order;

  /** Where each sequence begins in {@code order}, and the end, {@code [capacity + 1]}. */
  public final int[] starts;

  /** {@link ObjectiveInputs}. */
  public final double[] numbers = new double[ObjectiveInputs.NUMBERS];

  /** {@link ObjectiveInputs}. */
  public final int[] choices = new int[ObjectiveInputs.CHOICES];

  // Between one task and the next
  public final double[] uniform;
  public final double[] targetRatio;
  public final double[] accepted;
  public final double[] policySums;
  public final double[] actorSums;
  public final double[] corrected;
  public final double[] derivative;
  public final double[] actorRatio;
  public final double[] actorDerivative;
  public final double[] share;
  public final double[] maskedWeight;
  public final int[] clipped;
  public final int[] actorClipped;

  /** {@code [TOTALS × capacity]}. */
  public final double[] contributions;

  // Results
  public final double[] acceptProbability;
  public final double[] mask;
  public final double[] z;
  public final double[] obrsWeight;
  public final double[] rho;
  public final double[] ratio;
  public final double[] ppo;
  public final double[] actorWeight;
  public final double[] actorPpo;
  public final double[] policyCoefficient;
  public final double[] actorCoefficient;
  public final double[] distillWeight;

  /** The accepted share and κ, {@code [2]}. */
  public final double[] calibration = new double[2];

  /** The largest mask·ρ, {@code [1]}. */
  public final double[] largest = new double[1];

  /** {@code [TOTALS]}. */
  public final double[] totals = new double[LossTasks.TOTALS];

  private final int capacity;

  public ObjectiveArrays(int capacity) {
    this.capacity = capacity;
    this.logInf = tokens();
    this.logRef = tokens();
    this.logNew = tokens();
    this.logTarget = tokens();
    this.logCorrected = tokens();
    this.actorLogRef = tokens();
    this.actorLogNew = tokens();
    this.advantage = tokens();
    this.zTopK = tokens();
    this.zExact = tokens();
    this.divergence = tokens();
    this.given = tokens();
    this.words = new int[4 * capacity];
    this.sequence = new int[capacity];
    this.order = new int[capacity];
    this.starts = new int[capacity + 1];
    this.uniform = tokens();
    this.targetRatio = tokens();
    this.accepted = tokens();
    this.policySums = tokens();
    this.actorSums = tokens();
    this.corrected = tokens();
    this.derivative = tokens();
    this.actorRatio = tokens();
    this.actorDerivative = tokens();
    this.share = tokens();
    this.maskedWeight = tokens();
    this.clipped = new int[capacity];
    this.actorClipped = new int[capacity];
    this.contributions = new double[LossTasks.TOTALS * capacity];
    this.acceptProbability = tokens();
    this.mask = tokens();
    this.z = tokens();
    this.obrsWeight = tokens();
    this.rho = tokens();
    this.ratio = tokens();
    this.ppo = tokens();
    this.actorWeight = tokens();
    this.actorPpo = tokens();
    this.policyCoefficient = tokens();
    this.actorCoefficient = tokens();
    this.distillWeight = tokens();
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
    Target correctedTo =
        options.policyWeighting() instanceof PolicyWeighting.Corrected corrected
            ? corrected.target()
            : options.target();
    copy(batch.logProbs(correctedTo), logCorrected);
    copy(batch.actorLogRef(), actorLogRef);
    copy(batch.actorLogNew(), actorLogNew);
    copy(batch.advantage(), advantage);
    copy(batch.zTopK(), zTopK);
    copy(batch.zExact(), zExact);
    copy(batch.divergence(), divergence);
    int sequences = group(batch.sequence(), n);
    ObjectiveInputs.write(options, n, sequences, numbers, choices);
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
        totals[LossTasks.MASK] / tokenCount(),
        calibration[NormalizerTasks.KAPPA],
        policyLoss,
        actorLoss,
        distillLoss,
        policyLoss + actorLoss + numbers[ObjectiveInputs.DISTILL] * distillLoss,
        largest[0] == 0,
        metrics(tokenCount()));
  }

  private ObjectiveResult.Metrics metrics(double tokens) {
    double scaled = totals[LossTasks.SCALED_WEIGHT];
    double effective = scaled * scaled / (tokens * totals[LossTasks.SCALED_SQUARE]);
    return new ObjectiveResult.Metrics(
        totals[LossTasks.Z] / tokens,
        totals[LossTasks.WEIGHT] / tokens,
        largest[0],
        largest[0] == 0 ? 0 : effective,
        totals[LossTasks.CLIPPED_LOW] / tokens,
        totals[LossTasks.CLIPPED_HIGH] / tokens,
        totals[LossTasks.ACTOR_CLIPPED] / tokens,
        totals[LossTasks.ABOVE_BOUND] / tokens);
  }

  private double[] filled(double[] values) {
    return Arrays.copyOf(values, tokenCount());
  }
}
