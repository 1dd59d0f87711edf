package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Comparisons, overlaps and gradients of the fused LM head, around the bodies of {@link HeadTasks}.
 * A chunk of logits is {@code [rows, columns]}, where column j is id {@code from + j}. {@link
 * HeadStatisticsKernels} reduce it to statistics and samples.
 */
final class HeadKernels {
  // Arguments: where tensors begin, then where ids do, then sizes
  static final int HIDDEN = 0;
  static final int WEIGHT = 1;
  static final int LOGITS = 2;
  static final int OTHER_LOGITS = 3;
  static final int LOG_SUM_EXP = 4;
  static final int OTHER_LOG_SUM_EXP = 5;
  static final int STATE = 6;
  static final int NUMBERS = 7;
  static final int OUT = 8;
  static final int IDS = 9;
  static final int ACTIONS = 10;
  static final int ROWS = 11;
  static final int COLUMNS = 12;

  /** The id of the chunk's first column. */
  static final int FROM = 13;

  static final int DIM = 14;

  /** Ids of a token whose log-probs are recorded. */
  static final int COUNT = 15;

  /** Further ids of a token. */
  static final int OTHER_COUNT = 16;

  static final int DIRECTION = 17;
  static final int OTHER_HIDDEN = 18;
  static final int OTHER_WEIGHT = 19;
  static final int OTHER_DIM = 20;
  static final int OTHER_IDS = 21;

  // Scalars

  /** 1 / temperature. */
  static final int SCALE = 0;

  static final int OTHER_SCALE = 1;
  static final int LAMBDA = 2;

  // The rows' numbers that gradient reads, {@code ROWS} of each
  static final int LOG_SUM_EXPS = 0;
  static final int COEFFICIENTS = 1;
  static final int TEACHER_LOG_SUM_EXPS = 2;
  static final int WEIGHTS = 3;
  static final int DIVERGENCES = 4;
  static final int ENTROPY_WEIGHTS = 5;
  static final int ENTROPIES = 6;

  /** The sum of the coefficients of {@link #ADD_AT_IDS}. */
  static final int ID_SUMS = 7;

  static final int ROW_NUMBERS = 8;

  /** Numbers of a row's state in {@link #compare}. */
  static final int COMPARED = 3;

  static final int GROUP = 128;

  /** Columns of a segment that a thread takes. */
  static final int RUN = 32;

  static final int SEGMENT = GROUP * RUN;

  /** Threads that share a product of {@link #OVERLAP}. */
  private static final int SHARE = 16;

  /** Products at a time of a group of {@link #OVERLAP}. */
  private static final int PRODUCTS = GROUP / SHARE;

  static final Kernel OVERLAP = Kernel.of("HeadKernels.overlap", GROUP, HeadKernels::overlap);
  static final Kernel COMPARE = Kernel.of("HeadKernels.compare", GROUP, HeadKernels::compare);
  static final Kernel GRADIENT = Kernel.of("HeadKernels.gradient", GROUP, HeadKernels::gradient);
  static final Kernel ADD_AT_IDS = Kernel.of("HeadKernels.addAtIds", GROUP, HeadKernels::addAtIds);

  private HeadKernels() {}

  /**
   * {@code hidden [tokens, DIM], weight [vocabulary, DIM], otherHidden [tokens, OTHER_DIM],
   * otherWeight [vocabulary, OTHER_DIM] → out [tokens]}: Σ min(q, p/λ) over IDS_A_ROW ids with log
   * q recorded in NUMBERS and OTHER_COUNT ids with that of the other head, which is q's; each id
   * once. A group a token, 16 threads an id.
   */
  public static void overlap(
      KernelContext context,
      float[] hidden,
      float[] weight,
      float[] otherHidden,
      float[] otherWeight,
      float[] inputs,
      float[] out,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(GROUP);
    float[] otherSums = context.allocateFloatLocalArray(GROUP);
    int at = args[task];
    int thread = context.localIdx;
    int lane = thread & (SHARE - 1);
    int token = context.groupIdx;
    int recorded = args[at + COUNT];
    int count = recorded + args[at + OTHER_COUNT];
    int idsAt = args[at + IDS] + token * recorded;
    int otherIdsAt = args[at + OTHER_IDS] + token * args[at + OTHER_COUNT] - recorded;
    int dim = args[at + DIM];
    int otherDim = args[at + OTHER_DIM];
    int hiddenAt = args[at + HIDDEN] + token * dim;
    int otherHiddenAt = args[at + OTHER_HIDDEN] + token * otherDim;
    float logSumExp = inputs[args[at + LOG_SUM_EXP] + token];
    float otherLogSumExp = inputs[args[at + OTHER_LOG_SUM_EXP] + token];
    float total = 0f;
    for (int first = 0; first < count; first += PRODUCTS) {
      int i = first + thread / SHARE;
      int id = -1;
      float sum = 0f;
      float otherSum = 0f;
      if (i < recorded) {
        id = ids[idsAt + i];
      } else {
        if (i < count) {
          id = HeadTasks.unlisted(ids, idsAt, recorded, ids[otherIdsAt + i]);
          if (id >= 0) {
            int otherAt = args[at + OTHER_WEIGHT] + id * otherDim;
            otherSum =
                RowsTasks.dot(
                    otherHidden, otherHiddenAt, otherWeight, otherAt, otherDim, lane, SHARE);
          }
        }
      }
      if (id >= 0) {
        int weightAt = args[at + WEIGHT] + id * dim;
        sum = RowsTasks.dot(hidden, hiddenAt, weight, weightAt, dim, lane, SHARE);
      }
      sums[thread] = sum;
      otherSums[thread] = otherSum;
      context.localBarrier();
      for (int half = SHARE / 2; half > 0; half >>= 1) {
        if (lane < half) {
          sums[thread] += sums[thread + half];
          otherSums[thread] += otherSums[thread + half];
        }
        context.localBarrier();
      }
      if (lane < 1) {
        if (id >= 0) {
          float logP = sums[thread] * scalars[at + SCALE] - logSumExp;
          float logQ = otherSums[thread] * scalars[at + OTHER_SCALE] - otherLogSumExp;
          if (i < recorded) {
            logQ = inputs[args[at + NUMBERS] + token * recorded + i];
          }
          total +=
              HeadTasks.overlap(FloatMath.exp(logP), FloatMath.exp(logQ), scalars[at + LAMBDA]);
        }
      }
      context.localBarrier();
    }
    sums[thread] = total;
    context.localBarrier();
    for (int half = GROUP / 2; half > 0; half >>= 1) {
      if (thread < half) {
        sums[thread] += sums[thread + half];
      }
      context.localBarrier();
    }
    if (thread < 1) {
      out[args[at + OUT] + token] = sums[0];
    }
  }

  /**
   * Adds a chunk {@code [rows, COLUMNS]} of two heads to {@code state [rows, 3]}: KL(p ‖ q), KL(q ‖
   * p), Σ min(q, p/λ); a group a row. OTHER is q.
   */
  public static void compare(
      KernelContext context,
      float[] pLogits,
      float[] qLogits,
      float[] logSumExp,
      float[] state,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] forward = context.allocateFloatLocalArray(GROUP);
    float[] backward = context.allocateFloatLocalArray(GROUP);
    float[] minima = context.allocateFloatLocalArray(GROUP);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int columns = args[at + COLUMNS];
    int pAt = args[at + LOGITS] + row * columns;
    int qAt = args[at + OTHER_LOGITS] + row * columns;
    float pLogSumExp = logSumExp[args[at + LOG_SUM_EXP] + row];
    float qLogSumExp = logSumExp[args[at + OTHER_LOG_SUM_EXP] + row];
    float lambda = scalars[at + LAMBDA];
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
      int stateAt = args[at + STATE] + row * COMPARED;
      klPQ = forward[0];
      klQP = backward[0];
      overlap = minima[0];
      if (args[at + FROM] > 0) {
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
   * Turns a chunk of logits {@code [ROWS, COLUMNS]} into the gradient with respect to them, in
   * place; x: columns, y: rows. OTHER is the teacher's, {@code NUMBERS [8, ROWS]} what each row
   * needs, and DIRECTION that of {@link HeadTasks#gradient}.
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
    int rows = args[at + ROWS];
    int columns = args[at + COLUMNS];
    int rowAt = args[at + NUMBERS] + row;
    int direction = args[at + DIRECTION];
    int action = ids[args[at + ACTIONS] + row] - args[at + FROM];
    float logSumExp = inputs[rowAt + LOG_SUM_EXPS * rows];
    float coefficient = inputs[rowAt + COEFFICIENTS * rows];
    float others = inputs[rowAt + ID_SUMS * rows];
    float entropyWeight = inputs[rowAt + ENTROPY_WEIGHTS * rows];
    float entropy = inputs[rowAt + ENTROPIES * rows];
    float teacherLogSumExp = 0f;
    float weight = 0f;
    float divergence = 0f;
    if (direction > 0) {
      teacherLogSumExp = inputs[rowAt + TEACHER_LOG_SUM_EXPS * rows];
      weight = inputs[rowAt + WEIGHTS * rows];
      divergence = inputs[rowAt + DIVERGENCES * rows];
    }
    float scale = scalars[at + SCALE];
    int logitsAt = args[at + LOGITS] + row * columns;
    int teacherAt = args[at + OTHER_LOGITS] + row * columns;
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
                  others,
                  entropyWeight,
                  entropy,
                  direction,
                  logTeacher,
                  weight,
                  divergence);
    }
  }

  /**
   * Adds to a chunk of gradients {@code [ROWS, COLUMNS]}, in place, what single ids have: {@code
   * NUMBERS [ROWS, COUNT]} at {@code IDS [ROWS, COUNT]}, distinct within a row; a thread an id.
   */
  public static void addAtIds(
      KernelContext context,
      float[] inputs,
      float[] logits,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int i = context.globalIdx;
    int count = args[at + COUNT];
    int columns = args[at + COLUMNS];
    if (i < args[at + ROWS] * count) {
      int column = ids[args[at + IDS] + i] - args[at + FROM];
      int place = args[at + LOGITS] + i / count * columns + column;
      if (column >= 0) {
        if (column < columns) {
          logits[place] += scalars[at + SCALE] * inputs[args[at + NUMBERS] + i];
        }
      }
    }
  }
}
