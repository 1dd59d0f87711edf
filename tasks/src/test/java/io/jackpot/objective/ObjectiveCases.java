package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.objective.Correction.Level;
import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.tensor.Distillation.Direction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Options and batches for whoever computes the objective, and the comparison with the CPU's. */
public final class ObjectiveCases {
  private static final double RELATIVE = 1e-9;
  private static final double NONE = Double.POSITIVE_INFINITY;

  private ObjectiveCases() {}

  // ---- Options

  /**
   * Every combination of what can be chosen, with the actor's correction and the numbers going
   * round from one to the next.
   */
  public static List<ObjectiveOptions> options() {
    List<ObjectiveOptions> all = new ArrayList<>();
    List<PolicyWeighting> weightings = new ArrayList<>();
    weightings.add(new PolicyWeighting.Obrs());
    weightings.add(new PolicyWeighting.TisTimesZ(1.2));
    for (Correction f : corrections(0.7, 1.4)) {
      weightings.add(new PolicyWeighting.Corrected(f));
    }
    List<@Nullable Correction> actors = new ArrayList<>(corrections(0.6, 1.3));
    actors.add(null);
    for (PolicyWeighting weighting : weightings) {
      for (Normalizer normalizer : Normalizer.values()) {
        for (MaskMode mask : MaskMode.values()) {
          for (Target target : Target.values()) {
            for (Aggregation aggregation : Aggregation.values()) {
              for (boolean clip : new boolean[] {true, false}) {
                int i = all.size();
                Correction actor = actors.get((i + i / 16) % actors.size());
                all.add(options(i, weighting, actor, normalizer, mask, target, aggregation, clip));
              }
            }
          }
        }
      }
    }
    return all;
  }

  private static List<Correction> corrections(double low, double high) {
    List<Correction> all = new ArrayList<>();
    all.add(new Correction.None());
    for (Level level : Level.values()) {
      all.add(new Correction.Identity(level));
      all.add(new Correction.Truncated(high, level));
      all.add(new Correction.IcePop(low, high, level));
    }
    return all;
  }

  private static ObjectiveOptions options(
      int number,
      PolicyWeighting weighting,
      @Nullable Correction actor,
      Normalizer normalizer,
      MaskMode mask,
      Target target,
      Aggregation aggregation,
      boolean clip) {
    // Counts of values without a common factor with each other or with the choices.
    double[] lambdas = {1, 0.3, 2.7, 1e-9, 1e9, 1, 1.3};
    double[] c1 = {3, NONE, 0.8, 1e-6, 1.1};
    double[] c2 = {NONE, 3, 0.9, 1.05, 1, 2, 4, 0.5, 7, 1.5, 6};
    return new ObjectiveOptions(
        lambdas[number % lambdas.length],
        target,
        clip ? OptionalDouble.of(0.2) : OptionalDouble.empty(),
        clip ? OptionalDouble.of(0.28) : OptionalDouble.empty(),
        c1[number % c1.length],
        c2[number % c2.length],
        20,
        normalizer,
        mask,
        weighting,
        actor,
        0.5,
        Direction.FORWARD,
        aggregation,
        extensions(number));
  }

  /** The paper's objective, then what may be added to it, in turn. */
  private static Extensions extensions(int number) {
    if (number % 3 == 0) {
      return Extensions.NONE;
    }
    Extensions.KlEstimator[] estimators = Extensions.KlEstimator.values();
    return new Extensions(
        number % 2 == 0 ? Extensions.RatioLevel.TOKEN : Extensions.RatioLevel.SEQUENCE,
        number % 5 < 3 ? OptionalDouble.of(1 + 0.3 * (number % 5 + 0.2)) : OptionalDouble.empty(),
        false,
        number % 4 == 1 ? 0 : 0.02,
        number % 7 == 0
            ? null
            : new Extensions.ReferenceKl(
                0.1, estimators[number % estimators.length], number % 11 == 1));
  }

  // ---- Batches

  /** Models that are close to each other; the tokens of a sequence lie apart. */
  public static TokenBatch batch(long seed, int tokens) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] logInf = random.doubles(tokens, -2, -0.5).toArray();
    double[] logRef = near(random, logInf);
    double[] actorLogRef = near(random, logInf);
    int sequences = Math.max(1, tokens / 150);
    double[] logNew = near(random, logRef);
    int[] sequence = IntStream.range(0, tokens).map(t -> 3 * (t * 7 % sequences)).toArray();
    return new TokenBatch(
        logInf,
        logRef,
        logNew,
        actorLogRef,
        near(random, actorLogRef),
        random.doubles(tokens, -2, 2).toArray(),
        new Uniforms.Given(random.doubles(tokens).toArray()),
        random.doubles(tokens, 0.5, 0.9).toArray(),
        random.doubles(tokens, 0.7, 1).toArray(),
        random.doubles(tokens, 0, 1).toArray(),
        sequence,
        new TokenBatch.Beside(
            Arrays.stream(sequence).map(s -> s % 5 == 3 ? 0 : 1).toArray(),
            random.doubles(tokens, 0, 3).toArray(),
            near(random, logNew),
            random.doubles(tokens, 0, 1).toArray()));
  }

  /** Those of a batch that has them ready. */
  public static double[] uniforms(TokenBatch batch) {
    return ((Uniforms.Given) batch.uniforms()).values();
  }

  private static double[] near(SplittableRandom random, double[] values) {
    return Arrays.stream(values).map(x -> x + random.nextDouble(-0.4, 0.4)).toArray();
  }

  /** Batches that training hardly meets, by what is wrong with them. */
  public static Map<String, TokenBatch> adversarial() {
    Map<String, TokenBatch> all = new LinkedHashMap<>();
    int n = 41;
    double never = Double.NEGATIVE_INFINITY;
    for (boolean every : new boolean[] {true, false}) {
      TokenBatch disjoint = batch(1, n);
      for (int t = 0; t < n; t += every ? 1 : 3) {
        disjoint.logRef()[t] = never;
        disjoint.logNew()[t] = never;
        disjoint.zTopK()[t] = 0;
        disjoint.zExact()[t] = 0;
      }
      all.put(every ? "disjoint supports" : "some disjoint supports", disjoint);
    }

    TokenBatch nothing = batch(2, n);
    Arrays.fill(uniforms(nothing), Math.nextDown(1.0));
    Arrays.fill(nothing.logRef(), -900);
    Arrays.fill(nothing.logNew(), -30);
    all.put("nothing accepted", nothing);

    TokenBatch everything = batch(3, n);
    Arrays.fill(uniforms(everything), 0);
    all.put("everything accepted", everything);

    TokenBatch equal = batch(4, n);
    for (double[] log :
        List.of(equal.logRef(), equal.logNew(), equal.actorLogRef(), equal.actorLogNew())) {
      System.arraycopy(equal.logInf(), 0, log, 0, n);
    }
    all.put("one distribution", equal);

    TokenBatch huge = batch(5, n);
    for (int t = 0; t < n; t++) {
      huge.logInf()[t] = t % 2 == 0 ? -800 : -1;
      huge.logRef()[t] = t % 3 == 0 ? -1600 : -1;
      huge.logNew()[t] = t % 5 == 0 ? -2400 : -1;
      huge.actorLogRef()[t] = t % 7 == 0 ? -300 : -1;
      huge.actorLogNew()[t] = t % 4 == 0 ? -500 : -2;
      huge.advantage()[t] = t % 6 == 0 ? 0 : huge.advantage()[t];
    }
    all.put("huge ratios", huge);

    TokenBatch lowest = batch(6, n);
    for (int t = 0; t < n; t++) {
      lowest.logInf()[t] = t % 2 == 0 ? -1e308 : never;
      lowest.logNew()[t] = t % 3 == 0 ? never : -1e308;
      lowest.actorLogNew()[t] = t % 4 == 0 ? never : -1;
    }
    all.put("the lowest log-probs", lowest);

    for (int which = 0; which < 13; which++) {
      TokenBatch nan = batch(7, n);
      List.of(
                  nan.logInf(),
                  nan.logRef(),
                  nan.logNew(),
                  nan.actorLogRef(),
                  nan.actorLogNew(),
                  nan.advantage(),
                  uniforms(nan),
                  nan.zTopK(),
                  nan.zExact(),
                  nan.divergence(),
                  nan.beside().entropy(),
                  nan.beside().logReference(),
                  nan.beside().referenceKl())
              .get(which)[17] =
          Double.NaN;
      all.put("NaN in array " + which, nan);
    }

    TokenBatch cutOff = batch(8, n);
    Arrays.fill(cutOff.beside().lossMask(), 0);
    all.put("no token with a loss", cutOff);
    return all;
  }

  // ---- Comparison

  /** Both evaluate the batch, and say the same. */
  public static void check(
      ObjectiveEvaluator evaluator, ObjectiveOptions options, TokenBatch batch, String what) {
    ObjectiveResult expected = Objective.evaluate(options, batch);
    ObjectiveResult found = evaluator.evaluate(options, batch);
    String of = what + ", " + batch.tokens() + " tokens, " + options + ": ";
    if (options.mask() == MaskMode.BERNOULLI) {
      assertThat(found.mask()).as(of + "mask").isEqualTo(expected.mask());
    }
    close(of + "mask", found.mask(), expected.mask());
    close(of + "α", found.acceptProbability(), expected.acceptProbability());
    close(of + "z", found.z(), expected.z());
    close(of + "w", found.obrsWeight(), expected.obrsWeight());
    close(of + "ρ", found.rho(), expected.rho());
    close(of + "ratio", found.ratio(), expected.ratio());
    close(of + "ppo", found.ppo(), expected.ppo());
    close(of + "actorWeight", found.actorWeight(), expected.actorWeight());
    close(of + "actorPpo", found.actorPpo(), expected.actorPpo());
    close(of + "policyCoefficient", found.policyCoefficient(), expected.policyCoefficient());
    close(of + "actorCoefficient", found.actorCoefficient(), expected.actorCoefficient());
    close(of + "distillWeight", found.distillWeight(), expected.distillWeight());
    close(of + "acceptance", found.acceptance(), expected.acceptance(), 0);
    close(of + "κ", found.kappa(), expected.kappa(), 0);
    // Sums of both signs are as exact as what they are sums of.
    double policy = size(options, expected, expected.mask(), expected.rho(), expected.ppo());
    double[] ones = DoubleStream.generate(() -> 1).limit(batch.tokens()).toArray();
    double actor = size(options, expected, ones, expected.actorWeight(), expected.actorPpo());
    close(of + "policyLoss", found.policyLoss(), expected.policyLoss(), policy);
    close(of + "actorLoss", found.actorLoss(), expected.actorLoss(), actor);
    close(of + "distillLoss", found.distillLoss(), expected.distillLoss(), 0);
    ObjectiveResult.Beside beside = found.beside();
    ObjectiveResult.Beside same = expected.beside();
    close(of + "entropyWeight", beside.entropyWeight(), same.entropyWeight());
    close(of + "referenceWeight", beside.referenceWeight(), same.referenceWeight());
    close(of + "entropyLoss", beside.entropyLoss(), same.entropyLoss(), 0);
    double divergences =
        Arrays.stream(batch.beside().logReference()).filter(Double::isFinite).map(Math::abs).sum();
    close(of + "referenceKl", beside.referenceKl(), same.referenceKl(), divergences);
    close(of + "referenceKlLoss", beside.referenceKlLoss(), same.referenceKlLoss(), divergences);
    assertThat(beside.lossTokens()).as(of).isEqualTo(same.lossTokens());
    close(of + "dualClipShare", beside.dualClipShare(), same.dualClipShare(), 0);
    close(of + "ratioMin", beside.ratioMin(), same.ratioMin(), 0);
    close(of + "ratioMax", beside.ratioMax(), same.ratioMax(), 0);
    double total = policy + actor + divergences + 1;
    close(of + "totalLoss", found.totalLoss(), expected.totalLoss(), total);
    assertThat(found.nothingAccepted()).as(of).isEqualTo(expected.nothingAccepted());
    ObjectiveResult.Metrics metrics = found.metrics();
    ObjectiveResult.Metrics known = expected.metrics();
    close(of + "zMean", metrics.zMean(), known.zMean(), 0);
    close(of + "weightMean", metrics.weightMean(), known.weightMean(), 0);
    close(of + "weightMax", metrics.weightMax(), known.weightMax(), 0);
    close(of + "effective", metrics.effectiveSampleSize(), known.effectiveSampleSize(), 0);
    close(of + "weightZeroShare", metrics.weightZeroShare(), known.weightZeroShare(), 0);
    close(of + "weightCapShare", metrics.weightCapShare(), known.weightCapShare(), 0);
    close(of + "clipShareLow", metrics.clipShareLow(), known.clipShareLow(), 0);
    close(of + "clipShareHigh", metrics.clipShareHigh(), known.clipShareHigh(), 0);
    close(of + "actorClipShare", metrics.actorClipShare(), known.actorClipShare(), 0);
    close(of + "zAboveBound", metrics.zAboveBound(), known.zAboveBound(), 0);
  }

  private static double size(
      ObjectiveOptions options, ObjectiveResult result, double[] a, double[] b, double[] c) {
    double sum = 0;
    for (int t = 0; t < a.length; t++) {
      double share = result.distillWeight()[t] / options.distillCoefficient();
      sum += share * a[t] * b[t] * Math.abs(c[t]);
    }
    return Double.isFinite(sum) ? sum : Double.MAX_VALUE;
  }

  public static void close(String what, double[] found, double[] expected) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      if (!isClose(found[i], expected[i], 0)) {
        close(what + " " + i, found[i], expected[i], 0);
      }
    }
  }

  public static void close(String what, double found, double expected, double size) {
    if (!isClose(found, expected, size)) {
      assertThat(found).as(what).isCloseTo(expected, within(0.0));
    }
  }

  private static boolean isClose(double found, double expected, double size) {
    if (!Double.isFinite(expected)) {
      return Double.compare(found, expected) == 0;
    }
    double tolerance = RELATIVE * Math.max(size, Math.abs(expected)) + Double.MIN_NORMAL;
    return Math.abs(found - expected) <= tolerance;
  }
}
