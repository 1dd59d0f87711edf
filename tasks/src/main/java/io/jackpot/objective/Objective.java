package io.jackpot.objective;

import java.util.function.IntConsumer;

/**
 * The joint objective on the CPU (Jackpot, Eq. 5–8 and Algorithm 1): policy loss with rejection,
 * actor loss and distillation, as one loss to minimise. It needs only scalars per token, and its
 * gradient with respect to the logits follows from one coefficient per token and model.
 */
public final class Objective {
  private Objective() {}

  /** Runs the tasks of the objective as loops over the tokens, in the order of the paper. */
  public static ObjectiveResult evaluate(ObjectiveOptions options, TokenBatch batch) {
    int n = batch.tokens();
    ObjectiveArrays a = new ObjectiveArrays(n);
    a.load(options, batch);

    // 1. Acceptance (Eq. 3).
    each(n, t -> ObrsTasks.drawUniform(t, a.words, a.given, a.choices, a.uniform));
    each(
        n,
        t ->
            ObrsTasks.accept(
                t,
                a.logTarget,
                a.logInf,
                a.uniform,
                a.numbers,
                a.choices,
                a.targetRatio,
                a.acceptProbability,
                a.accepted));

    // 2. and 3. The normalizer and its bias correction (4.4.2).
    NormalizerTasks.calibrate(sum(a.accepted, 0, n), sum(a.zTopK, 0, n), n, a.calibration);
    each(n, t -> NormalizerTasks.chooseZ(t, a.calibration, a.zTopK, a.zExact, a.choices, a.z));

    // 4. The weight of each token.
    each(n, t -> ObrsTasks.weight(t, a.z, a.targetRatio, a.numbers, a.obrsWeight));
    correct(a, a.logTarget, a.policySums, a.corrected, ObjectiveInputs.POLICY);
    each(
        n,
        t ->
            LossTasks.policyWeight(
                t,
                a.accepted,
                a.obrsWeight,
                a.z,
                a.targetRatio,
                a.corrected,
                a.logRef,
                a.logTarget,
                a.numbers,
                a.choices,
                a.mask,
                a.rho,
                a.capped));
    correct(a, a.actorLogRef, a.actorSums, a.actorWeight, ObjectiveInputs.ACTOR);

    // 5. to 9. The losses, and their derivatives by the two log-probs.
    sums(a, a.logNew, a.logRef, a.ratioSums);
    sums(a, a.actorLogNew, a.actorLogRef, a.actorRatioSums);
    each(
        n,
        t ->
            LossTasks.ppo(
                t,
                a.logNew,
                a.logRef,
                a.sequence,
                a.starts,
                a.ratioSums,
                a.advantage,
                a.numbers,
                a.choices,
                a.ratio,
                a.ppo,
                a.derivative,
                a.clipped));
    each(
        n,
        t ->
            LossTasks.ppo(
                t,
                a.actorLogNew,
                a.actorLogRef,
                a.sequence,
                a.starts,
                a.actorRatioSums,
                a.advantage,
                a.numbers,
                a.choices,
                a.actorRatio,
                a.actorPpo,
                a.actorDerivative,
                a.actorClipped));
    each(
        n,
        t ->
            RegularizerTasks.reference(
                t,
                a.logNew,
                a.logReference,
                a.referenceExact,
                a.numbers,
                a.choices,
                a.referenceKl,
                a.referenceDerivative));
    each(n, t -> LossTasks.share(t, a.lossMask, a.sequence, a.starts, a.choices, a.share));
    each(
        n,
        t ->
            LossTasks.coefficients(
                t,
                a.mask,
                a.rho,
                a.derivative,
                a.actorWeight,
                a.actorDerivative,
                a.share,
                a.referenceDerivative,
                a.numbers,
                a.maskedWeight,
                a.policyCoefficient,
                a.actorCoefficient,
                a.distillWeight));
    a.largest[0] = LossTasks.largest(a.maskedWeight, n, 0, 1);
    each(
        n,
        t ->
            LossTasks.contributions(
                t,
                a.z,
                a.maskedWeight,
                a.largest,
                a.share,
                a.ppo,
                a.clipped,
                a.actorWeight,
                a.actorPpo,
                a.actorClipped,
                a.divergence,
                a.numbers,
                a.choices,
                a.contributions));
    each(
        n,
        t ->
            RegularizerTasks.contributions(
                t, a.share, a.referenceKl, a.entropy, a.choices, a.contributions));
    each(LossTasks.TOTALS, row -> a.totals[row] = sum(a.contributions, row * n, n));
    return a.result();
  }

  /** F of each token's ratio, or of its sequence's. */
  private static void correct(
      ObjectiveArrays a, double[] logProb, double[] sums, double[] weight, int whose) {
    sums(a, logProb, a.logInf, sums);
    each(
        a.tokenCount(),
        t ->
            LossTasks.correct(
                t,
                logProb,
                a.logInf,
                a.sequence,
                a.starts,
                sums,
                a.numbers,
                a.choices,
                weight,
                whose));
  }

  /** Σ (log p − log q) of each sequence. */
  private static void sums(ObjectiveArrays a, double[] logP, double[] logQ, double[] sums) {
    each(
        a.sequenceCount(),
        s ->
            sums[s] =
                LossTasks.sequenceLogRatio(
                    logP, logQ, a.order, a.starts[s], a.starts[s + 1], 0, 1));
  }

  private static void each(int n, IntConsumer body) {
    for (int i = 0; i < n; i++) {
      body.accept(i);
    }
  }

  private static double sum(double[] values, int at, int count) {
    return LossTasks.sum(values, at, count, 0, 1);
  }
}
