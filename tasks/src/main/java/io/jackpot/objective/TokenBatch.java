package io.jackpot.objective;

import java.util.Arrays;

/**
 * The response tokens of a mini-batch, the rejected ones included; all arrays {@code [tokens]},
 * log-probs in nats and of the sampled token a.
 *
 * @param logInf log p_inf(a), as the actor sampled it
 * @param logRef log p_ref(a), the policy before this batch's updates
 * @param logNew log p_new(a), the policy now
 * @param actorLogRef log p_ω,ref(a), the actor before this batch's updates
 * @param actorLogNew log p_ω(a), the actor now
 * @param advantage A
 * @param uniforms u
 * @param zTopK the top-k sum, before κ
 * @param zExact Z over the whole vocabulary; read only by {@link ObjectiveOptions.Normalizer#EXACT}
 * @param divergence the distillation divergence
 * @param sequence which sequence the token belongs to, numbered from 0
 * @param beside what only {@link Extensions} read
 */
public record TokenBatch(
    double[] logInf,
    double[] logRef,
    double[] logNew,
    double[] actorLogRef,
    double[] actorLogNew,
    double[] advantage,
    Uniforms uniforms,
    double[] zTopK,
    double[] zExact,
    double[] divergence,
    int[] sequence,
    Beside beside) {

  /**
   * Inputs of {@link Extensions}; arrays {@code [tokens]}.
   *
   * @param lossMask 1 where the token carries a loss, 0 where it does not; the same for all tokens
   *     of a sequence
   * @param entropy of p_new
   * @param logReference log p_reference(a)
   * @param referenceKl the exact divergence from the reference
   */
  public record Beside(
      int[] lossMask, double[] entropy, double[] logReference, double[] referenceKl) {

    /** Every token carries a loss; there is no reference. */
    public static Beside none(int tokens) {
      int[] all = new int[tokens];
      Arrays.fill(all, 1);
      return new Beside(all, new double[tokens], new double[tokens], new double[tokens]);
    }
  }

  /** A batch for the paper's objective. */
  public TokenBatch(
      double[] logInf,
      double[] logRef,
      double[] logNew,
      double[] actorLogRef,
      double[] actorLogNew,
      double[] advantage,
      Uniforms uniforms,
      double[] zTopK,
      double[] zExact,
      double[] divergence,
      int[] sequence) {
    this(
        logInf,
        logRef,
        logNew,
        actorLogRef,
        actorLogNew,
        advantage,
        uniforms,
        zTopK,
        zExact,
        divergence,
        sequence,
        Beside.none(logInf.length));
  }

  public TokenBatch {
    int tokens = logInf.length;
    if (tokens == 0) {
      throw new IllegalArgumentException("a batch of 0 tokens, expected at least one");
    }
    check("logRef", logRef.length, tokens);
    check("logNew", logNew.length, tokens);
    check("actorLogRef", actorLogRef.length, tokens);
    check("actorLogNew", actorLogNew.length, tokens);
    check("advantage", advantage.length, tokens);
    check("uniforms", uniforms.tokens(), tokens);
    check("zTopK", zTopK.length, tokens);
    check("zExact", zExact.length, tokens);
    check("divergence", divergence.length, tokens);
    check("sequence", sequence.length, tokens);
    check("lossMask", beside.lossMask.length, tokens);
    check("entropy", beside.entropy.length, tokens);
    check("logReference", beside.logReference.length, tokens);
    check("referenceKl", beside.referenceKl.length, tokens);
  }

  public int tokens() {
    return logInf.length;
  }

  /** log p_ref(a) or log p_new(a). */
  double[] logProbs(ObjectiveOptions.Target target) {
    return switch (target) {
      case REF -> logRef;
      case NEW -> logNew;
    };
  }

  private static void check(String name, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          name + ": " + found + " tokens, expected " + expected + " (as in logInf)");
    }
  }
}
