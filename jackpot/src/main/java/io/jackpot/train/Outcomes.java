package io.jackpot.train;

import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.rollout.Rollout;
import java.util.List;

/**
 * The outcomes of responses; each counts once.
 *
 * @param right judged correct
 * @param cutOff not right, and ended by the limit of tokens
 * @param unparsed ended by the model, without an answer that can be read
 * @param wrong ended by the model, with another answer
 */
record Outcomes(int right, int cutOff, int unparsed, int wrong) {

  static Outcomes of(List<Rollout> responses) {
    int right = 0;
    int cutOff = 0;
    int unparsed = 0;
    for (Rollout response : responses) {
      if (response.verdict() == Verdict.CORRECT) {
        right++;
      } else if (!response.finished()) {
        cutOff++;
      } else if (response.verdict() == Verdict.UNPARSED) {
        unparsed++;
      }
    }
    return new Outcomes(right, cutOff, unparsed, responses.size() - right - cutOff - unparsed);
  }

  /** Why none of the responses has an advantage. */
  String withoutAdvantage() {
    int all = right + cutOff + unparsed + wrong;
    int notRight = all - right;
    if (right == all) {
      return "all %d responses are right".formatted(all);
    }
    if (right > 0) {
      return "the responses to each problem are all right or all wrong: %d right, %d wrong%s"
          .formatted(right, notRight, ofWhich());
    }
    if (cutOff == all) {
      return "all %d responses are cut off".formatted(all);
    }
    if (unparsed == all) {
      return "none of %d responses has an answer that can be read".formatted(all);
    }
    return "all %d responses are wrong%s".formatted(all, ofWhich());
  }

  private String ofWhich() {
    String parts =
        (cutOff > 0 ? ", %d cut off".formatted(cutOff) : "")
            + (unparsed > 0 ? ", %d without a readable answer".formatted(unparsed) : "");
    return parts.isEmpty() ? "" : " (" + parts.substring(2) + ")";
  }
}
