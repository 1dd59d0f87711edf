package io.jackpot.objective;

import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Target;
import org.jspecify.annotations.Nullable;

/**
 * The objective's options as its kernels read them: {@code numbers} and {@code choices}, at the
 * places named here. They are inputs, so one compiled graph serves every option.
 */
public final class ObjectiveInputs {
  // Numbers
  public static final int LAMBDA = 0;
  public static final int C1 = 1;
  public static final int C2 = 2;

  /** 1 − ε_low, or 0. */
  public static final int CLIP_LOW = 3;

  /** 1 + ε_high, or what no ratio exceeds. */
  public static final int CLIP_HIGH = 4;

  public static final int TIS_CAP = 5;
  public static final int DISTILL = 6;

  /** Bounds of F: two of the policy's, then two of the actor's. */
  public static final int BOUNDS = 7;

  /** The largest ratio by which a negative advantage counts, or what no ratio exceeds. */
  public static final int DUAL_CLIP = 11;

  /** β of the divergence from the reference. */
  public static final int REFERENCE = 12;

  public static final int ENTROPY = 13;
  public static final int NUMBERS = 14;

  // Choices
  public static final int TOKENS = 0;
  public static final int SEQUENCES = 1;
  public static final int NORMALIZER = 2;
  public static final int EXPECTED = 3;
  public static final int WEIGHTING = 4;

  /** 1 for the mean over sequences. */
  public static final int BY_SEQUENCE = 5;

  /** F and the level of its ratio: the policy's, then the actor's. */
  public static final int CORRECTION = 6;

  /** 1 where the uniforms are drawn from keys and counters, 0 where they are given. */
  public static final int DRAWN = 10;

  /** Tokens that carry a loss, and sequences of such. */
  public static final int LOSS_TOKENS = 11;

  public static final int LOSS_SEQUENCES = 12;

  /** 1 where PPO's ratio is the geometric mean of a sequence's. */
  public static final int SEQUENCE_RATIO = 13;

  /** Of the divergence from the reference, see {@link RegularizerTasks}. */
  public static final int ESTIMATOR = 14;

  public static final int CHOICES = 15;

  // Whose correction
  public static final int POLICY = 0;
  public static final int ACTOR = 1;

  private ObjectiveInputs() {}

  public static void write(
      ObjectiveOptions options, int tokens, int sequences, double[] numbers, int[] choices) {
    boolean clip = options.clipLow().isPresent() && options.clipHigh().isPresent();
    numbers[LAMBDA] = options.lambda();
    numbers[C1] = options.c1();
    numbers[C2] = options.c2();
    numbers[CLIP_LOW] = clip ? 1 - options.clipLow().getAsDouble() : 0;
    numbers[CLIP_HIGH] = clip ? 1 + options.clipHigh().getAsDouble() : Double.MAX_VALUE;
    numbers[DISTILL] = options.distillCoefficient();
    choices[TOKENS] = tokens;
    choices[SEQUENCES] = sequences;
    choices[NORMALIZER] =
        switch (options.normalizer()) {
          case TOPK -> NormalizerTasks.TOP_K;
          case EXACT -> NormalizerTasks.EXACT;
          case EMPIRICAL -> NormalizerTasks.EMPIRICAL;
        };
    choices[EXPECTED] = options.mask() == MaskMode.EXPECTED ? 1 : 0;
    choices[BY_SEQUENCE] = options.aggregation() == Aggregation.SEQUENCE_MEAN ? 1 : 0;
    numbers[TIS_CAP] = 0;
    Correction policy = null;
    switch (options.policyWeighting()) {
      case PolicyWeighting.Obrs() -> choices[WEIGHTING] = LossTasks.OBRS;
      case PolicyWeighting.TisTimesZ(double cap) -> {
        choices[WEIGHTING] = LossTasks.TIS_TIMES_Z;
        numbers[TIS_CAP] = cap;
      }
      case PolicyWeighting.Corrected(Correction correction) -> {
        boolean towardNew =
            options.target() == Target.NEW && !(correction instanceof Correction.None);
        choices[WEIGHTING] = towardNew ? LossTasks.CORRECTED_TO_NEW : LossTasks.CORRECTED;
        policy = correction;
      }
    }
    write(policy, POLICY, numbers, choices);
    write(options.actorCorrection(), ACTOR, numbers, choices);
    write(options.extensions(), numbers, choices);
  }

  private static void write(Extensions extensions, double[] numbers, int[] choices) {
    numbers[DUAL_CLIP] = extensions.dualClip().orElse(Double.MAX_VALUE);
    numbers[ENTROPY] = extensions.entropyCoefficient();
    choices[SEQUENCE_RATIO] = extensions.ratioLevel() == Extensions.RatioLevel.SEQUENCE ? 1 : 0;
    Extensions.ReferenceKl reference = extensions.referenceKl();
    numbers[REFERENCE] = 0;
    choices[ESTIMATOR] = RegularizerTasks.NONE;
    if (reference != null && !reference.inReward()) {
      numbers[REFERENCE] = reference.coefficient();
      choices[ESTIMATOR] = estimator(reference.estimator());
    }
  }

  /** An estimator as {@link RegularizerTasks} numbers it. */
  public static int estimator(Extensions.KlEstimator estimator) {
    return switch (estimator) {
      case K1 -> RegularizerTasks.K1;
      case K2 -> RegularizerTasks.K2;
      case K3 -> RegularizerTasks.K3;
      case TOPK, FULL -> RegularizerTasks.EXACT;
    };
  }

  private static void write(@Nullable Correction f, int whose, double[] numbers, int[] choices) {
    int kind = LossTasks.ABSENT;
    double low = 0;
    double high = 0;
    switch (f) {
      case null -> {}
      case Correction.None() -> kind = LossTasks.NONE;
      case Correction.Identity identity -> kind = LossTasks.IDENTITY;
      case Correction.Truncated truncated -> {
        kind = LossTasks.TRUNCATED;
        high = truncated.cap();
      }
      case Correction.IcePop icePop -> {
        kind = LossTasks.ICEPOP;
        low = icePop.low();
        high = icePop.high();
      }
    }
    choices[CORRECTION + 2 * whose] = kind;
    choices[CORRECTION + 2 * whose + 1] =
        switch (f == null ? Correction.Level.TOKEN : f.level()) {
          case TOKEN -> LossTasks.BY_TOKEN;
          case SEQUENCE -> LossTasks.BY_PRODUCT;
          case GEOMETRIC -> LossTasks.BY_MEAN;
        };
    numbers[BOUNDS + 2 * whose] = low;
    numbers[BOUNDS + 2 * whose + 1] = high;
  }
}
