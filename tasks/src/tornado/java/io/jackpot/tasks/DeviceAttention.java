package io.jackpot.tasks;

import io.jackpot.input.InputException;
import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.Recorder.Outputs;
import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Tensor;

/**
 * Attention on the device: launches of {@link AttentionKernels}, {@link AttentionBackwardKernels}
 * and {@link AttentionDecodeKernels}.
 */
final class DeviceAttention {
  private final Recorder recorder;

  DeviceAttention(Recorder recorder) {
    this.recorder = recorder;
  }

  private Region region(Tensor x) {
    return recorder.region(x, Role.ACTIVATION);
  }

  private static int blocks(int tokens) {
    return Math.ceilDiv(tokens, AttentionKernels.TILE);
  }

  void forward(Attention in, Attention.Output out) {
    Region queries = region(in.q());
    Region keys = region(in.k());
    Region values = region(in.v());
    Region output = region(out.o());
    Region sums = region(out.logSumExp());
    Outputs outputs = recorder.outputs(output, sums);
    int tokens = in.tokens();
    int heads = in.heads();
    recorder
        .prepare(AttentionKernels.FORWARD)
        .operand(AttentionKernels.Q, queries)
        .operand(AttentionKernels.K, keys)
        .operand(AttentionKernels.V, values)
        .outputs(AttentionKernels.O, AttentionKernels.LOG_SUM_EXP, outputs)
        .arg(AttentionKernels.BOUNDS, recorder.bounds(in.packing()))
        .arg(AttentionKernels.TOKENS, tokens)
        .arg(AttentionKernels.HEADS, heads)
        .arg(AttentionKernels.KV_HEADS, in.kvHeads())
        .arg(AttentionKernels.DIM, in.headDim())
        .scalar(AttentionKernels.SCALE, in.scale())
        .record(blocks(tokens), heads, 1);
    recorder.settle(outputs, output, sums);
  }

  void backward(Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients) {
    Region dOutput = region(dO);
    Region queries = region(in.q());
    Region keys = region(in.k());
    Region values = region(in.v());
    Region output = region(out.o());
    Region sums = region(out.logSumExp());
    Region dQueries = region(gradients.dQ());
    Region dKeys = region(gradients.dK());
    Region dValues = region(gradients.dV());
    Outputs outputs = recorder.outputs(dKeys, dValues);
    int tokens = in.tokens();
    int heads = in.heads();
    int kvHeads = in.kvHeads();
    int dim = in.headDim();
    int bounds = recorder.bounds(in.packing());
    Region delta = recorder.scratch(tokens * heads);
    recorder
        .prepare(AttentionBackwardKernels.ROW_DELTA)
        .operand(AttentionBackwardKernels.D_O, dOutput)
        .operand(AttentionBackwardKernels.O, output)
        .operand(AttentionBackwardKernels.DELTA, delta)
        .arg(AttentionBackwardKernels.DIM, dim)
        .record(tokens * heads);
    for (boolean byKeys : new boolean[] {false, true}) {
      LaunchBuilder launch = recorder.prepare(AttentionBackwardKernels.BACKWARD);
      launch
          .operand(AttentionBackwardKernels.X, byKeys ? keys : queries)
          .operand(AttentionBackwardKernels.D_X, byKeys ? values : dOutput)
          .operand(AttentionBackwardKernels.Y, byKeys ? queries : keys)
          .operand(AttentionBackwardKernels.D_Y, byKeys ? dOutput : values)
          .operand(AttentionBackwardKernels.LOG_SUM_EXP, sums)
          .operand(AttentionBackwardKernels.DELTA, delta);
      if (byKeys) {
        launch.outputs(AttentionBackwardKernels.OUT, AttentionBackwardKernels.SECOND_OUT, outputs);
      } else {
        launch.operand(AttentionBackwardKernels.OUT, dQueries);
      }
      launch
          .arg(AttentionBackwardKernels.BOUNDS, bounds)
          .arg(AttentionBackwardKernels.TOKENS, tokens)
          .arg(AttentionBackwardKernels.HEADS, heads)
          .arg(AttentionBackwardKernels.KV_HEADS, kvHeads)
          .arg(AttentionBackwardKernels.DIM, dim)
          .arg(AttentionBackwardKernels.BY_KEYS, byKeys)
          .scalar(AttentionBackwardKernels.SCALE, in.scale())
          .record(blocks(tokens), byKeys ? kvHeads : heads, 1);
    }
    recorder.settle(outputs, dKeys, dValues);
  }

  void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
    recorder
        .prepare(AttentionDecodeKernels.CACHE_APPEND)
        .operand(AttentionDecodeKernels.X, region(x))
        .operand(AttentionDecodeKernels.CACHE, region(cache))
        .arg(AttentionDecodeKernels.SLOTS, recorder.ids(slots, x.dim(0)))
        .arg(AttentionDecodeKernels.POSITIONS, recorder.ids(positions, x.dim(0)))
        .arg(AttentionDecodeKernels.KV_HEADS, x.dim(1))
        .arg(AttentionDecodeKernels.CAPACITY, cache.dim(2))
        .arg(AttentionDecodeKernels.DIM, x.dim(2))
        .arg(AttentionDecodeKernels.N, x.size())
        .record(ElementwiseKernels.groups(x.size()));
  }

  /**
   * @throws InputException if a head is wider than the kernel's groups
   */
  void decode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o) {
    int rows = q.dim(0);
    int heads = q.dim(1);
    int kvHeads = kCache.dim(1);
    int dim = q.dim(2);
    if (dim > AttentionDecodeKernels.WIDEST_HEAD) {
      throw new InputException(
          "attentionDecode: heads of width %d, expected at most %d on a device; use --device cpu"
              .formatted(dim, AttentionDecodeKernels.WIDEST_HEAD));
    }
    Region queries = region(q);
    Region keys = region(kCache);
    Region values = region(vCache);
    Region output = region(o);
    int shared = heads / kvHeads;
    int width = 1;
    while (width < Math.min(shared, AttentionDecodeKernels.MOST_HEADS)) {
      width *= 2;
    }
    recorder
        .prepare(AttentionDecodeKernels.DECODE)
        .operand(AttentionDecodeKernels.Q, queries)
        .operand(AttentionDecodeKernels.K, keys)
        .operand(AttentionDecodeKernels.V, values)
        .operand(AttentionDecodeKernels.O, output)
        .arg(AttentionDecodeKernels.SLOTS, recorder.ids(slots, rows))
        .arg(AttentionDecodeKernels.LENGTHS, recorder.ids(lengths, rows))
        .arg(AttentionDecodeKernels.HEADS, heads)
        .arg(AttentionDecodeKernels.KV_HEADS, kvHeads)
        .arg(AttentionDecodeKernels.CAPACITY, kCache.dim(2))
        .arg(AttentionDecodeKernels.DIM, dim)
        .scalar(AttentionDecodeKernels.SCALE, scale)
        .constants(width)
        .record(rows, kvHeads, Math.ceilDiv(shared, width));
  }
}
