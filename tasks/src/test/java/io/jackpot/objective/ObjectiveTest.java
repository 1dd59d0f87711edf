package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import io.jackpot.objective.Correction.Level;
import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.tensor.Distillation.Direction;
import io.jackpot.tensor.Threefry;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the golden cases of {@code explain} do not reach: baselines, sequences, metrics. */
class ObjectiveTest {
  private static final Offset<Double> CLOSE = within(1e-12);

  static Stream<ObjectiveOptions> differentiable() {
    return Stream.of(
            new PolicyWeighting.Obrs(),
            new PolicyWeighting.TisTimesZ(1.2),
            new PolicyWeighting.Corrected(new Correction.None()),
            new PolicyWeighting.Corrected(new Correction.Identity(Level.TOKEN)),
            new PolicyWeighting.Corrected(new Correction.Truncated(1.1, Level.SEQUENCE)),
            new PolicyWeighting.Corrected(new Correction.IcePop(0.5, 2, Level.TOKEN)))
        .flatMap(weighting ->
            Arrays.stream(Aggregation.values())
                .map(aggregation ->
                    options(
                        weighting, new Correction.Truncated(1.3, Level.SEQUENCE), aggregation)));
  }

  /** With p_ref as target no weight depends on p_new, so plain differences see the gradient. */
  @ParameterizedTest
  @MethodSource("differentiable")
  void coefficientsAreTheDerivativesOfTheTotalLoss(ObjectiveOptions options) {
    TokenBatch batch = batch(11, 12);
    ObjectiveResult result = Objective.evaluate(options, batch);
    double step = 1e-6;
    for (int t = 0; t < batch.tokens(); t++) {
      assertThat(difference(options, batch, batch.logNew(), t, step))
          .isCloseTo(result.policyCoefficient()[t], within(1e-8));
      assertThat(difference(options, batch, batch.actorLogNew(), t, step))
          .isCloseTo(result.actorCoefficient()[t], within(1e-8));
      assertThat(difference(options, batch, batch.divergence(), t, step))
          .isCloseTo(result.distillWeight()[t], within(1e-8));
    }
    assertThat(Arrays.stream(result.policyCoefficient()).filter(c -> c != 0).count())
        .isGreaterThan(3);
    assertThat(Arrays.stream(result.distillWeight()).sum())
        .isCloseTo(options.distillCoefficient(), CLOSE);
  }

  private static double difference(
      ObjectiveOptions options, TokenBatch batch, double[] values, int t, double step) {
    double value = values[t];
    values[t] = value + step;
    double up = Objective.evaluate(options, batch).totalLoss();
    values[t] = value - step;
    double down = Objective.evaluate(options, batch).totalLoss();
    values[t] = value;
    return (up - down) / (2 * step);
  }

  @Test
  void sequenceMeanCountsEverySequenceTheSame() {
    TokenBatch batch = batch(5, 4);
    System.arraycopy(new int[] {0, 2, 2, 2}, 0, batch.sequence(), 0, 4); // 1 has no tokens
    ObjectiveResult result =
        Objective.evaluate(
            options(new PolicyWeighting.Obrs(), new Correction.None(), Aggregation.SEQUENCE_MEAN),
            batch);
    double[] d = batch.divergence();
    assertThat(result.distillLoss()).isCloseTo(d[0] / 2 + (d[1] + d[2] + d[3]) / 6, CLOSE);
  }

  @Test
  void aSequenceIsCorrectedByTheProductOfItsRatios() {
    TokenBatch batch = batch(5, 4);
    System.arraycopy(new int[] {0, 1, 0, 1}, 0, batch.sequence(), 0, 4);
    double[] log =
        IntStream.range(0, 4).mapToDouble(t -> batch.logRef()[t] - batch.logInf()[t]).toArray();
    double even = Math.exp(log[0] + log[2]);
    double odd = Math.exp(log[1] + log[3]);
    double[] rho =
        Objective.evaluate(
                options(
                    new PolicyWeighting.Corrected(new Correction.Identity(Level.SEQUENCE)),
                    new Correction.None(),
                    Aggregation.TOKEN_MEAN),
                batch)
            .rho();
    assertThat(rho).containsExactly(new double[] {even, odd, even, odd}, CLOSE);
  }

  @Test
  void aSequenceIsCorrectedByTheGeometricMeanOfItsRatios() {
    TokenBatch batch = batch(5, 4);
    System.arraycopy(new int[] {0, 1, 0, 1}, 0, batch.sequence(), 0, 4);
    double[] log =
        IntStream.range(0, 4).mapToDouble(t -> batch.logRef()[t] - batch.logInf()[t]).toArray();
    double even = Math.exp((log[0] + log[2]) / 2);
    double odd = Math.exp((log[1] + log[3]) / 2);
    double[] rho =
        Objective.evaluate(
                options(
                    new PolicyWeighting.Corrected(new Correction.Identity(Level.GEOMETRIC)),
                    new Correction.None(),
                    Aggregation.TOKEN_MEAN),
                batch)
            .rho();
    assertThat(rho).containsExactly(new double[] {even, odd, even, odd}, CLOSE);
  }

  /** A baseline keeps every token, and says how many OBRS would have accepted. */
  @Test
  void baselinesKeepEveryToken() {
    TokenBatch batch = batch(8, 6);
    PolicyWeighting truncated =
        new PolicyWeighting.Corrected(new Correction.Truncated(0.9, Level.TOKEN));
    ObjectiveResult result = Objective.evaluate(expected(Target.NEW, truncated), batch);
    ObjectiveResult obrs =
        Objective.evaluate(expected(Target.NEW, new PolicyWeighting.Obrs()), batch);
    assertThat(result.mask()).containsOnly(1);
    assertThat(result.acceptance()).isEqualTo(obrs.acceptance()).isBetween(0.01, 0.99);
    assertThat(result.z()).isEqualTo(obrs.z());
    for (int t = 0; t < 6; t++) {
      double ratio = Math.exp(batch.logNew()[t] - batch.logInf()[t]);
      double back = Math.exp(batch.logRef()[t] - batch.logNew()[t]);
      assertThat(result.rho()[t]).isCloseTo(Math.min(0.9, ratio) * back, CLOSE);
    }
  }

  /** TIS × Z with a cap out of reach is what OBRS does on average. */
  @Test
  void tisTimesZIsTheExpectationOfUncappedObrs() {
    for (Target target : Target.values()) {
      TokenBatch batch = batch(8, 6);
      double[] tis = weights(expected(target, new PolicyWeighting.TisTimesZ(1e9)), batch);
      assertThat(tis)
          .containsExactly(weights(expected(target, new PolicyWeighting.Obrs()), batch), CLOSE);
    }
  }

  /** Every u of an even grid once: the sampled mask averages to the expected one. */
  @Test
  void expectedModeIsTheMeanOfBernoulliMode() {
    int n = 10_000;
    TokenBatch one = batch(4, 1);
    one.logInf()[0] = Math.log(0.4);
    one.logRef()[0] = Math.log(0.25);
    one.logNew()[0] = Math.log(0.3);
    TokenBatch many = repeated(one, n);
    Arrays.setAll(ObjectiveCases.uniforms(many), i -> (i + 0.5) / n);
    for (Normalizer normalizer : Normalizer.values()) {
      ObjectiveOptions options = batchOptions();
      ObjectiveOptions sampled = with(options, normalizer, MaskMode.BERNOULLI);
      ObjectiveOptions expected = with(options, normalizer, MaskMode.EXPECTED);
      assertThat(Objective.evaluate(sampled, many).totalLoss())
          .isCloseTo(Objective.evaluate(expected, many).totalLoss(), within(1e-3));
      assertThat(Objective.evaluate(sampled, many).acceptance()).isCloseTo(0.625, within(1e-3));
    }
  }

  @Test
  void nothingAcceptedIsNoUpdate() {
    TokenBatch batch = batch(6, 5);
    Arrays.fill(ObjectiveCases.uniforms(batch), Math.nextDown(1.0));
    Arrays.fill(batch.logRef(), -9);
    for (Normalizer normalizer : Normalizer.values()) {
      ObjectiveResult result =
          Objective.evaluate(with(batchOptions(), normalizer, MaskMode.BERNOULLI), batch);
      assertThat(result.nothingAccepted()).isTrue();
      assertThat(result.kappa()).isZero();
      assertThat(result.policyLoss()).isZero();
      assertThat(result.policyCoefficient()).containsOnly(new double[5]);
      assertThat(result.metrics().effectiveSampleSize()).isZero();
      assertThat(result.actorLoss()).isNotZero();
    }
  }

  @Test
  void metrics() {
    TokenBatch batch = repeated(batch(2, 1), 4);
    for (double[] log :
        new double[][] {
          batch.logInf(), batch.logRef(), batch.logNew(), batch.actorLogRef(), batch.actorLogNew()
        }) {
      Arrays.fill(log, -2);
    }
    Arrays.fill(batch.advantage(), 1);
    batch.logNew()[0] = -1; // clipped high
    batch.advantage()[1] = -1;
    batch.logNew()[1] = -3; // clipped low
    batch.logNew()[2] = -3; // would be low, but A > 0 goes the other way
    batch.actorLogNew()[3] = -1;
    batch.logRef()[3] = -2 + Math.log(0.5);
    batch.zTopK()[0] = 4;
    ObjectiveResult result =
        Objective.evaluate(
            options(
                new PolicyWeighting.Corrected(new Correction.Identity(Level.TOKEN)),
                new Correction.None(),
                Aggregation.TOKEN_MEAN),
            batch);
    ObjectiveResult.Metrics metrics = result.metrics();
    assertThat(metrics.clipShareHigh()).isEqualTo(0.5); // tokens 0 and 3
    assertThat(metrics.clipShareLow()).isEqualTo(0.25);
    assertThat(metrics.actorClipShare()).isEqualTo(0.25);
    assertThat(metrics.weightMean()).isCloseTo(3.5 / 4, CLOSE);
    assertThat(metrics.weightMax()).isCloseTo(1, CLOSE);
    assertThat(metrics.effectiveSampleSize()).isCloseTo(3.5 * 3.5 / (4 * 3.25), CLOSE);
    assertThat(metrics.zAboveBound()).isEqualTo(0.25);
  }

  /** Uniforms that are drawn are those of their keys and counters. */
  @Test
  void uniformsAreDrawn() {
    TokenBatch b = batch(9, 50);
    long[] keys = new SplittableRandom(3).longs(50).toArray();
    int[] counters = new SplittableRandom(4).ints(50).toArray();
    double[] drawn =
        IntStream.range(0, 50)
            .mapToDouble(t -> Threefry.uniform(keys[t], counters[t], 0))
            .toArray();
    double[] mask = Objective.evaluate(batchOptions(), with(b, new Uniforms.Given(drawn))).mask();
    assertThat(
            Objective.evaluate(batchOptions(), with(b, new Uniforms.Drawn(keys, counters))).mask())
        .isEqualTo(mask)
        .contains(0, 1)
        .isNotEqualTo(Objective.evaluate(batchOptions(), b).mask());
  }

  private static TokenBatch with(TokenBatch b, Uniforms uniforms) {
    return new TokenBatch(
        b.logInf(),
        b.logRef(),
        b.logNew(),
        b.actorLogRef(),
        b.actorLogNew(),
        b.advantage(),
        uniforms,
        b.zTopK(),
        b.zExact(),
        b.divergence(),
        b.sequence());
  }

  /** NaN must reach the loss: a run that meets one has to stop. */
  @Test
  void aNaNIsNotSwallowed() {
    for (int which = 0; which < 4; which++) {
      TokenBatch batch = batch(6, 5);
      double[][] logs = {batch.logInf(), batch.logRef(), batch.logNew(), batch.actorLogNew()};
      logs[which][2] = Double.NaN;
      assertThat(Objective.evaluate(batchOptions(), batch).totalLoss()).isNaN();
    }
  }

  @Test
  void ragged() {
    TokenBatch b = batch(1, 3);
    assertThatThrownBy(() ->
            new TokenBatch(
                b.logInf(),
                b.logRef(),
                new double[2],
                b.actorLogRef(),
                b.actorLogNew(),
                b.advantage(),
                b.uniforms(),
                b.zTopK(),
                b.zExact(),
                b.divergence(),
                b.sequence()))
        .hasMessage("logNew: 2 tokens, expected 3 (as in logInf)");
    assertThatThrownBy(() -> new Correction.IcePop(2, 1, Level.TOKEN))
        .isInstanceOf(InputException.class);
  }

  private static double[] weights(ObjectiveOptions options, TokenBatch batch) {
    ObjectiveResult result = Objective.evaluate(options, batch);
    return IntStream.range(0, batch.tokens())
        .mapToDouble(t -> result.mask()[t] * result.rho()[t])
        .toArray();
  }

  private static ObjectiveOptions batchOptions() {
    return options(new PolicyWeighting.Obrs(), new Correction.None(), Aggregation.TOKEN_MEAN);
  }

  private static ObjectiveOptions options(
      PolicyWeighting weighting, Correction actor, Aggregation aggregation) {
    return new ObjectiveOptions(
        1.0,
        Target.REF,
        OptionalDouble.of(0.2),
        OptionalDouble.of(0.28),
        1e6,
        1e6,
        20,
        Normalizer.TOPK,
        MaskMode.BERNOULLI,
        weighting,
        actor,
        0.5,
        Direction.FORWARD,
        aggregation);
  }

  private static ObjectiveOptions expected(Target target, PolicyWeighting weighting) {
    ObjectiveOptions o = batchOptions();
    return new ObjectiveOptions(
        o.lambda(),
        target,
        o.clipLow(),
        o.clipHigh(),
        o.c1(),
        o.c2(),
        o.topK(),
        o.normalizer(),
        MaskMode.EXPECTED,
        weighting,
        o.actorCorrection(),
        o.distillCoefficient(),
        o.distillDirection(),
        o.aggregation());
  }

  private static ObjectiveOptions with(ObjectiveOptions o, Normalizer normalizer, MaskMode mask) {
    return new ObjectiveOptions(
        o.lambda(),
        o.target(),
        o.clipLow(),
        o.clipHigh(),
        o.c1(),
        o.c2(),
        o.topK(),
        normalizer,
        mask,
        o.policyWeighting(),
        o.actorCorrection(),
        o.distillCoefficient(),
        o.distillDirection(),
        o.aggregation());
  }

  private static TokenBatch batch(long seed, int tokens) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] logInf = random.doubles(tokens, -2, -0.5).toArray();
    double[] logRef = near(random, logInf);
    double[] actorLogRef = near(random, logInf);
    return new TokenBatch(
        logInf,
        logRef,
        near(random, logRef),
        actorLogRef,
        near(random, actorLogRef),
        random.doubles(tokens, -2, 2).toArray(),
        new Uniforms.Given(random.doubles(tokens).toArray()),
        random.doubles(tokens, 0.5, 0.9).toArray(),
        random.doubles(tokens, 0.7, 1).toArray(),
        random.doubles(tokens, 0, 1).toArray(),
        IntStream.range(0, tokens).map(t -> t / 5).toArray());
  }

  private static double[] near(SplittableRandom random, double[] values) {
    return Arrays.stream(values).map(x -> x + random.nextDouble(-0.4, 0.4)).toArray();
  }

  private static TokenBatch repeated(TokenBatch b, int n) {
    return new TokenBatch(
        same(b.logInf(), n),
        same(b.logRef(), n),
        same(b.logNew(), n),
        same(b.actorLogRef(), n),
        same(b.actorLogNew(), n),
        same(b.advantage(), n),
        new Uniforms.Given(same(ObjectiveCases.uniforms(b), n)),
        same(b.zTopK(), n),
        same(b.zExact(), n),
        same(b.divergence(), n),
        new int[n]);
  }

  private static double[] same(double[] values, int n) {
    double[] result = new double[n];
    Arrays.fill(result, values[0]);
    return result;
  }
}
