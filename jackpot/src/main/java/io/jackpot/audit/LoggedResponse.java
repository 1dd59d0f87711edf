package io.jackpot.audit;

import io.jackpot.input.InputException;
import io.jackpot.rollout.Rollout.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * A response of a logged step, a token a line.
 *
 * @param index its place in the mini-batch
 */
record LoggedResponse(int step, int index, List<LoggedToken> tokens) {

  /**
   * The responses of a step from its lines.
   *
   * @throws InputException if lines are missing or out of order
   */
  static List<LoggedResponse> of(int step, List<LoggedToken> lines) {
    List<LoggedResponse> responses = new ArrayList<>();
    for (int at = 0; at < lines.size(); ) {
      LoggedToken first = lines.get(at);
      if (first.count("response") != responses.size()) {
        throw first.wrong("response", "" + responses.size());
      }
      int length = first.count("tokens");
      for (int position = 0; position < length; position++) {
        LoggedToken line = lines.get(Math.min(at + position, lines.size() - 1));
        if (line.count("response") != responses.size()) {
          throw line.wrong("response", "" + responses.size());
        }
        if (line.count("position") != position) {
          throw line.wrong("position", "" + position);
        }
      }
      LoggedResponse response =
          new LoggedResponse(step, responses.size(), lines.subList(at, at + length));
      int start = response.startStep();
      int expected = responses.isEmpty() ? start : responses.getFirst().startStep();
      if (start != expected || start > Math.max(step - 1, 0)) {
        throw first.wrong("startStep", "that of the rollout, before the step");
      }
      responses.add(response);
      at += length;
    }
    return responses;
  }

  LoggedToken first() {
    return tokens.getFirst();
  }

  /** The step before whose rollout the models that sampled it are kept. */
  int startStep() {
    return first().count("startStep");
  }

  Place place() {
    return new Place(first().count("rollout"), first().count("problem"), first().count("sample"));
  }

  int[] prompt(int vocabulary) {
    return first().ids("prompt", vocabulary);
  }

  /** The ids of its tokens. */
  int[] actions() {
    return tokens.stream().mapToInt(token -> token.count("action")).toArray();
  }
}
