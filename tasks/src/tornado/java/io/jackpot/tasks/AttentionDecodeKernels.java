package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Attention of one query a sequence over its cache. Time goes into reading keys and values, so a
 * group reads those of one key head once for all query heads that share it, up to 8 of them.
 */
final class AttentionDecodeKernels {
  // Arguments: where tensors begin, then where ids do, then sizes
  static final int X = 0;
  static final int CACHE = 1;
  static final int Q = 2;
  static final int K = 3;
  static final int V = 4;
  static final int O = 5;
  static final int SLOTS = 6;
  static final int POSITIONS = 7;
  static final int LENGTHS = 8;
  static final int HEADS = 9;
  static final int KV_HEADS = 10;
  static final int CAPACITY = 11;
  static final int DIM = 12;
  static final int N = 13;

  // Scalars
  static final int SCALE = 0;

  /** The widest head: a thread has one column of the output. */
  static final int WIDEST_HEAD = 256;

  /** Most query heads of a group. */
  static final int MOST_HEADS = 8;

  private static final int GROUP = 256;

  static final Kernel CACHE_APPEND =
      Kernel.of("AttentionDecodeKernels.cacheAppend", GROUP, AttentionDecodeKernels::cacheAppend);

  /** Constants: query heads of a group, 1, 2, 4 or 8. */
  static final Kernel DECODE =
      Kernel.special(
          "AttentionDecodeKernels.decode",
          GROUP,
          4,
          (graph, id, a, in, task, constants) ->
              graph.task(
                  id,
                  AttentionDecodeKernels::decode,
                  CONTEXT,
                  a[0],
                  a[1],
                  a[2],
                  a[3],
                  in.ids(),
                  in.args(),
                  in.scalars(),
                  task,
                  constants[0]));

  private AttentionDecodeKernels() {}

  /** {@code x [rows, KV_HEADS, DIM] → cache [slots, KV_HEADS, CAPACITY, DIM]}; N elements of x. */
  public static void cacheAppend(
      KernelContext context,
      float[] x,
      float[] cache,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      AttentionTasks.cacheAppend(
          x,
          args[at + X],
          ids,
          args[at + SLOTS],
          args[at + POSITIONS],
          cache,
          args[at + CACHE],
          args[at + KV_HEADS],
          args[at + CAPACITY],
          args[at + DIM],
          i);
    }
  }

  /**
   * {@code q [rows, HEADS, DIM], kCache, vCache [slots, KV_HEADS, CAPACITY, DIM] → o like q}.
   * Groups: x rows, y key heads, z parts of the query heads of one key head.
   */
  public static void decode(
      KernelContext context,
      float[] q,
      float[] kCache,
      float[] vCache,
      float[] o,
      int[] ids,
      int[] args,
      float[] scalars,
      int task,
      int width) {
    // Queries, 256 apart; in the end the parts of the output, 256 threads of each head.
    float[] queries = context.allocateFloatLocalArray(8 * 256);
    // 32 columns of 64 keys, 33 apart, so that threads hit different banks; scores 72 apart.
    float[] keys = context.allocateFloatLocalArray(64 * 33);
    float[] scores = context.allocateFloatLocalArray(8 * 72);
    float[] maxima = context.allocateFloatLocalArray(64);
    float[] sums = context.allocateFloatLocalArray(64);
    float[] decays = context.allocateFloatLocalArray(8);
    int at = args[task];
    int heads = args[at + HEADS];
    int kvHeads = args[at + KV_HEADS];
    int capacity = args[at + CAPACITY];
    int dim = args[at + DIM];
    int sequence = context.groupIdx;
    int kvHead = context.groupIdy;
    int shared = heads / kvHeads;
    int slot = ids[args[at + SLOTS] + sequence];
    int length = ids[args[at + LENGTHS] + sequence];
    int cacheAt = (slot * kvHeads + kvHead) * capacity * dim;
    int firstHead = context.groupIdz * width;
    int count = Math.min(width, shared - firstHead);
    int qAt = (sequence * heads + kvHead * shared + firstHead) * dim;
    int thread = context.localIdx;
    for (int e = thread; e < width * dim; e += 256) {
      int h = e / dim;
      float value = 0f;
      if (h < count) {
        value = q[args[at + Q] + qAt + e];
      }
      queries[h * 256 + e - h * dim] = value;
    }
    // For scores a thread has a key and two heads, for their softmax an eighth of a head's keys,
    // for the output a column and every parts-th key.
    int key = thread & 63;
    int scoreHead = thread >> 6;
    int head = thread >> 3;
    int lane = thread & 7;
    int parts = 256 / dim;
    int part = thread / dim;
    int column = thread - part * dim;
    float max = AttentionTasks.NO_SCORE;
    float sum = 0f;
    float o0 = 0f;
    float o1 = 0f;
    float o2 = 0f;
    float o3 = 0f;
    float o4 = 0f;
    float o5 = 0f;
    float o6 = 0f;
    float o7 = 0f;
    context.localBarrier();
    for (int from = 0; from < length; from += 64) {
      int here = Math.min(64, length - from);
      int tileAt = cacheAt + from * dim;
      float s0 = 0f;
      float s1 = 0f;
      for (int p0 = 0; p0 < dim; p0 += 32) {
        int steps = Math.min(32, dim - p0);
        for (int load = 0; load < 8; load++) {
          int e = thread + load * 256;
          int along = e & 31;
          int across = e >> 5;
          float value = 0f;
          if (across < here) {
            if (along < steps) {
              value = kCache[args[at + K] + tileAt + across * dim + p0 + along];
            }
          }
          keys[across * 33 + along] = value;
        }
        context.localBarrier();
        if (scoreHead < width) {
          for (int p = 0; p < steps; p++) {
            float k = keys[key * 33 + p];
            s0 += queries[scoreHead * 256 + p0 + p] * k;
            if (width > 4) {
              s1 += queries[scoreHead * 256 + 1024 + p0 + p] * k;
            }
          }
        }
        context.localBarrier();
      }
      if (scoreHead < width) {
        scores[scoreHead * 72 + key] = s0;
        if (width > 4) {
          scores[scoreHead * 72 + 288 + key] = s1;
        }
      }
      context.localBarrier();
      float newMax = max;
      if (head < width) {
        for (int j = lane; j < 64; j += 8) {
          float score =
              AttentionTasks.score(scores[head * 72 + j], scalars[at + SCALE], 0, j, here);
          scores[head * 72 + j] = score;
          newMax = AttentionTasks.greater(newMax, score);
        }
        maxima[thread] = newMax;
      }
      context.localBarrier();
      if (head < width) {
        for (int i = 0; i < 8; i++) {
          newMax = AttentionTasks.greater(newMax, maxima[head * 8 + i]);
        }
        float decay = AttentionTasks.decay(max, newMax);
        sum *= decay;
        for (int j = lane; j < 64; j += 8) {
          float weight = AttentionTasks.weight(scores[head * 72 + j], newMax, 0, j, here);
          scores[head * 72 + j] = weight;
          sum += weight;
        }
        max = newMax;
        if (lane < 1) {
          decays[head] = decay;
        }
      }
      context.localBarrier();
      if (part < parts) {
        o0 *= decays[0];
        if (width > 1) {
          o1 *= decays[1];
        }
        if (width > 2) {
          o2 *= decays[2];
          o3 *= decays[3];
        }
        if (width > 4) {
          o4 *= decays[4];
          o5 *= decays[5];
          o6 *= decays[6];
          o7 *= decays[7];
        }
        for (int j = part; j < here; j += parts) {
          float value = vCache[args[at + V] + tileAt + j * dim + column];
          o0 += scores[j] * value;
          if (width > 1) {
            o1 += scores[72 + j] * value;
          }
          if (width > 2) {
            o2 += scores[144 + j] * value;
            o3 += scores[216 + j] * value;
          }
          if (width > 4) {
            o4 += scores[288 + j] * value;
            o5 += scores[360 + j] * value;
            o6 += scores[432 + j] * value;
            o7 += scores[504 + j] * value;
          }
        }
      }
    }
    if (head < width) {
      sums[thread] = sum;
    }
    queries[thread] = o0;
    if (width > 1) {
      queries[256 + thread] = o1;
    }
    if (width > 2) {
      queries[512 + thread] = o2;
      queries[768 + thread] = o3;
    }
    if (width > 4) {
      queries[1024 + thread] = o4;
      queries[1280 + thread] = o5;
      queries[1536 + thread] = o6;
      queries[1792 + thread] = o7;
    }
    context.localBarrier();
    for (int e = thread; e < count * dim; e += 256) {
      int h = e / dim;
      float total = 0f;
      for (int i = 0; i < 8; i++) {
        total += sums[h * 8 + i];
      }
      float value = 0f;
      for (int i = 0; i < parts; i++) {
        value += queries[h * 256 + i * dim + e - h * dim];
      }
      o[args[at + O] + qAt + e] = value / total;
    }
  }
}
