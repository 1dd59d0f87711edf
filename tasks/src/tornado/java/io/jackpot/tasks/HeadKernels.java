package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Kernels of the fused LM head over one chunk of logits {@code [rows, cols]}; a group of threads for
 * each row. See {@link HeadTasks} for what is kept of a row.
 */
final class HeadKernels {
  /** Threads of a row's group. */
  static final int LANES = 128;

  /** Threads of a dot product. */
  static final int DOT_LANES = 32;

  private static final int GROUP = 256;

  static final Kernel STATISTICS =
      Kernel.of(
              "HeadKernels.statistics",
              LANES,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      HeadKernels::statistics,
                      CONTEXT,
                      a[0],
                      a[1],
                      in.ids(),
                      in.args(),
                      task))
          .withIds();
  static final Kernel TOP_K =
      Kernel.of(
          "HeadKernels.topK",
          LANES,
          (graph, id, a, in, task, c) ->
              graph.task(id, HeadKernels::topK, CONTEXT, a[0], a[1], in.args(), task));
  static final Kernel SAMPLE =
      Kernel.of(
          "HeadKernels.sample",
          LANES,
          (graph, id, a, in, task, c) ->
              graph.task(id, HeadKernels::sample, CONTEXT, a[0], a[1], a[2], in.args(), task));
  static final Kernel GATHER =
      Kernel.of(
              "HeadKernels.gather",
              DOT_LANES,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      HeadKernels::gather,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      in.ids(),
                      in.args(),
                      in.scalars(),
                      task))
          .withIds()
          .withScalars();
  static final Kernel COMPARE =
      Kernel.of(
              "HeadKernels.compare",
              LANES,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      HeadKernels::compare,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
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
                      in.ids(),
                      in.args(),
                      in.scalars(),
                      task))
          .withIds()
          .withScalars();
  static final Kernel DISTILLED_GRADIENT =
      Kernel.of(
              "HeadKernels.distilledGradient",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      HeadKernels::distilledGradient,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      in.ids(),
                      in.args(),
                      in.scalars(),
                      task,
                      c[0]))
          .withIds()
          .withScalars();

  private HeadKernels() {}

  /**
   * Maximum with its id, sums and the action's logit. args: logitsAt, stateAt, cols, firstId,
   * actionsAt (−1 for none).
   */
  public static void statistics(
      KernelContext context, float[] logits, float[] state, int[] ids, int[] args, int task) {
    float[] values = context.allocateFloatLocalArray(128);
    float[] others = context.allocateFloatLocalArray(128);
    int[] places = context.allocateIntLocalArray(128);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int cols = args[at + 2];
    int firstId = args[at + 3];
    int rowAt = args[at] + row * cols;
    int stateAt = args[at + 1] + row * 9;
    float max = Float.NEGATIVE_INFINITY;
    int place = 0;
    for (int x = lane; x < cols; x += 128) {
      float logit = logits[rowAt + x];
      if (logit > max) {
        max = logit;
        place = x;
      }
    }
    values[lane] = max;
    places[lane] = place;
    context.localBarrier();
    for (int half = 64; half > 0; half >>= 1) {
      if (lane < half) {
        if (HeadTasks.before(values[lane + half], places[lane + half], values[lane], places[lane])) {
          values[lane] = values[lane + half];
          places[lane] = places[lane + half];
        }
      }
      context.localBarrier();
    }
    float chunkMax = values[0];
    int chunkPlace = places[0];
    float oldMax = Float.NEGATIVE_INFINITY;
    if (firstId > 0) {
      oldMax = state[stateAt];
    }
    float newMax = Math.max(oldMax, chunkMax);
    context.localBarrier();
    float sum = 0f;
    float weighted = 0f;
    for (int x = lane; x < cols; x += 128) {
      float distance = logits[rowAt + x] - newMax;
      float exponential = FloatMath.exp(distance);
      sum += exponential;
      weighted += HeadTasks.weighted(exponential, distance);
    }
    values[lane] = sum;
    others[lane] = weighted;
    context.localBarrier();
    for (int half = 64; half > 0; half >>= 1) {
      if (lane < half) {
        values[lane] += values[lane + half];
        others[lane] += others[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      float before = 0f;
      float weightedBefore = 0f;
      if (firstId > 0) {
        float factor = HeadTasks.rescale(oldMax, newMax);
        before = factor * state[stateAt + 1];
        weightedBefore =
            factor * state[stateAt + 2] + HeadTasks.weighted(before, oldMax - newMax);
      }
      if (chunkMax > oldMax) {
        state[stateAt + 4] = firstId + chunkPlace;
      }
      state[stateAt] = newMax;
      state[stateAt + 1] = before + values[0];
      state[stateAt + 2] = weightedBefore + others[0];
      if (args[at + 4] >= 0) {
        int action = ids[args[at + 4] + row] - firstId;
        if (action >= 0) {
          if (action < cols) {
            state[stateAt + 3] = logits[rowAt + action];
          }
        }
      }
    }
  }

  /**
   * The k largest of a chunk and of the k before it, best first: each pass takes the best of those
   * after the one before. args: logitsAt, oldAt (−1 for none), newAt, cols, firstId, k; a row of a
   * list is k ids, then k logits.
   */
  public static void topK(
      KernelContext context, float[] logits, float[] lists, int[] args, int task) {
    float[] values = context.allocateFloatLocalArray(128);
    int[] places = context.allocateIntLocalArray(128);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int cols = args[at + 3];
    int firstId = args[at + 4];
    int k = args[at + 5];
    int rowAt = args[at] + row * cols;
    int newAt = args[at + 2] + row * 2 * k;
    int oldAt = args[at + 1] + row * 2 * k;
    int old = 0;
    if (args[at + 1] >= 0) {
      old = k;
    }
    float lastValue = Float.POSITIVE_INFINITY;
    int lastId = -1;
    for (int rank = 0; rank < k; rank++) {
      float best = Float.NEGATIVE_INFINITY;
      int bestId = 2147483647;
      for (int x = lane; x < cols; x += 128) {
        float value = logits[rowAt + x];
        int id = firstId + x;
        if (HeadTasks.after(value, id, lastValue, lastId)) {
          if (HeadTasks.before(value, id, best, bestId)) {
            best = value;
            bestId = id;
          }
        }
      }
      for (int j = lane; j < old; j += 128) {
        float value = lists[oldAt + k + j];
        int id = (int) lists[oldAt + j];
        if (HeadTasks.after(value, id, lastValue, lastId)) {
          if (HeadTasks.before(value, id, best, bestId)) {
            best = value;
            bestId = id;
          }
        }
      }
      values[lane] = best;
      places[lane] = bestId;
      context.localBarrier();
      for (int half = 64; half > 0; half >>= 1) {
        if (lane < half) {
          if (HeadTasks.before(
              values[lane + half], places[lane + half], values[lane], places[lane])) {
            values[lane] = values[lane + half];
            places[lane] = places[lane + half];
          }
        }
        context.localBarrier();
      }
      lastValue = values[0];
      lastId = places[0];
      if (lane < 1) {
        lists[newAt + rank] = lastId;
        lists[newAt + k + rank] = lastValue;
      }
      context.localBarrier();
    }
  }

  /**
   * Inverse transform over a chunk: the first id at which the cumulated sum exceeds uniform·total.
   * Each thread adds up a stretch of the chunk, and the first one finds the place. args: logitsAt,
   * uniformsAt, stateAt, cols, firstId.
   */
  public static void sample(
      KernelContext context,
      float[] logits,
      float[] uniforms,
      float[] state,
      int[] args,
      int task) {
    float[] sums = context.allocateFloatLocalArray(128);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int cols = args[at + 3];
    int firstId = args[at + 4];
    int rowAt = args[at] + row * cols;
    int stateAt = args[at + 2] + row * 9;
    int stretch = (cols + 127) / 128;
    float max = state[stateAt];
    float sum = 0f;
    int end = Math.min(cols, (lane + 1) * stretch);
    for (int x = lane * stretch; x < end; x++) {
      sum += FloatMath.exp(logits[rowAt + x] - max);
    }
    sums[lane] = sum;
    context.localBarrier();
    if (lane < 1) {
      float passed = 0f;
      float sampled = -1f;
      if (firstId > 0) {
        passed = state[stateAt + 5];
        sampled = state[stateAt + 6];
      }
      float threshold = uniforms[args[at + 1] + row] * state[stateAt + 1];
      int x = 0;
      int part = 0;
      int searching = 1;
      if (sampled >= 0f) {
        searching = 0;
      }
      // Whole stretches first, then ids of the stretch in which the threshold lies.
      while ((part < 128) & (searching > 0)) {
        if (passed + sums[part] > threshold) {
          searching = 0;
        } else {
          passed += sums[part];
          part++;
          x += stretch;
        }
      }
      if (sampled < 0f) {
        int stop = Math.min(cols, x + stretch);
        int looking = 1;
        while ((x < stop) & (looking > 0)) {
          passed += FloatMath.exp(logits[rowAt + x] - max);
          if (passed > threshold) {
            looking = 0;
            state[stateAt + 3] = logits[rowAt + x];
            sampled = firstId + x;
          }
          x++;
        }
      }
      state[stateAt + 5] = passed;
      state[stateAt + 6] = sampled;
      if (firstId < 1) {
        state[stateAt + 7] = -1f;
      }
      int last = cols - 1;
      int looking = 1;
      while ((last >= 0) & (looking > 0)) {
        if (FloatMath.exp(logits[rowAt + last] - max) > 0f) {
          looking = 0;
          state[stateAt + 7] = firstId + last;
          state[stateAt + 8] = logits[rowAt + last];
        }
        last--;
      }
    }
  }

  /**
   * Logits of chosen ids, a group of threads each. args: hiddenAt, weightAt, outAt, idsAt, count,
   * dim; scalars: 1/temperature.
   */
  public static void gather(
      KernelContext context,
      float[] hidden,
      float[] weight,
      float[] out,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(32);
    int at = args[task];
    int lane = context.localIdx;
    int item = context.groupIdx;
    int dim = args[at + 5];
    int row = item / args[at + 4];
    int id = Math.max(0, ids[args[at + 3] + item]);
    sums[lane] =
        RowTasks.dot(
            hidden, args[at] + row * dim, weight, args[at + 1] + id * dim, dim, lane, 32);
    context.localBarrier();
    for (int half = 16; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      out[args[at + 2] + item] = sums[0] * scalars[at];
    }
  }

  /**
   * KL(p ‖ q), KL(q ‖ p) and Σ min(q, p/λ) of a chunk, added to those of the chunks before. args:
   * pAt, qAt, outAt, cols, firstId, pLogSumExpAt, qLogSumExpAt; scalars: λ.
   */
  public static void compare(
      KernelContext context,
      float[] logits,
      float[] inputs,
      float[] out,
      int[] args,
      float[] scalars,
      int task) {
    float[] forward = context.allocateFloatLocalArray(128);
    float[] reverse = context.allocateFloatLocalArray(128);
    float[] overlap = context.allocateFloatLocalArray(128);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int cols = args[at + 3];
    int pAt = args[at] + row * cols;
    int qAt = args[at + 1] + row * cols;
    int outAt = args[at + 2] + row * 3;
    float pLse = inputs[args[at + 5] + row];
    float qLse = inputs[args[at + 6] + row];
    float lambda = scalars[at];
    float klPQ = 0f;
    float klQP = 0f;
    float both = 0f;
    for (int x = lane; x < cols; x += 128) {
      float logP = logits[pAt + x] - pLse;
      float logQ = logits[qAt + x] - qLse;
      klPQ += HeadTasks.divergenceTerm(logP, logQ);
      klQP += HeadTasks.divergenceTerm(logQ, logP);
      both += HeadTasks.overlap(logP, logQ, lambda);
    }
    forward[lane] = klPQ;
    reverse[lane] = klQP;
    overlap[lane] = both;
    context.localBarrier();
    for (int half = 64; half > 0; half >>= 1) {
      if (lane < half) {
        forward[lane] += forward[lane + half];
        reverse[lane] += reverse[lane + half];
        overlap[lane] += overlap[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      float before0 = 0f;
      float before1 = 0f;
      float before2 = 0f;
      if (args[at + 4] > 0) {
        before0 = out[outAt];
        before1 = out[outAt + 1];
        before2 = out[outAt + 2];
      }
      out[outAt] = before0 + forward[0];
      out[outAt + 1] = before1 + reverse[0];
      out[outAt + 2] = before2 + overlap[0];
    }
  }

  /**
   * Turns logits into the gradient of coefficient·log p(action), in place. args: logitsAt, lseAt,
   * coefficientAt, actionsAt, cols, firstId, n; scalars: 1/temperature.
   */
  public static void gradient(
      KernelContext context,
      float[] inputs,
      float[] logits,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int cols = args[at + 4];
    for (int i = context.globalIdx; i < args[at + 6]; i += context.globalGroupSizeX) {
      int row = i / cols;
      int id = args[at + 5] + i - row * cols;
      float isAction = 0f;
      if (ids[args[at + 3] + row] == id) {
        isAction = 1f;
      }
      float logP = logits[args[at] + i] - inputs[args[at + 1] + row];
      logits[args[at] + i] =
          scalars[at]
              * HeadTasks.actionGradient(logP, inputs[args[at + 2] + row], isAction);
    }
  }

  /**
   * {@link #gradient} with the gradient of weight·divergence from a teacher added. args: as there,
   * then teacherAt, teacherLseAt, weightAt, divergenceAt.
   *
   * @param direction 0 for KL(teacher ‖ p), 1 for KL(p ‖ teacher)
   */
  public static void distilledGradient(
      KernelContext context,
      float[] teacher,
      float[] inputs,
      float[] logits,
      int[] ids,
      int[] args,
      float[] scalars,
      int task,
      int direction) {
    int at = args[task];
    int cols = args[at + 4];
    for (int i = context.globalIdx; i < args[at + 6]; i += context.globalGroupSizeX) {
      int row = i / cols;
      int id = args[at + 5] + i - row * cols;
      float isAction = 0f;
      if (ids[args[at + 3] + row] == id) {
        isAction = 1f;
      }
      float logP = logits[args[at] + i] - inputs[args[at + 1] + row];
      float logTeacher = teacher[args[at + 7] + i] - inputs[args[at + 8] + row];
      float pull;
      if (direction > 0) {
        pull = HeadTasks.reverseGradient(logP, logTeacher, inputs[args[at + 10] + row]);
      } else {
        pull = HeadTasks.forwardGradient(logP, logTeacher);
      }
      logits[args[at] + i] =
          scalars[at]
              * (HeadTasks.actionGradient(logP, inputs[args[at + 2] + row], isAction)
                  + inputs[args[at + 9] + row] * pull);
    }
  }
}
