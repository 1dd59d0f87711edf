package io.jackpot.problems;

import io.jackpot.answers.AnswerJudge;
import io.jackpot.answers.AnswerJudge.Judgement;

/**
 * Judges the answer that a text ends in as mathematics: 0.5 is 1/2 and \frac{1}{2}, and 0.333 is
 * not 1/3. {@code docs/verifier.md} has the conventions. A judgement costs milliseconds at most,
 * whatever it is given.
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
