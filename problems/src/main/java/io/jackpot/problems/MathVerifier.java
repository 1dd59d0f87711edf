package io.jackpot.problems;

import io.jackpot.answers.AnswerJudge;
import io.jackpot.answers.AnswerJudge.Judgement;

/**
 * Judges the final answer of a text as mathematics: 0.5 is 1/2 and \frac{1}{2}, but 0.333 is not
 * 1/3. The conventions are in {@code docs/verifier.md}. Any judgement takes a few milliseconds at
 * most. Instances have no state, so threads may share them.
 *
 * {@snippet :
 * Verifier verifier = new MathVerifier();
 * Verification judged = verifier.verify("\\frac{1}{2}", "So the area is \\boxed{0.5}.");
 * judged.verdict();   // CORRECT
 * judged.extracted(); // "0.5"
 * }
 */
public final class MathVerifier implements Verifier {
  private final AnswerJudge judge = new AnswerJudge();

  @Override
  public Verification verify(String gold, String response) {
    Judgement judgement = judge.judge(gold, response);
    Verdict verdict =
        switch (judgement.outcome()) {
          case CORRECT -> Verdict.CORRECT;
          case WRONG -> Verdict.WRONG;
          case UNPARSED -> Verdict.UNPARSED;
          case BAD_GOLD -> Verdict.BAD_GOLD;
        };
    return new Verification(verdict, judgement.extracted());
  }
}
