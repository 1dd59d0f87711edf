package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Statistics of a row of logits and samples from it, around the bodies of {@link HeadTasks}. A
 * chunk of logits is {@code [rows, columns]}, where column j is id {@code from + j}; the row's
 * numbers after some chunks are its state, in memory. A group of threads works on a row, in
 * segments short enough to stay in a cache.
 *
 * <p>Each kernel has its reductions written out: in a method with local memory as a parameter,
 * TornadoVM reads and writes the wrong elements of it.
 */
final class HeadStatisticsKernels {
  // Arguments: where tensors begin, then where ids do, then sizes
  static final int LOGITS = 0;
  static final int STATE = 1;
  static final int UNIFORMS = 2;
  static final int ACTIONS = 3;

  /** Numbers of a row's state. */
  static final int STRIDE = 4;

  static final int COLUMNS = 5;

  /** The id of the chunk's first column. */
  static final int FROM = 6;

  static final int K = 7;

  private static final int GROUP = HeadKernels.GROUP;

  /** Columns of a segment that a thread takes. */
  private static final int RUN = HeadKernels.RUN;

  private static final int SEGMENT = HeadKernels.SEGMENT;

  // The state of a row: HEADER numbers, then the logits of its top k, then their ids.
  static final int MAX = 0;

  private static final int ARGMAX = 1;

  /** Σ exp(logit − max). */
  static final int SUM = 2;

  /** Σ exp(logit − max)·(logit − max). */
  static final int MOMENT = 3;

  static final int ACTION_LOGIT = 4;
  static final int ACTION = 5;

  /** Σ exp(logit − max) of the ids that sampling has passed over. */
  private static final int PASSED = 6;

  /** 1 once an action is sampled. */
  private static final int SAMPLED = 7;

  static final int HEADER = 8;

  static final Kernel STATISTICS =
      Kernel.of("HeadStatisticsKernels.statistics", GROUP, HeadStatisticsKernels::statistics);
  static final Kernel SAMPLE =
      Kernel.of("HeadStatisticsKernels.sample", GROUP, HeadStatisticsKernels::sample);

  private HeadStatisticsKernels() {}

  /**
   * Adds a chunk {@code [rows, COLUMNS]} to the rows' maxima, sums, moments and top k; a group a
   * row. ACTIONS is −1 for none.
   *
   * <p>The top k of a segment are found one by one, each as the best of the group's threads, of
   * which only the one that had it looks for its next. A segment ends at the first that is no
   * better than the k known before; after a few segments, that is most often the very first.
   */
  public static void statistics(
      KernelContext context,
      float[] logits,
      float[] state,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] ranks = context.allocateFloatLocalArray(GROUP);
    float[] moments = context.allocateFloatLocalArray(GROUP);
    int[] bests = context.allocateIntLocalArray(GROUP);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int columns = args[at + COLUMNS];
    int first = args[at + FROM];
    int k = args[at + K];
    int logitsAt = args[at + LOGITS] + row * columns;
    int stateAt = args[at + STATE] + row * args[at + STRIDE];
    int topAt = stateAt + HEADER;
    float max = Float.NEGATIVE_INFINITY;
    float argmax = 0f;
    float sum = 0f;
    float moment = 0f;
    int count = Math.min(k, first);
    float worst = Float.NEGATIVE_INFINITY;
    if (first > 0) {
      max = state[stateAt + MAX];
      argmax = state[stateAt + ARGMAX];
      sum = state[stateAt + SUM];
      moment = state[stateAt + MOMENT];
      if (count > 0) {
        worst = state[topAt + count - 1];
      }
    }
    for (int segment = 0; segment < columns; segment += SEGMENT) {
      int to = Math.min(columns, segment + SEGMENT);
      int from = segment + lane;
      int mine =
          HeadTasks.bestAfter(logits, logitsAt, from, to, GROUP, Float.POSITIVE_INFINITY, -1);
      ranks[lane] = HeadTasks.rankOf(logits, logitsAt, mine);
      bests[lane] = mine;
      context.localBarrier();
      for (int half = GROUP / 2; half > 0; half >>= 1) {
        if (lane < half) {
          if (HeadTasks.precedes(ranks[lane + half], bests[lane + half], ranks[lane], bests[lane])
              > 0) {
            ranks[lane] = ranks[lane + half];
            bests[lane] = bests[lane + half];
          }
        }
        context.localBarrier();
      }
      float best = ranks[0];
      int winner = bests[0];
      float before = max;
      float rise = 0f;
      if (best > max) {
        max = best;
        argmax = first + winner;
        if (before > Float.NEGATIVE_INFINITY) {
          rise = before - best;
        }
      }
      context.localBarrier();
      float laneSum = 0f;
      float laneMoment = 0f;
      for (int j = from; j < to; j += GROUP) {
        float e = HeadTasks.weight(logits[logitsAt + j], max);
        laneSum += e;
        laneMoment += HeadTasks.divergence(e, logits[logitsAt + j], max);
      }
      ranks[lane] = laneSum;
      moments[lane] = laneMoment;
      context.localBarrier();
      for (int half = GROUP / 2; half > 0; half >>= 1) {
        if (lane < half) {
          ranks[lane] += ranks[lane + half];
          moments[lane] += moments[lane + half];
        }
        context.localBarrier();
      }
      float shrunk = FloatMath.exp(rise);
      moment = shrunk * (moment + rise * sum) + moments[0];
      sum = shrunk * sum + ranks[0];
      context.localBarrier();

      int better = k - count;
      if (best > worst) {
        better = k;
      }
      while (better > 0) {
        // Each place keeps its id, or gets the new one, or the one before it; a block of
        // places at a time from the end, so that nothing is overwritten that is still to be moved.
        int end = Math.min(count, k - 1);
        for (int block = end - (end & (GROUP - 1)); block >= 0; block -= GROUP) {
          int place = block + lane;
          float logit = best;
          float id = first + winner;
          if (place <= end) {
            if (place > 0) {
              float previous = state[topAt + place - 1];
              if (previous < best) {
                logit = previous;
                id = state[topAt + k + place - 1];
              }
            }
            if (place < count) {
              float here = state[topAt + place];
              if (here >= best) {
                logit = here;
                id = state[topAt + k + place];
              }
            }
          }
          context.globalBarrier();
          if (place <= end) {
            state[topAt + place] = logit;
            state[topAt + k + place] = id;
          }
          context.globalBarrier();
        }
        count = Math.min(k, count + 1);
        worst = state[topAt + count - 1];
        if (mine == winner) {
          mine = HeadTasks.bestAfter(logits, logitsAt, from, to, GROUP, best, winner);
        }
        ranks[lane] = HeadTasks.rankOf(logits, logitsAt, mine);
        bests[lane] = mine;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half >>= 1) {
          if (lane < half) {
            if (HeadTasks.precedes(ranks[lane + half], bests[lane + half], ranks[lane], bests[lane])
                > 0) {
              ranks[lane] = ranks[lane + half];
              bests[lane] = bests[lane + half];
            }
          }
          context.localBarrier();
        }
        best = ranks[0];
        winner = bests[0];
        context.localBarrier();
        better = k - count;
        if (best > worst) {
          better = k;
        }
        if (winner >= columns) {
          better = 0;
        }
      }
    }
    // All have read the state before it changes.
    context.globalBarrier();
    if (lane < 1) {
      state[stateAt + MAX] = max;
      state[stateAt + ARGMAX] = argmax;
      state[stateAt + SUM] = sum;
      state[stateAt + MOMENT] = moment;
      if (args[at + ACTIONS] >= 0) {
        int action = ids[args[at + ACTIONS] + row] - first;
        if (action >= 0) {
          if (action < columns) {
            state[stateAt + ACTION_LOGIT] = logits[logitsAt + action];
          }
        }
      }
    }
  }

  /**
   * Inverse transform after {@link #statistics} of all chunks: a second pass over the chunks {@code
   * [rows, COLUMNS]} writes the first id at which the cumulated probability exceeds the row's
   * uniform, or the last of positive probability; of a negative uniform, the most probable one. A
   * group a row.
   */
  public static void sample(
      KernelContext context,
      float[] logits,
      float[] uniforms,
      float[] state,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(GROUP);
    int[] lasts = context.allocateIntLocalArray(GROUP);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int columns = args[at + COLUMNS];
    int first = args[at + FROM];
    int logitsAt = args[at + LOGITS] + row * columns;
    float uniform = uniforms[args[at + UNIFORMS] + row];
    int stateAt = args[at + STATE] + row * args[at + STRIDE];
    float max = state[stateAt + MAX];
    float threshold = uniform * state[stateAt + SUM];
    float passed = 0f;
    float sampled = 0f;
    if (first > 0) {
      passed = state[stateAt + PASSED];
      sampled = state[stateAt + SAMPLED];
    } else {
      if (uniform < 0f) {
        sampled = 1f;
      }
    }
    int end = columns;
    if (sampled > 0f) {
      end = 0;
    }
    int last = -1;
    int crossing = 0;
    int crossingEnd = 0;
    for (int segment = 0; segment < end; segment += SEGMENT) {
      int to = Math.min(columns, segment + SEGMENT);
      float laneSum = 0f;
      for (int j = segment + lane; j < to; j += GROUP) {
        float e = HeadTasks.weight(logits[logitsAt + j], max);
        laneSum += e;
        if (e > 0f) {
          last = j;
        }
      }
      sums[lane] = laneSum;
      context.localBarrier();
      for (int half = GROUP / 2; half > 0; half >>= 1) {
        if (lane < half) {
          sums[lane] += sums[lane + half];
        }
        context.localBarrier();
      }
      float sum = passed + sums[0];
      context.localBarrier();
      if (sum > threshold) {
        crossing = segment;
        crossingEnd = to;
        end = 0;
      } else {
        passed = sum;
      }
    }
    // Now in the order of the ids: each thread sums a run of them, of which one holds the crossing.
    int run = crossing + lane * RUN;
    sums[lane] = HeadTasks.sum(logits, logitsAt, run, Math.min(crossingEnd, run + RUN), 1, max);
    lasts[lane] = last;
    context.localBarrier();
    // All have read the state before it changes.
    context.globalBarrier();
    if (lane < 1) {
      int action = -1;
      int latest = -1;
      int found = -1;
      float before = passed;
      float beforeFound = passed;
      for (int other = 0; other < GROUP; other++) {
        latest = Math.max(latest, lasts[other]);
        if (before <= threshold) {
          if (sums[other] > 0f) {
            found = other;
            beforeFound = before;
          }
        }
        before += sums[other];
      }
      if (crossingEnd > 0) {
        int runAt = crossing + found * RUN;
        action =
            HeadTasks.crossing(
                logits,
                logitsAt,
                runAt,
                Math.min(crossingEnd, runAt + RUN),
                max,
                beforeFound,
                threshold);
        sampled = 1f;
      } else {
        if (sampled < 1f) {
          action = latest;
        }
      }
      if (first < 1) {
        state[stateAt + ACTION_LOGIT] = logits[logitsAt];
        state[stateAt + ACTION] = 0f;
        if (uniform < 0f) {
          state[stateAt + ACTION_LOGIT] = max;
          state[stateAt + ACTION] = state[stateAt + ARGMAX];
        }
      }
      if (action >= 0) {
        state[stateAt + ACTION_LOGIT] = logits[logitsAt + action];
        state[stateAt + ACTION] = first + action;
      }
      state[stateAt + PASSED] = passed;
      state[stateAt + SAMPLED] = sampled;
    }
  }
}
