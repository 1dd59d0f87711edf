package io.jackpot.train;

import io.jackpot.input.InputException;
import io.jackpot.objective.LambdaSolver;
import io.jackpot.objective.ObrsTasks;
import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Buffer;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.weights.Safetensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The distributions of a rollout's response tokens before its first update: p_ref and p_inf. */
interface BeforeUpdate {

  /**
   * A model's distributions over some response tokens: {@code logSumExp, logProbs [tokens]}. Of the
   * paper's distributions several may be the same object: p_ref is p_new where a rollout has one
   * mini-batch, and p_inf is p_new where the policy samples for itself.
   *
   * @param logProbs of the response tokens
   */
  record Distribution(Head head, float[] logSumExp, float[] logProbs) {}

  /** A rollout of one mini-batch: nothing was updated yet. */
  BeforeUpdate NOW =
      new BeforeUpdate() {
        @Override
        public Distribution policy(Distribution now, int from) {
          return now;
        }

        @Override
        public Distribution sampler(Distribution now, int from) {
          return now;
        }
      };

  /**
   * p_ref of the tokens of {@code now}; valid until the next call.
   *
   * @param now the policy's distributions now
   * @param from the place of its first token in the rollout
   */
  Distribution policy(Distribution now, int from);

  /** p_inf, of the model that sampled; see {@link #policy}. */
  Distribution sampler(Distribution now, int from);

  /** Keeps both for a rollout of several mini-batches, or one for which λ is solved. */
  record Kept(Snapshot ofPolicy, Snapshot ofSampler) implements BeforeUpdate {
    private static final String POLICY = "policy.";
    private static final String SAMPLER = "sampler.";

    /**
     * The λ at which the rollout's tokens have this mean acceptance (Theorem 3.4).
     *
     * @throws InputException if there is none
     * @throws NonFiniteException if a ratio is NaN
     */
    double lambda(List<Rollout> rollouts, double acceptance) {
      float[] logRef = ofPolicy.statistics.logProb();
      double[] ratio = new double[logRef.length];
      int t = 0;
      for (Rollout rollout : rollouts) {
        for (float logInf : rollout.logProbs()) {
          ratio[t] = ObrsTasks.ratio(logRef[t], logInf);
          if (Double.isNaN(ratio[t])) {
            throw new NonFiniteException("a token's p_ref/p_inf");
          }
          t++;
        }
      }
      return LambdaSolver.solveRatios(ratio, acceptance);
    }

    /** Puts what is needed of the tokens from {@code from} on into the arrays of a checkpoint. */
    void put(Map<String, Tensor> arrays, int from) {
      ofPolicy.put(arrays, POLICY, from);
      if (ofSampler != ofPolicy) {
        ofSampler.put(arrays, SAMPLER, from);
      }
    }

    /**
     * Reads what {@link #put} put.
     *
     * @throws InputException if an array is missing
     */
    static Kept of(Safetensors arrays, Ops ops, float temperature) {
      Snapshot policy = new Snapshot(ops, arrays, POLICY, temperature);
      return new Kept(
          policy,
          arrays.names().contains(SAMPLER + Snapshot.HIDDEN)
              ? new Snapshot(ops, arrays, SAMPLER, temperature)
              : policy);
    }

    @Override
    public Distribution policy(Distribution now, int from) {
      return ofPolicy.slice(from, now.logProbs().length);
    }

    @Override
    public Distribution sampler(Distribution now, int from) {
      return ofSampler.slice(from, now.logProbs().length);
    }
  }

  /**
   * One model's distributions: the final hidden states and a copy of the LM head, from which any
   * probability can still be had when the weights have moved.
   */
  final class Snapshot {
    private static final String HIDDEN = "hidden";
    private static final String WEIGHT = "headWeight";
    private static final String LOG_SUM_EXP = "logSumExp";
    private static final String LOG_PROB = "logProb";

    private final Ops ops;
    private final Tensor hidden;
    private final Tensor weight;
    private final HeadStatistics statistics;
    private final float temperature;
    private final Buffer rows = new Buffer();

    /**
     * @param batches the rollout's sequences, in the order of their response tokens
     */
    Snapshot(Ops ops, Learner learner, List<PackedResponses> batches, float temperature) {
      int tokens = batches.stream().mapToInt(PackedResponses::responses).sum();
      int dim = learner.model().config().hiddenSize();
      int[] actions = new int[tokens];
      this.ops = ops;
      this.hidden = Tensor.zeros(tokens, dim);
      this.temperature = temperature;
      int at = 0;
      for (PackedResponses batch : batches) {
        Tensor states = learner.forward(batch);
        ops.copyRows(states, 0, hidden, at, states.rows());
        System.arraycopy(batch.actions(), 0, actions, at, batch.responses());
        at += batch.responses();
      }
      Head now = learner.model().head(hidden, temperature);
      this.weight = Tensor.zeros(now.vocabulary(), dim);
      ops.copyRows(now.weight(), 0, weight, 0, now.vocabulary());
      this.statistics = HeadStatistics.allocate(tokens, 0);
      ops.headForward(now, actions, statistics);
    }

    /** Reads the arrays that {@link #put} put. */
    private Snapshot(Ops ops, Safetensors arrays, String prefix, float temperature) {
      this.ops = ops;
      this.temperature = temperature;
      this.hidden = arrays.read(prefix + HIDDEN);
      this.weight = arrays.read(prefix + WEIGHT);
      int tokens = hidden.rows();
      this.statistics = HeadStatistics.allocate(tokens, 0);
      float[] logSumExp = arrays.read(prefix + LOG_SUM_EXP).data();
      float[] logProb = arrays.read(prefix + LOG_PROB).data();
      System.arraycopy(logSumExp, 0, statistics.logSumExp(), 0, tokens);
      System.arraycopy(logProb, 0, statistics.logProb(), 0, tokens);
    }

    private void put(Map<String, Tensor> arrays, String prefix, int from) {
      int count = hidden.rows() - from;
      Tensor part = Tensor.zeros(count, hidden.cols());
      ops.copyRows(hidden, from, part, 0, count);
      Distribution rest = slice(from, count);
      arrays.put(prefix + HIDDEN, part);
      arrays.put(prefix + WEIGHT, weight);
      arrays.put(prefix + LOG_SUM_EXP, Tensor.of(rest.logSumExp, count));
      arrays.put(prefix + LOG_PROB, Tensor.of(rest.logProbs, count));
    }

    private Distribution slice(int from, int count) {
      Tensor part = rows.of(count, hidden.cols());
      ops.copyRows(hidden, from, part, 0, count);
      return new Distribution(
          new Head(part, weight, temperature),
          Arrays.copyOfRange(statistics.logSumExp(), from, from + count),
          Arrays.copyOfRange(statistics.logProb(), from, from + count));
    }
  }
}
