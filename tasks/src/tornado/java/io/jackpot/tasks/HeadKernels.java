package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Kernels around the bodies of {@link HeadTasks}. A chunk of logits is {@code [rows, columns]},
 * where column j is id {@code from + j}; what is known of a row after some chunks is its state, in
 * memory. A group of threads works on a row, in segments short enough to stay in a cache.
 *
 * <p>Each kernel has its reductions written out: in a method that is handed local memory, TornadoVM
 * reads and writes the wrong elements of it.
 */
final class HeadKernels {
  static final int GROUP = 128;

  /** Columns of a segment that a thread takes. */
  private static final int RUN = 32;

  private static final int SEGMENT = GROUP * RUN;

  /** Threads that share a product of {@link #GATHER}. */
  private static final int SHARE = 16;

  /** Products of one group of {@link #GATHER}. */
  static final int PRODUCTS = GROUP / SHARE;

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
      Kernel.of(
              "HeadKernels.statistics",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id, HeadKernels::statistics, CONTEXT, a[0], a[1], in.ids(), in.args(), task))
          .withIds();
  static final Kernel SAMPLE =
      Kernel.of(
          "HeadKernels.sample",
          GROUP,
          (graph, id, a, in, task, c) ->
              graph.task(id, HeadKernels::sample, CONTEXT, a[0], a[1], a[2], in.args(), task));
  static final Kernel GATHER =
      Kernel.of(
              "HeadKernels.gather",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      HeadKernels::gather,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      a[3],
                      in.ids(),
                      in.args(),
                      in.scalars(),
                      task))
          .withScalars()
          .withIds();
  static final Kernel COMPARE =
      Kernel.of(
              "HeadKernels.compare",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      HeadKernels::compare,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      a[3],
                      in.args(),
                      in.scalars(),
                      task))
          .withScalars();
  static final Kernel GRADIENT =
      Kernel.of(
              "HeadKernels.gradient",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      HeadKernels::gradient,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      in.ids(),
                      in.args(),
                      in.scalars(),
                      task))
          .withScalars()
          .withIds();

  private HeadKernels() {}

  /**
   * Takes a chunk into the rows' maxima, sums, moments and top k. args: logitsAt, stateAt, stride
   * of the states, columns, from, k, actionsAt (−1 for no actions); x: rows.
   *
   * <p>The top k of a segment are found one by one, each as the best of the group's threads, of
   * which only the one that had it looks for its next. It is done with at the first that is no
   * better than the k known before; after a few segments, that is most often the very first.
   */
  public static void statistics(
      KernelContext context, float[] logits, float[] state, int[] ids, int[] args, int task) {
    float[] ranks = context.allocateFloatLocalArray(GROUP);
    float[] moments = context.allocateFloatLocalArray(GROUP);
    int[] bests = context.allocateIntLocalArray(GROUP);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int columns = args[at + 3];
    int first = args[at + 4];
    int k = args[at + 5];
    int logitsAt = args[at] + row * columns;
    int stateAt = args[at + 1] + row * args[at + 2];
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
        // Each place keeps what it has, or gets the new one, or what stood before it; a block of
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
      if (args[at + 6] >= 0) {
        int action = ids[args[at + 6] + row] - first;
        if (action >= 0) {
          if (action < columns) {
            state[stateAt + ACTION_LOGIT] = logits[logitsAt + action];
          }
        }
      }
    }
  }

  /**
   * Inverse transform after {@link #statistics} of all chunks: goes over the chunks once more, and
   * writes the first id at which the cumulated probability exceeds the row's uniform, or the last
   * of positive probability; of a negative uniform, the most probable one. args: logitsAt,
   * uniformsAt, stateAt, stride of the states, columns, from; x: rows.
   */
  public static void sample(
      KernelContext context,
      float[] logits,
      float[] uniforms,
      float[] state,
      int[] args,
      int task) {
    float[] sums = context.allocateFloatLocalArray(GROUP);
    int[] lasts = context.allocateIntLocalArray(GROUP);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int columns = args[at + 4];
    int first = args[at + 5];
    int logitsAt = args[at] + row * columns;
    float uniform = uniforms[args[at + 1] + row];
    int stateAt = args[at + 2] + row * args[at + 3];
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

  /**
   * Log-probs of chosen ids, 16 threads each; of a negative id, any number. args: hiddenAt,
   * weightAt, logSumExpAt, outAt, idsAt, n (ids a row), skip (where in its row the first is), dim,
   * count; scalars: 1 / temperature; x: ids.
   */
  public static void gather(
      KernelContext context,
      float[] hidden,
      float[] weight,
      float[] logSumExp,
      float[] out,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(GROUP);
    int at = args[task];
    int thread = context.localIdx;
    int lane = thread & (SHARE - 1);
    int i = context.groupIdx * PRODUCTS + thread / SHARE;
    int dim = args[at + 7];
    int row = 0;
    float sum = 0f;
    if (i < args[at + 8]) {
      row = (args[at + 6] + i) / args[at + 5];
      int id = Math.max(0, ids[args[at + 4] + i]);
      sum =
          RowTasks.dot(
              hidden, args[at] + row * dim, weight, args[at + 1] + id * dim, dim, lane, SHARE);
    }
    sums[thread] = sum;
    context.localBarrier();
    for (int half = SHARE / 2; half > 0; half >>= 1) {
      if (lane < half) {
        sums[thread] += sums[thread + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      if (i < args[at + 8]) {
        out[args[at + 3] + i] = sums[thread] * scalars[at] - logSumExp[args[at + 2] + row];
      }
    }
  }

  /**
   * Adds a chunk of two heads to {@code state [rows, 3]}: KL(p ‖ q), KL(q ‖ p), Σ min(q, p/λ).
   * args: pAt, qAt, pLogSumExpAt, qLogSumExpAt, stateAt, columns, from; scalars: λ; x: rows.
   */
  public static void compare(
      KernelContext context,
      float[] pLogits,
      float[] qLogits,
      float[] logSumExp,
      float[] state,
      int[] args,
      float[] scalars,
      int task) {
    float[] forward = context.allocateFloatLocalArray(GROUP);
    float[] backward = context.allocateFloatLocalArray(GROUP);
    float[] minima = context.allocateFloatLocalArray(GROUP);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int columns = args[at + 5];
    int pAt = args[at] + row * columns;
    int qAt = args[at + 1] + row * columns;
    float pLogSumExp = logSumExp[args[at + 2] + row];
    float qLogSumExp = logSumExp[args[at + 3] + row];
    float lambda = scalars[at];
    float klPQ = 0f;
    float klQP = 0f;
    float overlap = 0f;
    for (int segment = lane; segment < columns; segment += SEGMENT) {
      int to = Math.min(columns, segment + SEGMENT);
      float segmentPQ = 0f;
      float segmentQP = 0f;
      float segmentOverlap = 0f;
      for (int j = segment; j < to; j += GROUP) {
        float logP = pLogits[pAt + j] - pLogSumExp;
        float logQ = qLogits[qAt + j] - qLogSumExp;
        float p = FloatMath.exp(logP);
        float q = FloatMath.exp(logQ);
        segmentPQ += HeadTasks.divergence(p, logP, logQ);
        segmentQP += HeadTasks.divergence(q, logQ, logP);
        segmentOverlap += HeadTasks.overlap(p, q, lambda);
      }
      klPQ += segmentPQ;
      klQP += segmentQP;
      overlap += segmentOverlap;
    }
    forward[lane] = klPQ;
    backward[lane] = klQP;
    minima[lane] = overlap;
    context.localBarrier();
    for (int half = GROUP / 2; half > 0; half >>= 1) {
      if (lane < half) {
        forward[lane] += forward[lane + half];
        backward[lane] += backward[lane + half];
        minima[lane] += minima[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      int stateAt = args[at + 4] + row * 3;
      klPQ = forward[0];
      klQP = backward[0];
      overlap = minima[0];
      if (args[at + 6] > 0) {
        klPQ += state[stateAt];
        klQP += state[stateAt + 1];
        overlap += state[stateAt + 2];
      }
      state[stateAt] = klPQ;
      state[stateAt + 1] = klQP;
      state[stateAt + 2] = overlap;
    }
  }

  /**
   * Turns a chunk of logits into the gradient with respect to them, in place. args: logitsAt,
   * teacherAt, rows' numbers at (log-sum-exp, coefficient and, of a distillation, the teacher's
   * log-sum-exp, weight and divergence, {@code rows} of each), rows, columns, from, actionsAt,
   * direction (see {@link HeadTasks#gradient}); scalars: 1 / temperature; x: columns, y: rows.
   */
  public static void gradient(
      KernelContext context,
      float[] teacher,
      float[] inputs,
      float[] logits,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int row = context.globalIdy;
    int rows = args[at + 3];
    int columns = args[at + 4];
    int rowAt = args[at + 2] + row;
    int direction = args[at + 7];
    int action = ids[args[at + 6] + row] - args[at + 5];
    float logSumExp = inputs[rowAt];
    float coefficient = inputs[rowAt + rows];
    float teacherLogSumExp = 0f;
    float weight = 0f;
    float divergence = 0f;
    if (direction > 0) {
      teacherLogSumExp = inputs[rowAt + 2 * rows];
      weight = inputs[rowAt + 3 * rows];
      divergence = inputs[rowAt + 4 * rows];
    }
    float scale = scalars[at];
    int logitsAt = args[at] + row * columns;
    int teacherAt = args[at + 1] + row * columns;
    for (int j = context.globalIdx; j < columns; j += context.globalGroupSizeX) {
      int chosen = 0;
      if (j == action) {
        chosen = 1;
      }
      float logTeacher = 0f;
      if (direction > 0) {
        logTeacher = teacher[teacherAt + j] - teacherLogSumExp;
      }
      logits[logitsAt + j] =
          scale
              * HeadTasks.gradient(
                  logits[logitsAt + j] - logSumExp,
                  chosen,
                  coefficient,
                  direction,
                  logTeacher,
                  weight,
                  divergence);
    }
  }
}
