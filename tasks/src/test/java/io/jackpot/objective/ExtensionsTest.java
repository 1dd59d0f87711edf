package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import io.jackpot.objective.Extensions.RatioLevel;
import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.tensor.Distillation.Direction;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the golden cases do not say of {@link Extensions}: definitions and what they imply. */
class ExtensionsTest {
  private static final Offset<Double> CLOSE = within(1e-12);

  private static ObjectiveOptions options(Aggregation aggregation, Extensions extensions) {
    return new ObjectiveOptions(
        1.0,
        Target.REF,
        OptionalDouble.of(0.2),
        OptionalDouble.of(0.28),
        3,
        3,
        20,
        Normalizer.EXACT,
        MaskMode.BERNOULLI,
        new PolicyWeighting.Corrected(new Correction.None()),
        new Correction.None(),
        0.5,
        Direction.FORWARD,
        aggregation,
        extensions);
  }

  private static Extensions ratio(RatioLevel level) {
    return new Extensions(level, OptionalDouble.empty(), false, 0, null);
  }

  private static Extensions dualClip(double c) {
    return new Extensions(RatioLevel.TOKEN, OptionalDouble.of(c), false, 0, null);
  }

  private static TokenBatch batch(int[] sequence, int[] lossMask) {
    TokenBatch b = ObjectiveCases.batch(3, sequence.length);
    return new TokenBatch(
        b.logInf(),
        b.logRef(),
        b.logNew(),
        b.actorLogRef(),
        b.actorLogNew(),
        b.advantage(),
        b.uniforms(),
        b.zTopK(),
        b.zExact(),
        b.divergence(),
        sequence,
        new TokenBatch.Beside(
            lossMask, b.beside().entropy(), b.beside().logReference(), b.beside().referenceKl()));
  }

  private static int[] ones(int n) {
    return TokenBatch.Beside.none(n).lossMask();
  }

  /** GSPO's own objective is Σ min(s·A, clip(s)·A)/sequences, and the gradient its derivative. */
  @Test
  void theRatioOfASequenceIsThatOfGspo() {
    int[] sequence = {0, 0, 0, 1, 1, 2, 2, 2, 2, 3};
    double[] advantages = {0.7, -1.2, 0.4, -0.3};
    TokenBatch batch = batch(sequence, ones(10));
    Arrays.setAll(batch.advantage(), t -> advantages[sequence[t]]);
    ObjectiveOptions options = options(Aggregation.SEQUENCE_MEAN, ratio(RatioLevel.SEQUENCE));
    ObjectiveResult result = Objective.evaluate(options, batch);
    assertThat(result.policyLoss()).isCloseTo(gspo(batch, advantages), CLOSE);
    assertThat(Arrays.stream(result.ratio()).distinct().count()).isEqualTo(4);
    double step = 1e-6;
    for (int t = 0; t < 10; t++) {
      double log = batch.logNew()[t];
      batch.logNew()[t] = log + step;
      double up = gspo(batch, advantages);
      batch.logNew()[t] = log - step;
      double down = gspo(batch, advantages);
      batch.logNew()[t] = log;
      assertThat(result.policyCoefficient()[t]).isCloseTo((up - down) / (2 * step), within(1e-9));
    }
  }

  private static double gspo(TokenBatch batch, double[] advantages) {
    double loss = 0;
    for (int s = 0; s < advantages.length; s++) {
      int sequence = s;
      double mean =
          IntStream.range(0, batch.tokens())
              .filter(t -> batch.sequence()[t] == sequence)
              .mapToDouble(t -> batch.logNew()[t] - batch.logRef()[t])
              .average()
              .orElseThrow();
      double ratio = Math.exp(mean);
      double clipped = Math.clamp(ratio, 0.8, 1.28);
      loss -= Math.min(ratio * advantages[s], clipped * advantages[s]) / advantages.length;
    }
    return loss;
  }

  /** A negative advantage counts c times at most; a positive one is not touched. */
  @Test
  void theDualClipBoundsANegativeAdvantage() {
    TokenBatch batch = batch(new int[] {0, 0, 0}, ones(3));
    double[] ratios = {5, 5, 2.5};
    double[] advantages = {-1, 1, -1};
    for (int t = 0; t < 3; t++) {
      batch.logNew()[t] = batch.logRef()[t] + Math.log(ratios[t]);
      batch.advantage()[t] = advantages[t];
    }
    ObjectiveResult result =
        Objective.evaluate(options(Aggregation.TOKEN_MEAN, dualClip(3)), batch);
    assertThat(result.ppo()).containsExactly(new double[] {-3, 1.28, -2.5}, CLOSE);
    assertThat(result.policyCoefficient()[0]).isZero();
    assertThat(result.policyCoefficient()[2]).isCloseTo(2.5 / 3, CLOSE);
    assertThat(result.beside().dualClipShare()).isCloseTo(1 / 3.0, CLOSE);
    assertThat(result.metrics().clipShareHigh()).isCloseTo(1 / 3.0, CLOSE);
    assertThatThrownBy(() -> dualClip(1))
        .isInstanceOf(InputException.class)
        .hasMessage("dualClip: 1.0, expected a number above 1");
  }

  /** The losses are those of the batch without the sequences that carry none. */
  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void whatCarriesNoLossIsAsIfItWereNotThere(Aggregation aggregation) {
    int[] sequence = {4, 4, 1, 1, 1, 9, 9, 2, 2, 2};
    int[] mask = {1, 1, 0, 0, 0, 1, 1, 0, 0, 0};
    TokenBatch all = batch(sequence, mask);
    ObjectiveOptions options = options(aggregation, Extensions.NONE);
    ObjectiveResult result = Objective.evaluate(options, all);
    int[] kept = {0, 1, 5, 6};
    ObjectiveResult alone =
        Objective.evaluate(
            options,
            new TokenBatch(
                of(all.logInf(), kept),
                of(all.logRef(), kept),
                of(all.logNew(), kept),
                of(all.actorLogRef(), kept),
                of(all.actorLogNew(), kept),
                of(all.advantage(), kept),
                new Uniforms.Given(of(ObjectiveCases.uniforms(all), kept)),
                of(all.zTopK(), kept),
                of(all.zExact(), kept),
                of(all.divergence(), kept),
                new int[] {4, 4, 9, 9}));
    assertThat(result.totalLoss()).isCloseTo(alone.totalLoss(), CLOSE);
    assertThat(of(result.policyCoefficient(), kept))
        .containsExactly(alone.policyCoefficient(), CLOSE);
    assertThat(of(result.actorCoefficient(), kept))
        .containsExactly(alone.actorCoefficient(), CLOSE);
    assertThat(of(result.distillWeight(), kept)).containsExactly(alone.distillWeight(), CLOSE);
    for (int t : new int[] {2, 3, 4, 7, 8, 9}) {
      assertThat(result.policyCoefficient()[t]).isZero();
      assertThat(result.actorCoefficient()[t]).isZero();
      assertThat(result.distillWeight()[t]).isZero();
    }
    assertThat(result.beside().lossTokens()).isEqualTo(4);
  }

  @Test
  void aBatchWithoutALossUpdatesNothing() {
    TokenBatch batch = batch(new int[] {0, 0, 1}, new int[3]);
    ObjectiveResult result =
        Objective.evaluate(
            options(
                Aggregation.SEQUENCE_MEAN,
                new Extensions(RatioLevel.TOKEN, OptionalDouble.empty(), true, 0.1, null)),
            batch);
    assertThat(result.totalLoss()).isZero();
    assertThat(result.updatesPolicy()).isFalse();
    assertThat(result.updatesActor()).isFalse();
    assertThat(result.firstNotFinite()).isEmpty();
  }

  /** By differences over the logits of six ids, of which four are counted on their own. */
  @Test
  void theGroupedDivergenceHasTheGradientOfItsDefinition() {
    double[] logits = {0.3, -1, 1.2, 0.4, -0.6, -0.2};
    double[] reference = {-0.5, 0.2, 0.9, 0.1, 0.6, -1.4};
    float[] logP = new float[4];
    float[] logQ = new float[4];
    for (int x = 0; x < 4; x++) {
      logP[x] = (float) logProb(logits, x);
      logQ[x] = (float) logProb(reference, x);
    }
    float[] coefficient = new float[4];
    LossTasks.groupedDivergenceDerivatives(logP, logQ, 0, 4, 0.7, coefficient);
    double step = 1e-5;
    for (int y = 0; y < 6; y++) {
      double gradient = 0;
      for (int x = 0; x < 4; x++) {
        gradient += coefficient[x] * ((x == y ? 1 : 0) - Math.exp(logProb(logits, y)));
      }
      double logit = logits[y];
      logits[y] = logit + step;
      double up = grouped(logits, reference);
      logits[y] = logit - step;
      double down = grouped(logits, reference);
      logits[y] = logit;
      assertThat(gradient).isCloseTo(0.7 * (up - down) / (2 * step), within(1e-6));
    }
    assertThat(LossTasks.groupedDivergence(logP, logQ, 0, 4))
        .isCloseTo(grouped(logits, reference), within(1e-6));
  }

  /** The ids from 0 to 3 on their own, and 4 and 5 together. */
  private static double grouped(double[] logits, double[] reference) {
    double kl = 0;
    double p = 0;
    double q = 0;
    for (int x = 0; x < 6; x++) {
      double logP = logProb(logits, x);
      double logQ = logProb(reference, x);
      kl += x < 4 ? Math.exp(logP) * (logP - logQ) : 0;
      p += x < 4 ? 0 : Math.exp(logP);
      q += x < 4 ? 0 : Math.exp(logQ);
    }
    return kl + p * Math.log(p / q);
  }

  private static double logProb(double[] logits, int x) {
    return logits[x] - Math.log(Arrays.stream(logits).map(Math::exp).sum());
  }

  private static double[] of(double[] values, int[] places) {
    return Arrays.stream(places).mapToDouble(t -> values[t]).toArray();
  }
}
