package io.jackpot.objective;

import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.tasks.IdLists;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The objective from the bodies of its kernels, token after token. */
final class HostObjective implements ObjectiveEvaluator {
  private static final int LANES = 3;

  @Override
  public ObjectiveResult evaluate(ObjectiveOptions options, TokenBatch batch) {
    int n = batch.tokens();
    IdLists sequences = IdLists.of(batch.sequence(), n, Integer.MAX_VALUE);
    int[] length = new int[n];
    for (int s = 0; s < sequences.count(); s++) {
      for (int i = sequences.starts()[s]; i < sequences.starts()[s + 1]; i++) {
        length[sequences.order()[i]] = sequences.starts()[s + 1] - sequences.starts()[s];
      }
    }
    double[] numbers = new double[ObjectiveInputs.NUMBERS];
    int[] choices = new int[ObjectiveInputs.CHOICES];
    ObjectiveInputs.write(options, n, sequences.count(), numbers, choices);
    double lambda = numbers[ObjectiveInputs.LAMBDA];
    double[] logTarget = logProbs(options.target(), batch);

    double[] r = each(n, t -> ObrsTasks.ratio(logTarget[t], batch.logInf()[t]));
    double[] alpha = each(n, t -> ObrsTasks.acceptProbability(r[t], lambda));
    double[] accepted =
        each(
            n,
            t ->
                ObrsTasks.accepted(
                    batch.uniform()[t], alpha[t], choices[ObjectiveInputs.EXPECTED]));
    double acceptedShare = sum(accepted) / n;
    double kappa = NormalizerTasks.kappa(acceptedShare, sum(batch.zTopK()) / n);
    double[] z =
        each(
            n,
            t ->
                NormalizerTasks.z(
                    choices[ObjectiveInputs.NORMALIZER],
                    kappa,
                    batch.zTopK()[t],
                    batch.zExact()[t],
                    acceptedShare));
    double[] w = each(n, t -> ObrsTasks.weight(z[t], r[t], lambda));
    Target correctedTo =
        options.policyWeighting() instanceof PolicyWeighting.Corrected corrected
            ? corrected.target()
            : options.target();
    double[] corrected =
        corrected(
            logProbs(correctedTo, batch),
            batch,
            sequences,
            numbers,
            choices,
            ObjectiveInputs.POLICY);
    double[] actorWeight =
        corrected(batch.actorLogRef(), batch, sequences, numbers, choices, ObjectiveInputs.ACTOR);
    int weighting = choices[ObjectiveInputs.WEIGHTING];
    double[] mask = weighting == LossTasks.OBRS ? accepted : each(n, t -> 1);
    double[] rho =
        each(
            n,
            t ->
                LossTasks.policyWeight(
                    weighting,
                    w[t],
                    z[t] * r[t],
                    corrected[t],
                    ObrsTasks.ratio(batch.logRef()[t], logTarget[t]),
                    numbers[ObjectiveInputs.C1],
                    numbers[ObjectiveInputs.C2],
                    numbers[ObjectiveInputs.TIS_CAP]));

    Ppo policy = Ppo.of(batch.logNew(), batch.logRef(), batch.advantage(), numbers);
    Ppo actor = Ppo.of(batch.actorLogNew(), batch.actorLogRef(), batch.advantage(), numbers);
    double[] share =
        each(
            n,
            t ->
                LossTasks.share(
                    choices[ObjectiveInputs.BY_SEQUENCE], n, sequences.count(), length[t]));
    double[] weight = each(n, t -> mask[t] * rho[t]);
    double weightMax = LossTasks.largest(weight, n, 0, 1);
    double policyLoss = 0 - sum(each(n, t -> share[t] * weight[t] * policy.term[t]));
    double actorLoss = 0 - sum(each(n, t -> share[t] * actorWeight[t] * actor.term[t]));
    double distillLoss = sum(each(n, t -> share[t] * batch.divergence()[t]));
    double scaled = sum(each(n, t -> weight[t] / weightMax));
    double squares = sum(each(n, t -> weight[t] / weightMax * (weight[t] / weightMax)));
    double distill = numbers[ObjectiveInputs.DISTILL];
    return new ObjectiveResult(
        alpha,
        mask,
        z,
        w,
        rho,
        policy.ratio,
        policy.term,
        actorWeight,
        actor.term,
        each(n, t -> LossTasks.coefficient(share[t], weight[t], policy.derivative[t])),
        each(n, t -> LossTasks.coefficient(share[t], actorWeight[t], actor.derivative[t])),
        each(n, t -> share[t] * distill),
        sum(mask) / n,
        kappa,
        policyLoss,
        actorLoss,
        distillLoss,
        policyLoss + actorLoss + distill * distillLoss,
        weightMax == 0,
        new ObjectiveResult.Metrics(
            sum(z) / n,
            sum(weight) / n,
            weightMax,
            weightMax == 0 ? 0 : scaled * scaled / (n * squares),
            sum(each(n, t -> policy.clipped[t] < 0 ? 1 : 0)) / n,
            sum(each(n, t -> policy.clipped[t] > 0 ? 1 : 0)) / n,
            sum(each(n, t -> actor.clipped[t] == 0 ? 0 : 1)) / n,
            sum(each(n, t -> NormalizerTasks.aboveBound(z[t], lambda))) / n));
  }

  private static double[] logProbs(Target target, TokenBatch batch) {
    return target == Target.REF ? batch.logRef() : batch.logNew();
  }

  private static double[] corrected(
      double[] logProb,
      TokenBatch batch,
      IdLists sequences,
      double[] numbers,
      int[] choices,
      int whose) {
    int n = batch.tokens();
    int f = ObjectiveInputs.CORRECTION + 2 * whose;
    int bounds = ObjectiveInputs.BOUNDS + 2 * whose;
    double[] logRatio = each(n, t -> logProb[t] - batch.logInf()[t]);
    if (choices[f + 1] > 0) {
      for (int s = 0; s < sequences.count(); s++) {
        int from = sequences.starts()[s];
        int to = sequences.starts()[s + 1];
        double sum = 0;
        for (int lane = 0; lane < LANES; lane++) {
          sum +=
              LossTasks.sequenceLogRatio(
                  logProb, batch.logInf(), sequences.order(), from, to, lane, LANES);
        }
        for (int i = from; i < to; i++) {
          logRatio[sequences.order()[i]] = sum;
        }
      }
    }
    return each(
        n,
        t ->
            LossTasks.correction(
                choices[f], ObrsTasks.ratio(logRatio[t], 0), numbers[bounds], numbers[bounds + 1]));
  }

  private record Ppo(double[] ratio, double[] term, double[] derivative, int[] clipped) {
    static Ppo of(double[] logNew, double[] logRef, double[] a, double[] numbers) {
      int n = a.length;
      double low = numbers[ObjectiveInputs.CLIP_LOW];
      double high = numbers[ObjectiveInputs.CLIP_HIGH];
      double[] ratio = each(n, t -> ObrsTasks.ratio(logNew[t], logRef[t]));
      int[] clipped =
          IntStream.range(0, n).map(t -> LossTasks.clipped(ratio[t], a[t], low, high)).toArray();
      return new Ppo(
          ratio,
          each(n, t -> LossTasks.ppo(clipped[t], ratio[t], a[t], low, high)),
          each(n, t -> LossTasks.ppoDerivative(clipped[t], ratio[t], a[t])),
          clipped);
    }
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
      sum += LossTasks.sum(values, 0, values.length, lane, LANES);
    }
    return sum;
  }

  private static double[] each(int n, IntToDoubleFunction value) {
    return IntStream.range(0, n).mapToDouble(value).toArray();
  }
}
