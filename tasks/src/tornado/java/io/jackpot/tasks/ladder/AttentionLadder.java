package io.jackpot.tasks.ladder;

import io.jackpot.tasks.AttentionKernels;
import java.util.Arrays;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Causal attention from three naive kernels to one that streams: {@code q, k, v [tokens, heads,
 * headDim] → o like q}, {@code o = softmax(scale · q kᵀ) v} with each token seeing itself and those
 * before it. {@code docs/gpu-kernels.md} goes through it.
 */
public final class AttentionLadder {
  /** Widest head that {@link #onlineSoftmax} takes. */
  static final int WIDEST_HEAD = 128;

  private static final KernelContext CONTEXT = new KernelContext();
  private static final int GROUP = 64;

  private AttentionLadder() {}

  /** The rungs, over the same queries, keys and values. */
  static List<Rung> rungs(TornadoDevice device, AttentionProblem problem) {
    return List.of(
        scoresInMemory(device, problem),
        onlineSoftmax(device, problem),
        streaming(device, problem));
  }

  private static Rung scoresInMemory(TornadoDevice device, AttentionProblem p) {
    float[] scores = new float[p.heads() * p.tokens() * p.tokens()];
    float[] o = p.emptyResult();
    int heads = p.heads();
    int tokens = p.tokens();
    int headDim = p.headDim();
    TaskGraph graph =
        Rung.graph("attention1", p.q(), p.k(), p.v(), scores, o)
            .task(
                "scores",
                AttentionLadder::scores,
                CONTEXT,
                p.q(),
                p.k(),
                scores,
                heads,
                tokens,
                headDim,
                p.scale())
            .task("softmax", AttentionLadder::softmaxRows, CONTEXT, scores, heads, tokens)
            .task(
                "mix",
                AttentionLadder::weightedSums,
                CONTEXT,
                p.v(),
                scores,
                o,
                heads,
                tokens,
                headDim);
    GridScheduler grids = new GridScheduler();
    grids.addWorkerGrid("attention1.scores", grid(tokens, tokens, heads));
    grids.addWorkerGrid("attention1.softmax", grid(tokens, heads));
    grids.addWorkerGrid("attention1.mix", grid(headDim, tokens, heads));
    return new Rung("1 scores in memory", graph, grids, o, device);
  }

  private static Rung onlineSoftmax(TornadoDevice device, AttentionProblem p) {
    float[] o = p.emptyResult();
    TaskGraph graph =
        Rung.graph("attention2", p.q(), p.k(), p.v(), o)
            .task(
                "t",
                AttentionLadder::onlineSoftmax,
                CONTEXT,
                p.q(),
                p.k(),
                p.v(),
                o,
                p.heads(),
                p.tokens(),
                p.headDim(),
                p.scale());
    GridScheduler grids = new GridScheduler("attention2.t", grid(p.tokens(), p.heads()));
    return new Rung("2 a thread a query", graph, grids, o, device);
  }

  private static Rung streaming(TornadoDevice device, AttentionProblem p) {
    int tokens = p.tokens();
    int n = p.q().length;
    float[] out = new float[n + tokens * p.heads()];
    // Where each token's sequence begins and ends, and the kernel's own arguments behind 1.
    int[] bounds = new int[2 * tokens];
    Arrays.fill(bounds, tokens, 2 * tokens, tokens);
    int[] args = {1, 0, 0, 0, 0, n, 0, tokens, p.heads(), p.heads(), p.headDim()};
    float[] scalars = {0, p.scale()};
    TaskGraph graph =
        Rung.graph("attention3", p.q(), p.k(), p.v(), out, bounds, args, scalars)
            .task(
                "t",
                AttentionKernels::forward,
                CONTEXT,
                p.q(),
                p.k(),
                p.v(),
                out,
                bounds,
                args,
                scalars,
                0);
    WorkerGrid grid = new WorkerGrid2D(Math.ceilDiv(tokens, 64) * 256, p.heads());
    grid.setLocalWork(256, 1, 1);
    return new Rung(
        "3 tiles in local memory", graph, new GridScheduler("attention3.t", grid), out, device);
  }

  private static WorkerGrid grid(int x, int y) {
    WorkerGrid grid = new WorkerGrid2D(Math.ceilDiv(x, GROUP) * GROUP, y);
    grid.setLocalWork(GROUP, 1, 1);
    return grid;
  }

  private static WorkerGrid grid(int x, int y, int z) {
    WorkerGrid grid = new WorkerGrid3D(Math.ceilDiv(x, GROUP) * GROUP, y, z);
    grid.setLocalWork(GROUP, 1, 1);
    return grid;
  }

  /** {@code scores[head, query, key]}, of one element a thread; masked scores stay unwritten. */
  public static void scores(
      KernelContext context,
      float[] q,
      float[] k,
      float[] scores,
      int heads,
      int tokens,
      int headDim,
      float scale) {
    int key = context.globalIdx;
    int query = context.globalIdy;
    int head = context.globalIdz;
    if (key <= query) {
      float sum = 0f;
      for (int d = 0; d < headDim; d++) {
        sum += q[(query * heads + head) * headDim + d] * k[(key * heads + head) * headDim + d];
      }
      scores[(head * tokens + query) * tokens + key] = scale * sum;
    }
  }

  /** Softmax of the row of one query a thread, in place. */
  public static void softmaxRows(KernelContext context, float[] scores, int heads, int tokens) {
    int query = context.globalIdx;
    int head = context.globalIdy;
    if (query < tokens) {
      int row = (head * tokens + query) * tokens;
      float largest = scores[row];
      for (int key = 1; key <= query; key++) {
        largest = Math.max(largest, scores[row + key]);
      }
      float total = 0f;
      for (int key = 0; key <= query; key++) {
        float weight = TornadoMath.exp(scores[row + key] - largest);
        scores[row + key] = weight;
        total += weight;
      }
      for (int key = 0; key <= query; key++) {
        scores[row + key] = scores[row + key] / total;
      }
    }
  }

  /** {@code o = weights · v}, one element a thread. */
  public static void weightedSums(
      KernelContext context,
      float[] v,
      float[] weights,
      float[] o,
      int heads,
      int tokens,
      int headDim) {
    int d = context.globalIdx;
    int query = context.globalIdy;
    int head = context.globalIdz;
    if (d < headDim) {
      int row = (head * tokens + query) * tokens;
      float sum = 0f;
      for (int key = 0; key <= query; key++) {
        sum += weights[row + key] * v[(key * heads + head) * headDim + d];
      }
      o[(query * heads + head) * headDim + d] = sum;
    }
  }

  /**
   * One query a thread, which reads every key and value once. Sums are kept relative to the largest
   * score so far, and scaled down when a larger one comes (Milakov and Gimelshein, 2018, "Online
   * normalizer calculation for softmax").
   */
  public static void onlineSoftmax(
      KernelContext context,
      float[] q,
      float[] k,
      float[] v,
      float[] o,
      int heads,
      int tokens,
      int headDim,
      float scale) {
    int query = context.globalIdx;
    int head = context.globalIdy;
    if (query < tokens) {
      float[] sums = new float[128];
      for (int d = 0; d < headDim; d++) {
        sums[d] = 0f;
      }
      int queryAt = (query * heads + head) * headDim;
      float largest = -1e30f;
      float total = 0f;
      for (int key = 0; key <= query; key++) {
        int keyAt = (key * heads + head) * headDim;
        float score = 0f;
        for (int d = 0; d < headDim; d++) {
          score += q[queryAt + d] * k[keyAt + d];
        }
        score *= scale;
        float larger = Math.max(largest, score);
        float shrink = TornadoMath.exp(largest - larger);
        float weight = TornadoMath.exp(score - larger);
        total = total * shrink + weight;
        for (int d = 0; d < headDim; d++) {
          sums[d] = sums[d] * shrink + weight * v[keyAt + d];
        }
        largest = larger;
      }
      for (int d = 0; d < headDim; d++) {
        o[queryAt + d] = sums[d] / total;
      }
    }
  }
}
