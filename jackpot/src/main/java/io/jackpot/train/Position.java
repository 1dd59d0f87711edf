package io.jackpot.train;

import io.jackpot.input.InputException;

/**
 * How far a run is in its problems, counted over all epochs: a run that goes on takes the next
 * rollout and the next problem, whatever has become of the settings that both were counted with.
 *
 * @param rollouts rollouts made
 * @param problems problems that they took
 * @param fingerprint of the problems; 0 before the first rollout, and for generated ones
 */
record Position(int rollouts, long problems, long fingerprint) {
  static final Position START = new Position(0, 0, 0);

  /** After one more rollout. */
  Position after(int prompts, Curriculum curriculum) {
    return new Position(rollouts + 1, problems + prompts, curriculum.fingerprint());
  }

  /**
   * @throws InputException if the problems are others than those that were counted
   */
  void require(Curriculum curriculum) {
    if (rollouts > 0 && fingerprint != curriculum.fingerprint()) {
      throw new InputException(
          "problems: not those that the run began with, so its place among them means nothing; expected the same files, or a new run");
    }
  }
}
